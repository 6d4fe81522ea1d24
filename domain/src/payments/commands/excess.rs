//! Money that no invoice takes: it goes back, or to the client's balance.

use super::receive::number_in;
use crate::{
    Result, Scope, Tx,
    billing::{
        BalanceReason,
        commands::balance::{self, NewBalanceEntry},
    },
    ids::{ClientId, InvoiceId, PaymentId, RefundId},
    mail,
    money::Money,
    payments::{ExcessPolicy, PaymentMethod, queries::policy_in},
};

/// What a payment has too much.
pub(super) struct Excess {
    pub client: ClientId,
    pub payment: PaymentId,
    pub invoice: InvoiceId,
    pub method: PaymentMethod,
    pub amount: Money,
}

/// Sends it where the workspace wants it, and tells the payers. For the server's scope.
pub(super) async fn send_away_in(tx: &mut Tx, server: &Scope, excess: &Excess) -> Result<()> {
    let policy = policy_in(tx, server).await?;
    let way = match excess.method {
        PaymentMethod::Card => policy.excess_by_card,
        PaymentMethod::Bank => policy.excess_by_bank,
        PaymentMethod::Balance => ExcessPolicy::Balance,
    };
    match way {
        ExcessPolicy::Refund => {
            refund_in(tx, server, excess, "More was paid than the invoice asked for.").await?;
        }
        ExcessPolicy::Balance => add_to_balance_in(tx, server, excess).await?,
    }
    if excess.method == PaymentMethod::Balance {
        return Ok(());
    }
    let number = number_in(tx, server, excess.invoice).await?;
    let amount = excess.amount.in_full();
    let goes = match (way, excess.method) {
        (ExcessPolicy::Balance, _) => "We’ve added it to your balance. It pays toward your next invoice.",
        (ExcessPolicy::Refund, PaymentMethod::Card) => {
            "We’re sending it back to your card. It can take your bank up to 10 days to show it."
        }
        (ExcessPolicy::Refund, _) => "We’ll transfer it back to you.",
    };
    let body = format!("Hi,\n\nWe received {amount} more for invoice {number} than was due. {goes}\n");
    let subject = format!("You paid {amount} too much for invoice {number}");
    mail::commands::queue_to_payers_in(tx, server, excess.client, &subject, &body, None).await?;
    Ok(())
}

/// Stores a refund to be made: by the provider where the money came by card, by an operator's own transfer otherwise.
pub(super) async fn refund_in(
    tx: &mut Tx,
    server: &Scope,
    excess: &Excess,
    reason: &str,
) -> Result<RefundId> {
    let (id, now) = (RefundId::new(), tx.now());
    // Due for the provider at once; nobody calls for a bank transfer.
    let lease = (excess.method == PaymentMethod::Card).then_some(now);
    sqlx::query!(
        "INSERT INTO payment_refund (id, workspace_id, client_id, payment_id, amount_minor, reason, state, asked_at, lease_until)
         VALUES ($1, $2, $3, $4, $5, $6, 'open', $7, $8)",
        id.0,
        server.workspace.0,
        excess.client.0,
        excess.payment.0,
        excess.amount.minor,
        reason,
        now,
        lease,
    )
    .execute(tx.conn())
    .await?;
    Ok(id)
}

async fn add_to_balance_in(tx: &mut Tx, server: &Scope, excess: &Excess) -> Result<()> {
    let reason = match excess.method {
        PaymentMethod::Balance => BalanceReason::Correction,
        PaymentMethod::Card | PaymentMethod::Bank => BalanceReason::Overpaid,
    };
    let entry = NewBalanceEntry {
        invoice: Some(excess.invoice),
        payment: Some(excess.payment),
        ..NewBalanceEntry::new(excess.client, excess.amount, reason)
    };
    balance::insert_in(tx, server, &entry).await
}
