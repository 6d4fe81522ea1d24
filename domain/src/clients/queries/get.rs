use sqlx::types::Json;

use crate::{
    Db, Error, Result, Scope,
    billing::{Recipient, commands::BillingDetails},
    clients::Client,
    ids::ClientId,
    offers::IntakeAnswer,
    scope::operators_only,
};

/// One client; one that was erased is none.
///
/// # Errors
/// [`Error::NotFound`], also for anyone but an operator.
pub async fn get(db: &Db, scope: &Scope, client: ClientId) -> Result<Client> {
    operators_only(scope)?;
    let mut tx = db.begin(scope).await?;
    let row = sqlx::query!(
        r#"SELECT name, vertical, intake AS "intake: Json<Vec<IntakeAnswer>>", bill_to, bill_details AS "details: Json<Recipient>", bill_email,
                  files_bytes, board_stream, created_at, archived_at
           FROM client c WHERE workspace_id = $1 AND id = $2
             AND NOT EXISTS (SELECT FROM client_erasure e
                             WHERE e.workspace_id = c.workspace_id AND e.client_id = c.id AND e.done_at IS NOT NULL)"#,
        scope.workspace.0,
        client.0,
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    tx.commit().await?;
    Ok(Client {
        id: client,
        name: row.name,
        vertical: row.vertical,
        intake: row.intake.0,
        billed: BillingDetails {
            recipient: row.details.map_or_else(|| Recipient::from_text(&row.bill_to), |details| details.0),
            email: row.bill_email,
        },
        bill_to: row.bill_to,
        room: row.files_bytes.map(i64::cast_unsigned),
        board_stream: row.board_stream,
        created_at: row.created_at,
        archived_at: row.archived_at,
    })
}
