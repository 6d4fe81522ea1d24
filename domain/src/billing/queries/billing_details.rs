use sqlx::types::Json;

use crate::{
    Db, Error, Result, Scope,
    billing::{Recipient, commands::BillingDetails, may_bill},
};

/// Where the invoices of the scope's client go.
///
/// # Errors
/// [`Error::NotFound`] for those who may not see bills, and where the scope is no client's.
pub async fn billing_details(db: &Db, scope: &Scope) -> Result<BillingDetails> {
    may_bill(scope)?;
    let client = scope.client.ok_or(Error::NotFound)?;
    let mut tx = db.begin(scope).await?;
    let row = sqlx::query!(
        r#"SELECT bill_to, bill_details AS "details: Json<Recipient>", bill_email FROM client
           WHERE workspace_id = $1 AND id = $2"#,
        scope.workspace.0,
        client.0,
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    tx.commit().await?;
    let recipient = row.details.map_or_else(|| Recipient::from_text(&row.bill_to), |details| details.0);
    Ok(BillingDetails { recipient, email: row.bill_email })
}
