use super::Review;
use crate::{
    Result, Scope, Tx,
    ids::{ClientId, RequestId, ReviewId},
};

/// The verdicts on a request, newest first, within a transaction.
pub async fn of_request_in(
    tx: &mut Tx,
    scope: &Scope,
    client: ClientId,
    request: RequestId,
) -> Result<Vec<Review>> {
    let rows = sqlx::query!(
        r#"SELECT v.id, v.verdict, v.reason, v.reviewed_at, p.name AS "name?"
           FROM review v LEFT JOIN person p ON p.id = v.reviewed_by
           WHERE v.workspace_id = $1 AND v.client_id = $2 AND v.request_id = $3
           ORDER BY v.reviewed_at DESC, v.id DESC"#,
        scope.workspace.0,
        client.0,
        request.0,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Review {
            id: ReviewId(row.id),
            approved: row.verdict == "approved",
            reason: row.reason,
            by: row.name.unwrap_or_default(),
            at: row.reviewed_at.timestamp_millis(),
        })
        .collect())
}
