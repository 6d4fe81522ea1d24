use crate::{
    Db, Result, Scope, Tx,
    ids::{ClientId, PaymentCardId},
    payments::{CardOnFile, may_pay},
};

/// The card that a client's renewals are charged to.
///
/// # Errors
/// [`crate::Error::NotFound`] for those who may not pay the client's invoices.
pub async fn card_on_file(db: &Db, scope: &Scope, client: ClientId) -> Result<Option<CardOnFile>> {
    may_pay(scope)?;
    let mut tx = db.begin(scope).await?;
    let card = card_on_file_in(&mut tx, scope, client).await?;
    tx.commit().await?;
    Ok(card)
}

/// The same within a transaction.
pub(crate) async fn card_on_file_in(
    tx: &mut Tx,
    scope: &Scope,
    client: ClientId,
) -> Result<Option<CardOnFile>> {
    let row = sqlx::query!(
        "SELECT id, brand, last4, exp_month, exp_year FROM payment_card
         WHERE workspace_id = $1 AND client_id = $2 AND removed_at IS NULL",
        scope.workspace.0,
        client.0,
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|row| CardOnFile {
        id: PaymentCardId(row.id),
        brand: row.brand,
        last4: row.last4,
        exp_month: u32::from(row.exp_month.unsigned_abs()),
        exp_year: i32::from(row.exp_year),
    }))
}
