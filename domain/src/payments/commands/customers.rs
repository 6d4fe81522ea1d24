//! Clients as the provider knows them.

use crate::{
    Db, Error, Result, Scope,
    ids::ClientId,
    payments::provider::{CustomerInput, PaymentProvider},
};

/// The provider's reference of a client, made there if there is none. Making it twice makes it once: the provider is asked for
/// one of this client.
pub(super) async fn ensure_customer(
    db: &Db,
    server: &Scope,
    provider: &dyn PaymentProvider,
    client: ClientId,
) -> Result<String> {
    let mut tx = db.begin(server).await?;
    let row = sqlx::query!(
        r#"SELECT c.name, k.reference AS "reference?", coalesce(nullif(c.bill_email, ''), (
                      SELECT p.email FROM membership m JOIN person p ON p.id = m.person_id
                      WHERE m.workspace_id = c.workspace_id AND m.client_id = c.id AND m.removed_at IS NULL
                        AND m.role IN ('owner', 'billing') ORDER BY m.role DESC, m.created_at LIMIT 1), '') AS "email!"
           FROM client c LEFT JOIN payment_customer k ON k.workspace_id = c.workspace_id AND k.client_id = c.id
           WHERE c.workspace_id = $1 AND c.id = $2"#,
        server.workspace.0,
        client.0,
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    tx.commit().await?;
    if let Some(reference) = row.reference {
        return Ok(reference);
    }
    let input = CustomerInput { name: row.name, email: row.email, client: client.to_string() };
    let reference = match provider.ensure_customer(&input).await {
        Ok(reference) => reference,
        Err(error) => return Err(super::provider::refusal(db, server.workspace, error).await),
    };
    let mut tx = db.begin(server).await?;
    let now = tx.now();
    sqlx::query!(
        "INSERT INTO payment_customer (workspace_id, client_id, reference, created_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (workspace_id, client_id) DO NOTHING",
        server.workspace.0,
        client.0,
        reference,
        now,
    )
    .execute(tx.conn())
    .await?;
    tx.commit().await?;
    Ok(reference)
}
