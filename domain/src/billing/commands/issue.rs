use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::types::Json;

use super::{
    credit::credit_draft_in,
    lock::lock_bill,
    numbers::{next_number_in, read_zone},
    parties::{Parties, parties_in},
};
use crate::{
    Db, Error, Result, Scope, Tx,
    billing::{InvoiceLine, InvoiceState, lacking, operators_only, period, read_currency, words},
    format::Format,
    ids::{ClientId, CreditNoteId, InvoiceId, SubscriptionId},
    live_hints, mail,
    money::{Currency, Money},
    payments::{self, queries::rest_in},
    tax::Assessment,
    webhooks::{self, EventKind},
};

/// What became of a draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IssueOutcome {
    /// It is an invoice, with its number.
    Invoice,
    /// It was below zero: a credit note has taken its place.
    Credit(CreditNoteId),
}

/// Issues a draft: it gets its number, is due in two weeks, and the client sees it. One whose total is below zero
/// becomes a credit note.
///
/// # Errors
/// [`Error::Refused`] where it is no draft any more, and where it would lack what the law wants of it;
/// [`Error::NotFound`] for anyone but an operator.
pub async fn issue(db: &Db, scope: &Scope, invoice: InvoiceId) -> Result<IssueOutcome> {
    operators_only(scope)?;
    let mut tx = db.begin(scope).await?;
    let bill = lock_bill(&mut tx, scope, invoice).await?;
    if bill.state != InvoiceState::Draft {
        return Err(Error::refused("This invoice has already been issued."));
    }
    let parties = parties_in(&mut tx, scope, bill.client).await?;
    let lacks = parties.lacks();
    if !lacks.is_empty() {
        let at = if lacks[0].is_senders() { "in Settings" } else { "on the client’s details page" };
        return Err(Error::refused(format!("{}. Add it {at}, then issue the invoice.", lacking(&lacks))));
    }
    let issued = if bill.total_minor < 0 {
        // The draft is gone afterwards.
        super::audit_log::record_invoice_in(&mut tx, scope, "issue_invoice", invoice).await?;
        IssueOutcome::Credit(credit_draft_in(&mut tx, scope, invoice, &parties).await?)
    } else {
        issue_in(&mut tx, scope, (bill.client, invoice), &parties).await?;
        super::audit_log::record_invoice_in(&mut tx, scope, "issue_invoice", invoice).await?;
        IssueOutcome::Invoice
    };
    tx.commit().await?;
    Ok(issued)
}

/// Gives a draft its number and sends it; nothing that the law wants is missing.
async fn issue_in(
    tx: &mut Tx,
    scope: &Scope,
    (client, invoice): (ClientId, InvoiceId),
    parties: &Parties,
) -> Result<()> {
    let lines = sqlx::query_scalar!(
        r#"SELECT lines AS "lines: Json<Vec<InvoiceLine>>" FROM invoice WHERE workspace_id = $1 AND id = $2"#,
        scope.workspace.0,
        invoice.0,
    )
    .fetch_one(tx.conn())
    .await?;
    // A draft may be older than the rates and the client's details are.
    let tax = parties.assess(&lines.0)?;
    let numbered = next_number_in(tx, scope).await?;
    let now = tx.now();
    let total = sqlx::query!(
        "UPDATE invoice SET state = 'issued', number = $3, bill_from = $4, issued_at = $5, due_at = $6, bill_to = $7,
                issue_when_complete = false, total_minor = $9, tax = $10, net_minor = $11,
                note = CASE WHEN $8::text = '' OR position($8 in note) > 0 THEN note
                            ELSE concat_ws(E'\\n\\n', nullif(note, ''), $8) END
         WHERE workspace_id = $1 AND id = $2 AND state = 'draft' RETURNING total_minor, currency",
        scope.workspace.0,
        invoice.0,
        numbered.number,
        parties.bill_from,
        now,
        period::due(now, numbered.format.zone),
        parties.bill_to,
        parties.sender.tax_note,
        tax.total,
        kept_tax(&tax) as _,
        tax.net,
    )
    .fetch_one(tx.conn())
    .await?;
    let total = Money::new(total.total_minor, read_currency(&total.currency)?);
    super::balance::apply_in(tx, scope, client, invoice).await?;
    let letter =
        Letter { invoice, number: numbered.number, due: period::due(now, numbered.format.zone), total };
    mail_in(tx, scope, client, &letter, numbered.format).await?;
    let issued = json!({
        "client": client,
        "invoice": invoice,
        "number": numbered.number,
        "total": { "minor": total.minor, "currency": total.currency.code() },
        "due": letter.due.timestamp_millis(),
    });
    webhooks::commands::enqueue(tx, scope, EventKind::InvoiceIssued, issued).await?;
    live_hints::publish(tx, scope, client, "invoice", None).await
}

