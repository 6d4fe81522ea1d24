use chrono::{DateTime, Utc};

use crate::{
    Db, Error, Result, Scope,
    money::{Currency, Money},
};

/// What a new client reads after signing up: what was bought, the first invoice, what happens next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Welcome {
    /// The offer as it was sold.
    pub offer: String,
    /// Work may begin; otherwise it begins when the invoice is paid.
    pub at_work: bool,
    /// It begins when the address is confirmed.
    pub starts_at_once: bool,
    /// It begins with a trial; the first invoice comes at its end.
    pub is_trial: bool,
    /// It begins once a card is on file.
    pub needs_card: bool,
    /// None where nothing is to be paid.
    pub invoice: Option<FirstInvoice>,
}

/// The client's first invoice, in short.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstInvoice {
    pub number: u64,
    pub total: Money,
    pub due_at: Option<DateTime<Utc>>,
    pub is_paid: bool,
}

/// The welcome of the scope's client.
///
/// # Errors
/// [`Error::NotFound`] where it holds no subscription.
pub async fn welcome(db: &Db, scope: &Scope) -> Result<Welcome> {
    let client = scope.client.ok_or(Error::NotFound)?;
    let mut tx = db.begin(scope).await?;
    let now = tx.now();
    let row = sqlx::query!(
        r#"SELECT s.name, s.state, (s.starts = 'at_once' OR s.price_minor = 0 OR s.trial_days IS NOT NULL) AS "at_once!",
                  (s.trial_days IS NOT NULL OR coalesce(s.trial_ends_at > $3, false)) AS "is_trial!", s.needs_card, i.number AS "number?", i.total_minor AS "total?", i.currency AS "currency?",
                  i.due_at AS "due_at?", i.state AS "invoice_state?"
           FROM subscription s LEFT JOIN invoice i ON i.subscription_id = s.id AND i.workspace_id = s.workspace_id
                AND i.state IN ('issued', 'paid')
           WHERE s.workspace_id = $1 AND s.client_id = $2 AND s.state <> 'ended'
           ORDER BY i.number LIMIT 1"#,
        scope.workspace.0,
        client.0,
        now,
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    tx.commit().await?;
    let invoice = match (row.number, row.total, row.currency) {
        (Some(number), Some(total), Some(currency)) => {
            let currency: Currency =
                currency.parse().map_err(|_| Error::Broken(format!("unknown currency {currency}")))?;
            let is_paid = row.invoice_state.as_deref() == Some("paid");
            Some(FirstInvoice {
                number: number.cast_unsigned(),
                total: Money::new(total, currency),
                due_at: row.due_at,
                is_paid,
            })
        }
        _ => None,
    };
    Ok(Welcome {
        offer: row.name,
        at_work: row.state == "active",
        starts_at_once: row.at_once,
        is_trial: row.is_trial,
        needs_card: row.needs_card,
        invoice,
    })
}
