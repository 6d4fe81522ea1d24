//! Giving money back.

use super::{
    excess::{Excess, refund_in},
    refund_calls::go_on_with,
};
use crate::{
    Db, Error, FieldErrors, Result, Scope, Tx,
    audit::{self, NewEntry},
    billing::{InvoiceState, commands as billing},
    ids::{ClientId, InvoiceId, PaymentId, RefundId},
    live_hints,
    money::Money,
    payments::{PaymentMethod, Providers},
    readable,
    scope::operators_only,
};

/// The longest reason.
const LONGEST: usize = 200;

/// A form that gives money back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundInput {
    pub payment: PaymentId,
    pub amount: Money,
    pub reason: String,
    /// Whether a credit note over the whole invoice is written beside it.
    pub writes_credit_note: bool,
}

/// Gives money of a payment back: by the provider where it came by card, by the operator's own transfer where by bank. It may
/// be all, a part, or another part; the invoice stays paid on the books, and a credit note beside it says why. Of an invoice
/// that is not paid whole, what went back is due again.
///
/// # Errors
/// Fields `amount` and `reason`; [`Error::Refused`]; [`Error::NotFound`], also for anyone but an operator.
pub async fn refund(
    db: &Db,
    scope: &Scope,
    providers: &dyn Providers,
    input: &RefundInput,
) -> Result<RefundId> {
    operators_only(scope)?;
    let mut tx = db.begin(scope).await?;
    let (excess, id) = store_in(&mut tx, scope, input).await?;
    if input.writes_credit_note {
        billing::credit_in(&mut tx, scope, excess.invoice).await?;
    }
    let entry =
        NewEntry { detail: input.reason.clone(), ..NewEntry::done("refund_payment", input.amount.in_full()) };
    audit::commands::record_in(&mut tx, scope, entry.of(excess.client)).await?;
    live_hints::publish(&mut tx, scope, excess.client, "invoice", None).await?;
    tx.commit().await?;
    if excess.method == PaymentMethod::Card
        && let Err(error) = go_on_with(db, providers, scope.workspace, id).await
    {
        // It is stored: the job makes the call again.
        tracing::warn!(error.message = %error, "a refund waits for its provider");
    }
    Ok(id)
}

async fn store_in(tx: &mut Tx, scope: &Scope, input: &RefundInput) -> Result<(Excess, RefundId)> {
    let invoice = sqlx::query_scalar!(
        r#"SELECT invoice_id AS "invoice!" FROM payment
           WHERE workspace_id = $1 AND id = $2 AND invoice_id IS NOT NULL AND withdrawn_at IS NULL"#,
        scope.workspace.0,
        input.payment.0,
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    let locked = billing::lock_invoice(tx, scope, InvoiceId(invoice)).await?;
    let row = sqlx::query!(
        r#"SELECT client_id, method AS "method: PaymentMethod", currency,
                  amount_minor - coalesce((SELECT within_bigint(sum(r.amount_minor)) FROM payment_refund r
                      WHERE r.payment_id = p.id AND r.state <> 'failed'), 0)
                  - coalesce((SELECT within_bigint(sum(b.amount_minor)) FROM balance_entry b WHERE b.payment_id = p.id), 0) AS "left!"
           FROM payment p WHERE workspace_id = $1 AND id = $2 FOR UPDATE OF p"#,
        scope.workspace.0,
        input.payment.0,
    )
    .fetch_one(tx.conn())
    .await?;
    let left = Money::new(row.left, crate::billing::read_currency(&row.currency)?);
    check(input, left)?;
    if row.method == PaymentMethod::Balance {
        return Err(Error::refused("It was paid from the balance. Change the balance instead."));
    }
    let excess = Excess {
        client: ClientId(row.client_id),
        payment: input.payment,
        invoice: InvoiceId(invoice),
        method: row.method,
        amount: input.amount,
    };
    let id = refund_in(tx, scope, &excess, input.reason.trim()).await?;
    if locked.state == InvoiceState::Issued {
        sqlx::query!(
            "UPDATE payment SET applied_minor = least(applied_minor, $3) WHERE workspace_id = $1 AND id = $2",
            scope.workspace.0,
            input.payment.0,
            left.minor - input.amount.minor,
        )
        .execute(tx.conn())
        .await?;
    }
    Ok((excess, id))
}

fn check(input: &RefundInput, left: Money) -> Result<()> {
    let mut errors = FieldErrors::new();
    if input.amount.currency != left.currency || input.amount.minor <= 0 {
        errors.add("amount", format!("Enter an amount in {}, above zero.", left.currency.code()));
    } else if input.amount.minor > left.minor {
        errors.add("amount", format!("At most {} of this payment can go back.", left.in_full()));
    }
    let reason = input.reason.trim();
    if reason.chars().count() > LONGEST || readable::line(reason) != reason {
        errors.add("reason", format!("Use at most {LONGEST} characters on one line."));
    }
    errors.check()
}

/// Notes that a refund by bank transfer was sent.
///
/// # Errors
/// [`Error::NotFound`] for one by card or one that is over, also for anyone but an operator.
pub async fn settle_refund(db: &Db, scope: &Scope, refund: RefundId) -> Result<()> {
    operators_only(scope)?;
    let mut tx = db.begin(scope).await?;
    let now = tx.now();
    let client = sqlx::query_scalar!(
        "UPDATE payment_refund r SET state = 'succeeded', ended_at = $3 FROM payment p
         WHERE r.workspace_id = $1 AND r.id = $2 AND r.state = 'open' AND p.id = r.payment_id AND p.method <> 'card'
         RETURNING r.client_id",
        scope.workspace.0,
        refund.0,
        now,
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    let entry = NewEntry::done("settle_refund", "").of(ClientId(client));
    audit::commands::record_in(&mut tx, scope, entry).await?;
    live_hints::publish(&mut tx, scope, ClientId(client), "invoice", None).await?;
    tx.commit().await
}