/// What a mail says of an invoice.
struct Letter {
    invoice: InvoiceId,
    number: i64,
    due: DateTime<Utc>,
    total: Money,
}

/// Tells those who see to the client's bills by mail, and notes whether anybody was there to tell.
async fn mail_in(
    tx: &mut Tx,
    scope: &Scope,
    client: ClientId,
    letter: &Letter,
    format: Format,
) -> Result<()> {
    let number = words::number(letter.number.unsigned_abs());
    let due = format.day(letter.due);
    let workspace = sqlx::query_scalar!("SELECT name FROM workspace WHERE id = $1", scope.workspace.0)
        .fetch_one(tx.conn())
        .await?;
    let rest = rest_in(tx, scope, letter.invoice).await?;
    let total = letter.total.in_full();
    // What the client's balance has paid is not asked for.
    let (subject, says) = match rest.minor {
        0 if letter.total.minor > 0 => (
            format!("Invoice {number} from {workspace}, paid from your balance"),
            format!("Your balance paid your invoice {number} for {total}. There’s nothing to do."),
        ),
        minor if minor < letter.total.minor => (
            format!("Invoice {number} from {workspace}, due {due}"),
            format!(
                "Your invoice {number} is for {total}. Your balance paid part of it; the other {} is due {due}.",
                rest.in_full()
            ),
        ),
        _ => (
            format!("Invoice {number} from {workspace}, due {due}"),
            format!("Your invoice {number} for {total} is due {due}."),
        ),
    };
    let server = Scope::system(scope.workspace);
    tx.enter(&server).await?;
    let link = payments::commands::create_link_in(tx, &server, letter.invoice).await?;
    tx.enter(scope).await?;
    let body = format!(
        "Hi,\n\n{says}\n\nPay or print it, without signing in:\n\n{{link:{}}}\n\nIt’s in your account, too:\n\n\
         {{link:/portal/billing/{}}}\n\n{}\n",
        link.path(),
        letter.number,
        mail::plain(&workspace),
    );
    if mail::commands::queue_to_payers_in(
        tx,
        scope,
        client,
        &subject,
        &body,
        Some(mail::MailPaper::Invoice(letter.invoice)),
    )
    .await?
        == 0
    {
        return Ok(());
    }
    let now = tx.now();
    sqlx::query!(
        "UPDATE invoice SET mailed_at = $3 WHERE workspace_id = $1 AND id = $2",
        scope.workspace.0,
        letter.invoice.0,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Mails the unpaid invoices that nobody was there for when they were issued. Call it where somebody came to see to a
/// client's bills.
pub(crate) async fn mail_unsent_in(tx: &mut Tx, scope: &Scope, client: ClientId) -> Result<()> {
    let rows = sqlx::query!(
        r#"SELECT i.id, i.number AS "number!", i.due_at AS "due_at!", i.total_minor, i.currency, w.zone, w.locale
           FROM invoice i JOIN workspace w ON w.id = i.workspace_id
           WHERE i.workspace_id = $1 AND i.client_id = $2 AND i.state = 'issued' AND i.mailed_at IS NULL
           ORDER BY i.number"#,
        scope.workspace.0,
        client.0,
    )
    .fetch_all(tx.conn())
    .await?;
    for row in rows {
        let total = Money::new(row.total_minor, read_currency(&row.currency)?);
        let letter = Letter { invoice: InvoiceId(row.id), number: row.number, due: row.due_at, total };
        mail_in(tx, scope, client, &letter, Format::of(row.locale.as_deref(), read_zone(&row.zone)?)).await?;
    }
    Ok(())
}

/// An invoice of a subscription that goes to the client at once.
pub(in crate::billing) struct NewInvoice {
    pub client: ClientId,
    pub subscription: SubscriptionId,
    pub lines: Vec<InvoiceLine>,
    pub currency: Currency,
    pub period: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// What the period itself comes to, beside what is paid once.
    pub period_minor: i64,
}

/// Writes an invoice and issues it, in one. One that would lack what the law wants of it is held back: a draft that
/// goes out by itself when that is mended ([`issue_held_in`]), and stands on the desk's Today until then.
pub(in crate::billing) async fn insert_issued_in(
    tx: &mut Tx,
    scope: &Scope,
    new: &NewInvoice,
) -> Result<InvoiceId> {
    let (id, now) = (InvoiceId::new(), tx.now());
    // Drafts are the workspace's own to see, also where a client's click makes one.
    let server = Scope::system(scope.workspace);
    tx.enter(&server).await?;
    let parties = parties_in(tx, &server, new.client).await?;
    let tax = parties.assess(&new.lines)?;
    sqlx::query!(
        "INSERT INTO invoice (id, workspace_id, client_id, subscription_id, state, currency, lines, total_minor, bill_to,
                period_start, period_end, created_at, issue_when_complete, tax, net_minor, period_minor)
         VALUES ($1, $2, $3, $4, 'draft', $5, $6, $7, $8, $9, $10, $11, true, $12, $13, $14)",
        id.0,
        scope.workspace.0,
        new.client.0,
        new.subscription.0,
        new.currency.code(),
        Json(&new.lines) as _,
        tax.total,
        parties.bill_to,
        new.period.map(|(start, _)| start),
        new.period.map(|(_, end)| end),
        now,
        kept_tax(&tax) as _,
        tax.net,
        new.period_minor,
    )
    .execute(tx.conn())
    .await?;
    if parties.lacks().is_empty() {
        issue_in(tx, &server, (new.client, id), &parties).await?;
        super::audit_log::record_invoice_by_portal_in(tx, &server, "issue_invoice", id).await?;
    } else {
        super::audit_log::record_invoice_by_portal_in(tx, &server, "hold_back_invoice", id).await?;
        live_hints::publish_to_desk(tx, &server, "invoice").await?;
    }
    tx.enter(scope).await?;
    Ok(id)
}

/// Issues what was held back and lacks nothing any more, oldest first; of one client, or of the whole workspace.
pub(crate) async fn issue_held_in(tx: &mut Tx, scope: &Scope, client: Option<ClientId>) -> Result<()> {
    let server = Scope::system(scope.workspace);
    tx.enter(&server).await?;
    let held = sqlx::query!(
        "SELECT id, client_id FROM invoice
         WHERE workspace_id = $1 AND issue_when_complete AND ($2::uuid IS NULL OR client_id = $2)
         ORDER BY created_at, id FOR UPDATE",
        scope.workspace.0,
        client.map(|client| client.0),
    )
    .fetch_all(tx.conn())
    .await?;
    for row in held {
        let client = ClientId(row.client_id);
        let parties = parties_in(tx, &server, client).await?;
        if parties.lacks().is_empty() {
            let invoice = InvoiceId(row.id);
            issue_in(tx, &server, (client, invoice), &parties).await?;
            super::audit_log::record_invoice_by_portal_in(tx, &server, "issue_invoice", invoice).await?;
        }
    }
    tx.enter(scope).await
}

/// The tax as an invoice keeps it: nothing where nothing is said of it.
pub(super) fn kept_tax(tax: &Assessment) -> Option<Json<&Assessment>> {
    tax.has_treatment().then_some(Json(tax))
}

/// The sum of the lines.
///
/// # Errors
/// [`Error::Refused`] where it does not fit.
pub(super) fn total(lines: &[InvoiceLine], currency: Currency) -> Result<Money> {
    Money::sum(currency, lines.iter().map(|line| Money::new(line.minor, currency)))
        .map_err(|error| Error::refused(error.to_string()))
}
