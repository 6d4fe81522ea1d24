use domain::{
    Error, FieldErrors, Result,
    audit::NewEntry,
    billing::{self, Invoice, InvoiceDraft, InvoiceLine, queries::InvoiceFilter, words},
    ids::{ClientId, InvoiceId},
    money::Currency,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{DeskCaller, id, reads, writes};
use crate::mcp::tool::{Tool, WriteResult};

pub(super) fn tools() -> Vec<Tool<DeskCaller>> {
    vec![
        reads(
            (
                "list_invoices",
                "List invoices",
                "Invoices of one client or of all, newest first, a page at a time, with their lines and whether they are paid.",
            ),
            list_invoices,
        )
        .wide(),
        writes(
            (
                "draft_invoice",
                "Draft an invoice",
                "Writes an invoice as a draft, which nobody gets before it is issued. What a subscription costs is billed by \
                 itself: this is for anything else.",
            ),
            draft_invoice,
        )
        .wide(),
        writes(
            (
                "mark_invoice_paid",
                "Mark an invoice as paid",
                "Notes that an issued invoice was paid. Where a subscription waits for it, work begins.",
            ),
            mark_invoice_paid,
        )
        .wide(),
        writes(
            (
                "resume_subscription",
                "Resume a subscription",
                "Takes a paused subscription up again, with the days that the pause has kept.",
            ),
            resume_subscription,
        ),
    ]
}

/// Which invoices.
#[derive(Clone, Copy, Default, Deserialize, JsonSchema)]
#[schemars(rename = "State")]
#[serde(rename_all = "snake_case")]
enum InvoiceStateInput {
    #[default]
    All,
    Draft,
    Due,
    Overdue,
    Paid,
    Void,
}

#[derive(Deserialize, JsonSchema)]
struct ListInvoices {
    /// One client's id; default: all clients.
    #[serde(default)]
    client: Option<String>,
    #[serde(default)]
    state: InvoiceStateInput,
    /// From 1.
    #[serde(default)]
    page: u32,
}

async fn list_invoices(desk: DeskCaller, asked: ListInvoices) -> Result<Value> {
    let client = asked.client.as_deref().map(id::<ClientId>).transpose()?;
    let filter = match asked.state {
        InvoiceStateInput::All => InvoiceFilter::All,
        InvoiceStateInput::Draft => InvoiceFilter::Draft,
        InvoiceStateInput::Due => InvoiceFilter::Due,
        InvoiceStateInput::Overdue => InvoiceFilter::Overdue,
        InvoiceStateInput::Paid => InvoiceFilter::Paid,
        InvoiceStateInput::Void => InvoiceFilter::Void,
    };
    let found = billing::queries::list(&desk.db, &desk.scope, client, filter, asked.page.max(1)).await?;
    let invoices: Vec<_> = found.invoices.iter().map(invoice_json).collect();
    Ok(json!({ "invoices": invoices, "page": found.page, "more": found.more }))
}

fn invoice_json(bill: &Invoice) -> Value {
    json!({
        "invoice": bill.id,
        "number": bill.number,
        "client": bill.client,
        "client_name": bill.client_name,
        "state": bill.state.as_str(),
        "total": { "minor": bill.total.minor, "currency": bill.total.currency.code(), "words": bill.total.in_full() },
        "lines": bill.lines.iter().map(|line| json!({ "what": line.what, "minor": line.minor })).collect::<Vec<_>>(),
        "note": bill.note,
        "issued": bill.issued_at.map(|at| at.to_rfc3339()),
        "due": bill.due_at.map(|at| at.to_rfc3339()),
        "paid": bill.paid_at.map(|at| at.to_rfc3339()),
    })
}

/// An invoice, for a reader of the audit log.
fn named(bill: &Invoice) -> String {
    let number = bill.number.map_or_else(|| "a draft".to_owned(), words::number);
    format!("{number} of {}, {}", bill.client_name, bill.total)
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Billed")]
struct LineInput {
    what: String,
    /// In the currency's smallest unit: 500000 is $5,000; below zero for a credit.
    minor: i64,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct DraftInvoice {
    /// The client's id, such as cli_0197…
    client: String,
    lines: Vec<LineInput>,
    /// Three letters, such as USD.
    currency: String,
    /// Stands below the lines.
    #[serde(default)]
    note: String,
}

async fn draft_invoice(desk: DeskCaller, asked: DraftInvoice) -> Result<WriteResult> {
    let client: ClientId = id(&asked.client)?;
    let currency: Currency = asked.currency.parse().map_err(|_| {
        Error::Fields(FieldErrors::one("currency", "Give a currency's three letters, such as USD."))
    })?;
    let lines =
        asked.lines.into_iter().map(|line| InvoiceLine { what: line.what, minor: line.minor }).collect();
    let draft = InvoiceDraft { lines, currency, note: asked.note };
    let invoice = billing::commands::draft(&desk.db, &desk.scope, client, &draft).await?;
    let made = billing::queries::get(&desk.db, &desk.scope, invoice).await?;
    Ok((invoice_json(&made), NewEntry::done("draft_invoice", named(&made)).of(client)))
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct MarkPaid {
    /// The invoice's id, such as bill_0197…
    invoice: String,
}

async fn mark_invoice_paid(desk: DeskCaller, asked: MarkPaid) -> Result<WriteResult> {
    let invoice: InvoiceId = id(&asked.invoice)?;
    billing::commands::mark_paid(&desk.db, &desk.scope, invoice).await?;
    let now = billing::queries::get(&desk.db, &desk.scope, invoice).await?;
    let entry = NewEntry::done("mark_invoice_paid", named(&now)).of(now.client).changed("issued", "paid");
    Ok((invoice_json(&now), entry))
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Resume {
    /// The client's id, such as cli_0197…
    client: String,
}

async fn resume_subscription(desk: DeskCaller, asked: Resume) -> Result<WriteResult> {
    let client: ClientId = id(&asked.client)?;
    let scope = desk.within(client)?;
    let held = billing::queries::find_subscription(&desk.db, &scope, client).await?;
    let held = held.ok_or_else(|| Error::refused("This client doesn’t have a subscription."))?;
    billing::commands::resume(&desk.db, &scope, held.id).await?;
    let entry =
        NewEntry::done("resume_subscription", format!("{}, {}", held.client_name, held.name)).of(client);
    Ok((json!({ "client": client, "state": "active" }), entry.changed("paused", "active")))
}
