use crate::{
    Db, Error, OnConstraint, Result, Tx,
    deliverables::Content,
    files::quota,
    ids::DeliverableId,
    readable,
    requests::lock::LockedBoard,
    runs::{self, ClaimedRun},
    session::Part,
};

/// The longest text of a deliverable, in bytes.
const BODY: usize = 1 << 20;
/// The longest title, in characters.
const TITLE: usize = 160;

/// Delivers: a new deliverable by its title, or the next version of the one that has it. Answers the version, from 1.
/// The newest text again, of the same run, is not another version: the answer to a call may have got lost.
///
/// # Errors
/// As [`runs::is_lost`] tells; [`Error::Refused`] for a text that is empty or too long, and for a sub-run; [`Error::NotFound`] for a file
/// that is not the client's.
pub async fn put(db: &Db, claimed: &ClaimedRun, title: &str, content: Content) -> Result<u32> {
    runs::commands::may_hand_over(claimed)?;
    let content = match content {
        Content::Body(text) => Content::Body(claimed.redact(&text)),
        file @ Content::File(_) => file,
    };
    let (title, content) = checked(&claimed.redact(title), content)?;
    let mut tx = db.begin(&claimed.scope).await?;
    let (held, row) = runs::commands::lock_claim(&mut tx, claimed).await?;
    let deliverable = find_or_make(&mut tx, claimed, &held, &title).await?;
    if let Some(version) = delivered_before(&mut tx, claimed, deliverable, &content).await? {
        return Ok(version);
    }
    let version = insert_version(&mut tx, claimed, deliverable, content).await?;
    quota::lock(&mut tx, &claimed.scope, claimed.client).await?;
    let events = claimed.events(tx.now(), [Part::DataDeliverable { deliverable, title, version }]);
    tx.append(row.session, &events).await?;
    held.changed(&mut tx, &claimed.scope, "request", row.number).await?;
    tx.commit().await?;
    Ok(version)
}

fn checked(title: &str, content: Content) -> Result<(String, Content)> {
    let title = title.replace('\0', "").split_whitespace().collect::<Vec<_>>().join(" ");
    let title = readable::line(&title);
    let title: String = title.chars().take(TITLE).collect();
    let content = match content {
        Content::Body(text) => Content::Body(text.replace('\0', "").trim().to_owned()),
        file @ Content::File(_) => file,
    };
    match &content {
        _ if readable::is_blank(&title) => Err(Error::refused("A deliverable needs a title.")),
        Content::Body(text) if text.is_empty() => Err(Error::refused("This deliverable is empty.")),
        Content::Body(text) if text.len() > BODY => {
            Err(Error::refused("That’s more than 1 MB of text. Deliver it as a file instead."))
        }
        _ => Ok((title, content)),
    }
}

/// Under the client's hold, so that nobody else makes it at the same time.
async fn find_or_make(
    tx: &mut Tx,
    claimed: &ClaimedRun,
    held: &LockedBoard,
    title: &str,
) -> Result<DeliverableId> {
    let (workspace, client, request) = (claimed.scope.workspace.0, held.client.0, claimed.request.0);
    let known = sqlx::query_scalar!(
        "SELECT id FROM deliverable WHERE workspace_id = $1 AND client_id = $2 AND request_id = $3 AND title = $4",
        workspace,
        client,
        request,
        title,
    )
    .fetch_optional(tx.conn())
    .await?;
    if let Some(id) = known {
        return Ok(DeliverableId(id));
    }
    let (id, now) = (DeliverableId::new(), tx.now());
    sqlx::query!(
        "INSERT INTO deliverable (id, workspace_id, client_id, request_id, title, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
        id.0,
        workspace,
        client,
        request,
        title,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(id)
}

async fn delivered_before(
    tx: &mut Tx,
    claimed: &ClaimedRun,
    deliverable: DeliverableId,
    content: &Content,
) -> Result<Option<u32>> {
    let Content::Body(text) = content else { return Ok(None) };
    let newest = sqlx::query!(
        r#"SELECT version, run_id, body = $3 AS "same" FROM deliverable_version
           WHERE workspace_id = $1 AND deliverable_id = $2 ORDER BY version DESC LIMIT 1"#,
        claimed.scope.workspace.0,
        deliverable.0,
        text,
    )
    .fetch_optional(tx.conn())
    .await?;
    let same = newest.filter(|newest| newest.same == Some(true) && newest.run_id == Some(claimed.run.0));
    Ok(same.map(|newest| newest.version.cast_unsigned()))
}

async fn insert_version(
    tx: &mut Tx,
    claimed: &ClaimedRun,
    deliverable: DeliverableId,
    content: Content,
) -> Result<u32> {
    let (body, file) = match content {
        Content::Body(text) => (Some(text), None),
        Content::File(file) => (None, Some(file.0)),
    };
    let now = tx.now();
    let version = sqlx::query_scalar!(
        "INSERT INTO deliverable_version (workspace_id, client_id, deliverable_id, version, body, file_id, run_id, created_at)
         SELECT $1, $2, $3, coalesce(max(version), 0) + 1, $4, $5, $6, $7
         FROM deliverable_version WHERE deliverable_id = $3
         RETURNING version",
        claimed.scope.workspace.0,
        claimed.client.0,
        deliverable.0,
        body,
        file,
        claimed.run.0,
        now,
    )
    .fetch_one(tx.conn())
    .await
    .on_constraint("deliverable_version_workspace_id_client_id_file_id_fkey", || Error::NotFound)?;
    Ok(version.cast_unsigned())
}
