use sqlx::types::Json;

use super::{
    issue::kept_tax,
    lock::lock_bill,
    numbers::{NextNumber, next_credit_number_in},
    parties::Parties,
};
use crate::{
    Db, Error, Result, Scope, Tx,
    billing::{InvoiceLine, InvoiceState, operators_only, read_currency, words},
    ids::{ClientId, CreditNoteId, InvoiceId},
    live_hints, mail,
    money::{Currency, Money},
    tax::Assessment,
};

/// Takes a paid invoice back by a credit note over all of it: the invoice and its payment stay on the books.
///
/// # Errors
/// [`Error::Refused`] where it is not paid, came to nothing, or was credited before; [`Error::NotFound`] for anyone but
/// an operator.
pub async fn credit(db: &Db, scope: &Scope, invoice: InvoiceId) -> Result<CreditNoteId> {
    operators_only(scope)?;
    let mut tx = db.begin(scope).await?;
    let id = credit_in(&mut tx, scope, invoice).await?;
    tx.commit().await?;
    Ok(id)
}

/// The same within a transaction.
pub(crate) async fn credit_in(tx: &mut Tx, scope: &Scope, invoice: InvoiceId) -> Result<CreditNoteId> {
    let bill = lock_bill(tx, scope, invoice).await?;
    match bill.state {
        InvoiceState::Paid if bill.total_minor > 0 => {}
        InvoiceState::Paid => {
            return Err(Error::refused("It came to nothing, so there is nothing to credit."));
        }
        InvoiceState::Issued => {
            return Err(Error::refused("It isn’t paid yet. Void it instead, and nobody pays it."));
        }
        _ => return Err(Error::refused("Only a paid invoice can be credited.")),
    }
    if is_credited_in(tx, scope, invoice).await? {
        return Err(Error::refused("It was credited already. Reload the page to see the credit note."));
    }
    let row = sqlx::query!(
        r#"SELECT number AS "number!", currency, lines AS "lines: Json<Vec<InvoiceLine>>", total_minor, bill_from, bill_to,
                  tax AS "tax: Json<Assessment>", coalesce(net_minor, total_minor) AS "net_minor!"
           FROM invoice WHERE workspace_id = $1 AND id = $2"#,
        scope.workspace.0,
        invoice.0,
    )
    .fetch_one(tx.conn())
    .await?;
    let note = format!("This credits invoice {} in full.", words::number(row.number.unsigned_abs()));
    let new = NewCredit {
        client: bill.client,
        invoice: Some(invoice),
        currency: read_currency(&row.currency)?,
        lines: row.lines.0,
        total_minor: row.total_minor,
        tax: row.tax.map(|tax| tax.0),
        net_minor: row.net_minor,
        bill_from: row.bill_from,
        bill_to: row.bill_to,
        note,
    };
    let id = insert_in(tx, scope, &new).await?;
    super::audit_log::record_invoice_in(tx, scope, "credit_invoice", invoice).await?;
    Ok(id)
}

pub(super) async fn is_credited_in(tx: &mut Tx, scope: &Scope, invoice: InvoiceId) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM credit_note WHERE workspace_id = $1 AND invoice_id = $2) AS "any!""#,
        scope.workspace.0,
        invoice.0,
    )
    .fetch_one(tx.conn())
    .await?)
}

/// Makes a credit note of a draft whose total is below zero; the draft is gone.
pub(super) async fn credit_draft_in(
    tx: &mut Tx,
    scope: &Scope,
    invoice: InvoiceId,
    parties: &Parties,
) -> Result<CreditNoteId> {
    let row = sqlx::query!(
        r#"DELETE FROM invoice WHERE workspace_id = $1 AND id = $2 AND state = 'draft'
           RETURNING client_id, currency, lines AS "lines: Json<Vec<InvoiceLine>>", note"#,
        scope.workspace.0,
        invoice.0,
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    let tax = parties.assess(&row.lines.0)?.negated();
    let lines =
        row.lines.0.into_iter().map(|line| InvoiceLine { minor: line.minor.saturating_neg(), ..line });
    let new = NewCredit {
        client: ClientId(row.client_id),
        invoice: None,
        currency: read_currency(&row.currency)?,
        lines: lines.collect(),
        total_minor: tax.total,
        net_minor: tax.net,
        tax: Some(tax),
        bill_from: parties.bill_from.clone(),
        bill_to: parties.bill_to.clone(),
        note: row.note,
    };
    insert_in(tx, scope, &new).await
}

struct NewCredit {
    client: ClientId,
    invoice: Option<InvoiceId>,
    currency: Currency,
    lines: Vec<InvoiceLine>,
    total_minor: i64,
    tax: Option<Assessment>,
    net_minor: i64,
    bill_from: String,
    bill_to: String,
    note: String,
}

async fn insert_in(tx: &mut Tx, scope: &Scope, new: &NewCredit) -> Result<CreditNoteId> {
    let NextNumber { number, .. } = next_credit_number_in(tx, scope).await?;
    let (id, now) = (CreditNoteId::new(), tx.now());
    sqlx::query!(
        "INSERT INTO credit_note (id, workspace_id, client_id, invoice_id, number, currency, lines, total_minor, bill_from,
                bill_to, note, issued_at, tax, net_minor)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        id.0,
        scope.workspace.0,
        new.client.0,
        new.invoice.map(|invoice| invoice.0),
        number,
        new.currency.code(),
        Json(&new.lines) as _,
        new.total_minor,
        new.bill_from,
        new.bill_to,
        new.note,
        now,
        new.tax.as_ref().and_then(kept_tax) as _,
        new.net_minor,
    )
    .execute(tx.conn())
    .await?;
    let printed = words::credit_number(number.unsigned_abs());
    let body = format!(
        "Credit note {printed} over {} is ready.\n\nRead it, print it or keep it:\n\n{{link:/portal/billing/credits/{number}}}\n",
        Money::new(new.total_minor, new.currency).in_full(),
    );
    mail::commands::queue_to_payers_in(
        tx,
        scope,
        new.client,
        &format!("Credit note {printed}"),
        &body,
        Some(mail::MailPaper::CreditNote(id)),
    )
    .await?;
    live_hints::publish(tx, scope, new.client, "invoice", None).await?;
    Ok(id)
}

/// Notes that the money of a credit note went back, or that it did not after all.
///
/// # Errors
/// [`Error::NotFound`], also for anyone but an operator.
pub async fn settle_credit(db: &Db, scope: &Scope, credit: CreditNoteId, settled: bool) -> Result<()> {
    operators_only(scope)?;
    let mut tx = db.begin(scope).await?;
    let now = tx.now();
    let client = sqlx::query_scalar!(
        "UPDATE credit_note SET settled_at = CASE WHEN $3 THEN coalesce(settled_at, $4::timestamptz) END
         WHERE workspace_id = $1 AND id = $2 RETURNING client_id",
        scope.workspace.0,
        credit.0,
        settled,
        now,
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    let what = if settled { "settle_credit" } else { "reopen_credit" };
    let entry = crate::audit::NewEntry::done(what, "").of(ClientId(client));
    crate::audit::commands::record_in(&mut tx, scope, entry).await?;
    live_hints::publish(&mut tx, scope, ClientId(client), "invoice", None).await?;
    tx.commit().await
}
