use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde_json::json;
use sqlx::types::Json;

use super::hold::hold_bill_in;
use crate::{
    Db, Error, Result, Scope, Tx,
    billing::{InvoiceState, Line, operators_only, period, words},
    calendar, changes,
    ids::{ClientId, InvoiceId, SubscriptionId},
    mail,
    money::{Currency, Money},
    webhooks::{self, Kind},
};

/// The workspace's sender and zone, and the number that was taken from its counter.
struct Numbered {
    number: i64,
    bill_from: String,
    zone: Tz,
}

/// Takes the next number of the workspace. Its row is held until the transaction ends and a rollback gives the number
/// back: no gaps, no repeats. Take it last.
async fn next_number_in(tx: &mut Tx, scope: &Scope) -> Result<Numbered> {
    let row = sqlx::query!(
        r#"UPDATE workspace SET next_invoice_number = next_invoice_number + 1 WHERE id = $1
           RETURNING next_invoice_number - 1 AS "number!", bill_from, name, zone"#,
        scope.workspace.0,
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    let bill_from = if row.bill_from.is_empty() { row.name } else { row.bill_from };
    Ok(Numbered { number: row.number, bill_from, zone: read_zone(&row.zone)? })
}

/// The workspace's zone.
pub(crate) async fn zone_in(tx: &mut Tx, scope: &Scope) -> Result<Tz> {
    let zone = sqlx::query_scalar!("SELECT zone FROM workspace WHERE id = $1", scope.workspace.0)
        .fetch_optional(tx.conn())
        .await?
        .ok_or(Error::NotFound)?;
    read_zone(&zone)
}

fn read_zone(name: &str) -> Result<Tz> {
    calendar::zone(name).map_err(|error| Error::Broken(format!("the workspace's zone: {error}")))
}

fn read_currency(code: &str) -> Result<Currency> {
    code.parse().map_err(|error| Error::Broken(format!("an invoice's currency: {error}")))
}

/// Issues a draft: it gets its number, is due in two weeks, and the client sees it.
///
/// # Errors
/// [`Error::Refused`] where it is no draft any more; [`Error::NotFound`] for anyone but an operator.
pub async fn issue(db: &Db, scope: &Scope, invoice: InvoiceId) -> Result<()> {
    operators_only(scope)?;
    let mut tx = db.begin(scope).await?;
    let bill = hold_bill_in(&mut tx, scope, invoice).await?;
    if bill.state != InvoiceState::Draft {
        return Err(Error::refused("This invoice was issued already."));
    }
    let (now, numbered) = (tx.now(), next_number_in(&mut tx, scope).await?);
    let total = sqlx::query!(
        "UPDATE invoice SET state = 'issued', number = $3, bill_from = $4, issued_at = $5, due_at = $6
         WHERE workspace_id = $1 AND id = $2 AND state = 'draft' RETURNING total_minor, currency",
        scope.workspace.0,
        invoice.0,
        numbered.number,
        numbered.bill_from,
        now,
        period::due(now, numbered.zone),
    )
    .fetch_one(tx.conn())
    .await?;
    let total = Money::new(total.total_minor, read_currency(&total.currency)?);
    tell_in(&mut tx, scope, (bill.client, invoice), &numbered, total).await?;
    tx.commit().await
}

/// Tells those who see to the client's bills, by mail, and the pages that are open.
async fn tell_in(
    tx: &mut Tx,
    scope: &Scope,
    (client, invoice): (ClientId, InvoiceId),
    numbered: &Numbered,
    total: Money,
) -> Result<()> {
    let number = words::number(numbered.number.unsigned_abs());
    let due = words::date(period::due(tx.now(), numbered.zone), numbered.zone);
    let subject = format!("Invoice {number}, due on {due}");
    let body = format!(
        "Invoice {number} over {} is due on {due}.\n\nRead it, print it or keep it:\n\n{{link:/portal/billing/{}}}\n",
        total.in_full(),
        numbered.number,
    );
    mail::to_payers_in(tx, scope, client, &subject, &body).await?;
    let issued = json!({
        "client": client,
        "invoice": invoice,
        "number": numbered.number,
        "total": { "minor": total.minor, "currency": total.currency.code() },
        "due": period::due(tx.now(), numbered.zone).timestamp_millis(),
    });
    webhooks::tell_in(tx, scope, Kind::InvoiceIssued, issued).await?;
    changes::tell_in(tx, scope, client, "invoice", None).await
}

/// An invoice of a subscription that goes to the client at once.
pub(in crate::billing) struct NewInvoice {
    pub client: ClientId,
    pub subscription: SubscriptionId,
    pub lines: Vec<Line>,
    pub currency: Currency,
    pub period: Option<(DateTime<Utc>, DateTime<Utc>)>,
}

/// Writes an invoice and issues it, in one.
pub(in crate::billing) async fn insert_issued_in(
    tx: &mut Tx,
    scope: &Scope,
    new: &NewInvoice,
) -> Result<InvoiceId> {
    let total = total(&new.lines, new.currency)?;
    let (id, now) = (InvoiceId::new(), tx.now());
    let numbered = next_number_in(tx, scope).await?;
    sqlx::query!(
        "INSERT INTO invoice (id, workspace_id, client_id, subscription_id, number, state, currency, lines, total_minor,
                bill_from, bill_to, period_start, period_end, created_at, issued_at, due_at)
         SELECT $1, $2, c.id, $4, $5, 'issued', $6, $7, $8, $9, coalesce(nullif(c.bill_to, ''), c.name), $10, $11, $12, $12, $13
         FROM client c WHERE c.workspace_id = $2 AND c.id = $3",
        id.0,
        scope.workspace.0,
        new.client.0,
        new.subscription.0,
        numbered.number,
        new.currency.code(),
        Json(&new.lines) as _,
        total.minor,
        numbered.bill_from,
        new.period.map(|(start, _)| start),
        new.period.map(|(_, end)| end),
        now,
        period::due(now, numbered.zone),
    )
    .execute(tx.conn())
    .await?;
    tell_in(tx, scope, (new.client, id), &numbered, total).await?;
    Ok(id)
}

/// The sum of the lines.
///
/// # Errors
/// [`Error::Refused`] where it does not fit.
pub(super) fn total(lines: &[Line], currency: Currency) -> Result<Money> {
    Money::sum(currency, lines.iter().map(|line| Money::new(line.minor, currency)))
        .map_err(|error| Error::refused(error.to_string()))
}
