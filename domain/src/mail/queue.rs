use crate::{Result, Tx, ids::{MailId, WorkspaceId}};

/// Queues a mail: it is sent if and only if this transaction commits. `workspace`: whose name it goes out under; none
/// only as [`crate::Office::Auth`]. In `body`, `{link:/path}` becomes an address of this install.
pub async fn queue_in(tx: &mut Tx, workspace: Option<WorkspaceId>, to: &str, subject: &str, body: &str) -> Result<()> {
    let now = tx.now();
    sqlx::query!(
        "INSERT INTO mail (id, workspace_id, recipient, subject, body, not_before, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $6)",
        MailId::new().0,
        workspace.map(|workspace| workspace.0),
        to,
        one_line(subject),
        body,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A subject is a header: names that people chose stand in it.
fn one_line(subject: &str) -> String {
    subject.chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect()
}
