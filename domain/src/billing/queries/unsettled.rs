use super::a_month;
use crate::{Result, Scope, Tx, billing::SubscriptionState, ids::ClientId, money::Money, offers::Interval};

/// Why a subscription is no revenue, or soon none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Its latest invoice is not paid, or was credited.
    Unpaid,
    Paused,
    /// Paid for, and about to end.
    Ending,
}

impl Why {
    /// Its heading on the page.
    pub fn label(self) -> &'static str {
        match self {
            Self::Unpaid => "Not paid yet",
            Self::Paused => "Paused",
            Self::Ending => "Ending",
        }
    }
}

/// What stands beside the recurring revenue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnsettledSubscription {
    pub client: ClientId,
    pub client_name: String,
    /// What it brings in a month, or would.
    pub amount: Money,
    pub why: Why,
}

/// Every living subscription that is not simply paid for, by name.
pub(super) async fn unsettled_in(tx: &mut Tx, scope: &Scope) -> Result<Vec<UnsettledSubscription>> {
    let rows = sqlx::query!(
        r#"SELECT s.client_id, c.name, s.state AS "state: SubscriptionState", s.ends_with_period, s.price_minor, s.currency,
                  s.billing_interval AS "interval: Interval",
                  coalesce((SELECT i.state = 'paid' AND NOT EXISTS (SELECT FROM credit_note n WHERE n.invoice_id = i.id)
                            FROM invoice i
                            WHERE i.workspace_id = s.workspace_id AND i.subscription_id = s.id AND i.state <> 'void'
                            ORDER BY i.created_at DESC, i.id DESC LIMIT 1), false) AS "paid!"
           FROM subscription s JOIN client c ON c.workspace_id = s.workspace_id AND c.id = s.client_id
           WHERE s.workspace_id = $1 AND s.state <> 'ended' AND s.price_minor > 0
           ORDER BY lower(c.name), c.id"#,
        scope.workspace.0,
    )
    .fetch_all(tx.conn())
    .await?;
    let mut all = Vec::new();
    for row in rows {
        let why = match row.state {
            SubscriptionState::Paused => Why::Paused,
            _ if !row.paid => Why::Unpaid,
            _ if row.ends_with_period => Why::Ending,
            _ => continue,
        };
        let amount = a_month(row.price_minor, &row.currency, row.interval)?;
        all.push(UnsettledSubscription {
            client: ClientId(row.client_id),
            client_name: row.name,
            amount,
            why,
        });
    }
    Ok(all)
}
