//! A client's balance: money of its own that waits for its next invoice and pays it by itself.
//!
//! It is a ledger: entries are added and never changed, and their sum is the balance, which is never below zero. Whoever takes
//! from it holds [`lock_in`], which comes after everything else that a transaction holds.

use uuid::Uuid;

use crate::billing::read_currency;
use crate::{
    Db, Error, FieldErrors, Result, Scope, Tx,
    audit::{self, NewEntry},
    billing::{BalanceReason, operators_only},
    bounds,
    ids::{ClientId, InvoiceId, PaymentId},
    live_hints,
    money::{Currency, Money},
    payments::{PaymentMethod, ReceivedPayment, queries::rest_in},
    readable,
};

const LONGEST_NOTE: usize = 300;

/// A change of a client's balance by hand, as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BalanceForm {
    pub amount: String,
    /// It is taken away rather than given.
    pub takes: bool,
    /// Why; the client reads it.
    pub note: String,
}

/// Adds to a client's balance, or takes from it, by an operator's hand, in the workspace's currency.
///
/// # Errors
/// Fields `amount` and `note`; [`Error::NotFound`] for anyone but an operator.
pub async fn adjust_balance(db: &Db, scope: &Scope, client: ClientId, form: &BalanceForm) -> Result<()> {
    operators_only(scope)?;
    let mut tx = db.begin(scope).await?;
    let row = sqlx::query!(
        "SELECT w.currency, c.name FROM client c JOIN workspace w ON w.id = c.workspace_id
         WHERE c.workspace_id = $1 AND c.id = $2",
        scope.workspace.0,
        client.0,
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    let amount = read_amount(form, read_currency(&row.currency)?)?;
    let reason = if form.takes { BalanceReason::Correction } else { BalanceReason::Gift };
    if form.takes {
        lock_in(&mut tx, client).await?;
        let held = of_in(&mut tx, scope, client, amount.currency).await?;
        if held.minor < -amount.minor {
            return Err(Error::Fields(FieldErrors::one(
                "amount",
                format!("The balance is {held}. Take that or less."),
            )));
        }
    }
    let note = readable::line(form.note.trim());
    let entry = NewBalanceEntry { note: &note, ..NewBalanceEntry::new(client, amount, reason) };
    insert_in(&mut tx, scope, &entry).await?;
    live_hints::publish(&mut tx, scope, client, "invoice", None).await?;
    let audited = NewEntry::done("adjust_balance", format!("{}, {amount}, {note}", row.name));
    audit::commands::record_in(&mut tx, scope, audited.of(client)).await?;
    tx.commit().await
}

fn read_amount(form: &BalanceForm, currency: Currency) -> Result<Money> {
    let mut errors = FieldErrors::new();
    let amount = Money::parse(&form.amount, currency).unwrap_or_else(|error| {
        errors.add("amount", error.to_string());
        Money::new(1, currency)
    });
    if amount.minor == 0 {
        errors.add("amount", "Enter more than 0.");
    } else if amount.minor > bounds::MINOR {
        errors.add("amount", "This amount is too large.");
    }
    if readable::is_blank(&form.note) {
        errors.add("note", "Say why. The client sees it.");
    } else if form.note.chars().count() > LONGEST_NOTE {
        errors.add("note", format!("Keep it under {LONGEST_NOTE} characters."));
    }
    errors.check()?;
    Ok(if form.takes { Money::new(-amount.minor, currency) } else { amount })
}

/// An entry to be. Above zero it adds to the balance, below zero it takes from it.
pub(crate) struct NewBalanceEntry<'a> {
    pub client: ClientId,
    pub amount: Money,
    pub reason: BalanceReason,
    /// The invoice that it comes from or pays.
    pub invoice: Option<InvoiceId>,
    /// The payment that it is part of.
    pub payment: Option<PaymentId>,
    pub note: &'a str,
}

impl NewBalanceEntry<'_> {
    /// One that belongs to no invoice and no payment, without a note.
    pub(crate) fn new(client: ClientId, amount: Money, reason: BalanceReason) -> Self {
        Self { client, amount, reason, invoice: None, payment: None, note: "" }
    }
}

/// Adds an entry; none of nothing. What takes from the balance holds [`lock_in`] from here on at the latest.
pub(crate) async fn insert_in(tx: &mut Tx, scope: &Scope, entry: &NewBalanceEntry<'_>) -> Result<()> {
    if entry.amount.minor == 0 {
        return Ok(());
    }
    if entry.amount.minor < 0 {
        lock_in(tx, entry.client).await?;
    }
    let now = tx.now();
    sqlx::query!(
        "INSERT INTO balance_entry (id, workspace_id, client_id, amount_minor, currency, reason, invoice_id, payment_id, note, made_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        Uuid::now_v7(),
        scope.workspace.0,
        entry.client.0,
        entry.amount.minor,
        entry.amount.currency.code(),
        entry.reason.as_str(),
        entry.invoice.map(|invoice| invoice.0),
        entry.payment.map(|payment| payment.0),
        entry.note,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// What a client has on its balance in a currency.
pub(crate) async fn of_in(tx: &mut Tx, scope: &Scope, client: ClientId, currency: Currency) -> Result<Money> {
    let minor = sqlx::query_scalar!(
        r#"SELECT coalesce(within_bigint(sum(amount_minor)), 0) AS "minor!" FROM balance_entry
           WHERE workspace_id = $1 AND client_id = $2 AND currency = $3"#,
        scope.workspace.0,
        client.0,
        currency.code(),
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(Money::new(minor, currency))
}

/// Holds a client's balance until the transaction ends, so that no two take the same money.
async fn lock_in(tx: &mut Tx, client: ClientId) -> Result<()> {
    sqlx::query_scalar!(
        r#"SELECT 1 AS "held!" FROM (SELECT pg_advisory_xact_lock(hashtextextended('balance ' || $1, 0))) AS locked"#,
        client.to_string(),
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(())
}

/// Pays an issued invoice from the client's balance, as far as that goes.
///
/// # Errors
/// When the database is away.
pub(crate) async fn apply_in(tx: &mut Tx, scope: &Scope, client: ClientId, invoice: InvoiceId) -> Result<()> {
    let server = Scope::system(scope.workspace);
    tx.enter(&server).await?;
    let rest = rest_in(tx, &server, invoice).await?;
    if rest.minor > 0 {
        lock_in(tx, client).await?;
        let held = of_in(tx, &server, client, rest.currency).await?;
        let amount = Money::new(held.minor.min(rest.minor), rest.currency);
        if amount.minor > 0 {
            let used = Money::new(-amount.minor, amount.currency);
            let entry = NewBalanceEntry {
                invoice: Some(invoice),
                ..NewBalanceEntry::new(client, used, BalanceReason::Invoice)
            };
            insert_in(tx, &server, &entry).await?;
            live_hints::publish(tx, &server, client, "invoice", None).await?;
            let received = ReceivedPayment {
                invoice,
                method: PaymentMethod::Balance,
                amount,
                reference: String::new(),
                attempt: None,
                card: String::new(),
                fee: None,
                received_at: tx.now(),
            };
            Box::pin(crate::payments::commands::receive_in(tx, &server, received)).await?;
        }
    }
    tx.enter(scope).await
}
