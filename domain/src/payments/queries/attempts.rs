use chrono::{DateTime, Utc};

use crate::{
    Db, Result, Scope,
    billing::read_currency,
    ids::{InvoiceId, PaymentAttemptId},
    money::Money,
    payments::{AttemptKind, AttemptState, may_pay, model::card_label},
};

/// A try to have an invoice paid, as lists show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    pub id: PaymentAttemptId,
    pub kind: AttemptKind,
    pub state: AttemptState,
    pub amount: Money,
    /// `Visa 4242`, where it was made with a card that was kept before.
    pub card: Option<String>,
    pub decline_code: Option<String>,
    /// By the plan, and not by a person.
    pub is_automatic: bool,
    pub begun_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
}

/// Every try to have an invoice paid by card, oldest first.
///
/// # Errors
/// [`crate::Error::NotFound`] for those who may not pay it.
pub async fn attempts_of(db: &Db, scope: &Scope, invoice: InvoiceId) -> Result<Vec<Attempt>> {
    may_pay(scope)?;
    let mut tx = db.begin(scope).await?;
    let rows = sqlx::query!(
        r#"SELECT t.id, t.kind AS "kind: AttemptKind", t.state AS "state: AttemptState", t.amount_minor, t.currency,
                  c.brand AS "brand?", c.last4 AS "last4?", t.decline_code, t.is_automatic, t.begun_at, t.ended_at
           FROM payment_attempt t LEFT JOIN payment_card c ON c.id = t.card_id AND c.workspace_id = t.workspace_id
           WHERE t.workspace_id = $1 AND t.invoice_id = $2 ORDER BY t.begun_at, t.id LIMIT 200"#,
        scope.workspace.0,
        invoice.0,
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    let attempts = rows.into_iter().map(|row| {
        Ok(Attempt {
            id: PaymentAttemptId(row.id),
            kind: row.kind,
            state: row.state,
            amount: Money::new(row.amount_minor, read_currency(&row.currency)?),
            card: row.brand.zip(row.last4).map(|(brand, last4)| card_label(&brand, &last4)),
            decline_code: row.decline_code,
            is_automatic: row.is_automatic,
            begun_at: row.begun_at,
            ended_at: row.ended_at,
        })
    });
    attempts.collect()
}
