use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{cards, find};
use crate::{
    Db, Error, Result, Scope, Tx, approvals, deliverables, files,
    ids::{ClientId, RequestId},
    requests::{Detail, SpanView, clock, lock::calendar_from},
    reviews,
};

/// A request by its number, with everything that stands on its page beside the conversation. One that was withdrawn is
/// still found.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn by_number(db: &Db, scope: &Scope, client: ClientId, number: u64) -> Result<Detail> {
    if scope.client.is_some_and(|own| own != client) {
        return Err(Error::NotFound);
    }
    let mut tx = db.begin(scope).await?;
    let head = head(&mut tx, scope, client, number).await?.ok_or(Error::NotFound)?;
    let calendar = calendar_from(&head.zone, head.calendar)?;
    let card = cards::load(&mut tx, scope, &calendar, &[head.id]).await?.pop().ok_or(Error::NotFound)?;
    let id = RequestId(head.id);
    let detail = Detail {
        card,
        brief: head.brief,
        asked_by: head.asked_by.unwrap_or_default(),
        session_stream: head.session_stream,
        backstage_stream: scope.is_backstage().then_some(head.backstage_stream),
        board_stream: head.board_stream,
        started_at: head.started_at.map(|at| at.timestamp_millis()),
        withdrawn_at: head.withdrawn_at.map(|at| at.timestamp_millis()),
        files: files::queries::of_request_in(&mut tx, scope, id).await?,
        deliverables: deliverables::queries::of_request_in(&mut tx, scope, id).await?,
        approvals: approvals::queries::of_request_in(&mut tx, scope, id).await?,
        reviews: reviews::queries::of_request_in(&mut tx, scope, client, id).await?,
        spans: spans(&mut tx, scope, client, id).await?,
        next: find::next_in(&mut tx, scope, client).await?,
    };
    tx.commit().await?;
    Ok(detail)
}

struct Head {
    id: Uuid,
    brief: String,
    asked_by: Option<String>,
    session_stream: Uuid,
    backstage_stream: Uuid,
    board_stream: Uuid,
    started_at: Option<DateTime<Utc>>,
    withdrawn_at: Option<DateTime<Utc>>,
    zone: String,
    calendar: serde_json::Value,
}

async fn head(tx: &mut Tx, scope: &Scope, client: ClientId, number: u64) -> Result<Option<Head>> {
    Ok(sqlx::query_as!(
        Head,
        r#"SELECT r.id, r.brief, p.name AS "asked_by?", r.session_stream, r.backstage_stream, c.board_stream,
                  r.started_at, r.withdrawn_at, w.zone, w.calendar
           FROM request r
           JOIN client c ON c.workspace_id = r.workspace_id AND c.id = r.client_id
           JOIN workspace w ON w.id = r.workspace_id
           LEFT JOIN person p ON p.id = r.asked_by
           WHERE r.workspace_id = $1 AND r.client_id = $2 AND r.number = $3"#,
        scope.workspace.0,
        client.0,
        i64::try_from(number).unwrap_or(i64::MAX),
    )
    .fetch_optional(tx.conn())
    .await?)
}

async fn spans(tx: &mut Tx, scope: &Scope, client: ClientId, request: RequestId) -> Result<Vec<SpanView>> {
    let spans = clock::spans_in(tx, scope, client, request).await?;
    Ok(spans
        .into_iter()
        .map(|span| SpanView {
            kind: span.kind,
            from: span.from.timestamp_millis(),
            to: span.to.map(|at| at.timestamp_millis()),
        })
        .collect())
}
