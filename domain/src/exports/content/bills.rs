//! Invoices and credit notes as they were printed, and what the client held.

use std::io::Write;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{
    Packing,
    times::{Times, iso},
};
use crate::{
    Result,
    billing::{CreditNote, Invoice, InvoiceLine, Pause, Subscription, queries, words},
    money::{Currency, Money},
    payments::{self, Payment, PaymentMethod},
    tax::Assessment,
};

pub(super) async fn write<W: Write + Send + 'static>(packing: &mut Packing<'_, W>) -> Result<()> {
    let (invoices, credits) = numbers(packing).await?;
    for number in invoices {
        let invoice = queries::get_by_number(packing.db, &packing.reader, number.cast_unsigned()).await?;
        let name = format!("Invoices/Invoice {}", words::number(number.cast_unsigned()));
        let text = invoice_text(&packing.times, &invoice);
        packing.text(&format!("{name}.md"), text).await?;
        packing.json(&format!("{name}.json"), &invoice_json(&invoice, packing.times.now)).await?;
        packing.progress.one_more().await?;
    }
    for number in credits {
        let note =
            queries::get_credit_note_by_number(packing.db, &packing.reader, number.cast_unsigned()).await?;
        let name = format!("Invoices/Credit note {}", words::credit_number(note.number));
        let text = credit_text(&packing.times, &note);
        packing.text(&format!("{name}.md"), text).await?;
        packing.json(&format!("{name}.json"), &credit_json(&note)).await?;
        packing.progress.one_more().await?;
    }
    payments(packing).await?;
    subscriptions(packing).await
}

/// What the client paid and got back; a card by its brand and last digits.
async fn payments<W: Write + Send + 'static>(packing: &mut Packing<'_, W>) -> Result<()> {
    let paid = payments::queries::all_payments(packing.db, &packing.reader, packing.claim.client).await?;
    if paid.is_empty() {
        return Ok(());
    }
    let all = paid.iter().map(payment_json).collect();
    packing.json("payments.json", &Value::Array(all)).await
}

fn payment_json(payment: &Payment) -> Value {
    json!({
        "invoice": payment.invoice.map(|(_, number)| number),
        "method": payment.method,
        "card": payment.card,
        "reference": if payment.method == PaymentMethod::Bank { payment.reference.as_str() } else { "" },
        "currency": payment.amount.currency,
        "amount_minor": payment.amount.minor,
        "refunded_minor": payment.refunded.minor,
        "received_at": iso(payment.received_at),
        "withdrawn_at": payment.withdrawn_at.map(iso),
    })
}

/// The numbers of the client's invoices and of its credit notes; drafts have none.
async fn numbers<W>(packing: &Packing<'_, W>) -> Result<(Vec<i64>, Vec<i64>)> {
    let (workspace, client) = (packing.claim.workspace.0, packing.claim.client.0);
    let mut tx = packing.db.begin(&packing.reader).await?;
    let invoices = sqlx::query_scalar!(
        r#"SELECT number AS "number!" FROM invoice
           WHERE workspace_id = $1 AND client_id = $2 AND state <> 'draft' AND number IS NOT NULL ORDER BY number"#,
        workspace,
        client,
    )
    .fetch_all(tx.conn())
    .await?;
    let credits = sqlx::query_scalar!(
        "SELECT number FROM credit_note WHERE workspace_id = $1 AND client_id = $2 ORDER BY number",
        workspace,
        client,
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    Ok((invoices, credits))
}

async fn subscriptions<W: Write + Send + 'static>(packing: &mut Packing<'_, W>) -> Result<()> {
    let held = queries::list_subscriptions_of(packing.db, &packing.reader, packing.claim.client).await?;
    let mut all = Vec::with_capacity(held.len());
    for one in &held {
        let pauses = queries::list_pauses(packing.db, &packing.reader, one).await?;
        all.push(subscription_json(one, &pauses));
    }
    packing.json("subscriptions.json", &Value::Array(all)).await
}

fn lines(lines: &[InvoiceLine], total: Money) -> String {
    let mut text = "| What | Amount |\n|---|---:|\n".to_owned();
    for line in lines {
        let what = line.what.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|");
        text += &format!("| {what} | {} |\n", Money::new(line.minor, total.currency).in_full());
    }
    text + &format!("| **Total** | **{}** |\n", total.in_full())
}

fn parties(from: &str, to: &str) -> String {
    let block = |text: &str| text.lines().collect::<Vec<_>>().join("  \n");
    format!("## From\n\n{}\n\n## To\n\n{}\n\n", block(from), block(to))
}

fn invoice_text(times: &Times, invoice: &Invoice) -> String {
    let number = invoice.number.map(words::number).unwrap_or_default();
    let day = |at: Option<DateTime<Utc>>| at.map(|at| times.format.day(at));
    let mut text = format!("# Invoice {number}\n\n- Status: {}\n", invoice.label(times.now));
    let dates = [
        ("Issued", invoice.issued_at),
        ("Due", invoice.due_at),
        ("Paid", invoice.paid_at),
        ("Void since", invoice.voided_at),
    ];
    for (what, at) in dates {
        text += &day(at).map(|day| format!("- {what}: {day}\n")).unwrap_or_default();
    }
    if let Some((from, to)) = invoice.period {
        text += &format!("- Period: {}\n", times.format.period(from, to));
    }
    if let Some(credit) = invoice.credited_by {
        text += &format!("- Credited by: {}\n", words::credit_number(credit));
    }
    text += &format!(
        "\n{}{}{}",
        parties(&invoice.bill_from, &invoice.bill_to),
        lines(&invoice.lines, invoice.total),
        tax_text(invoice.tax.as_ref(), invoice.total.currency)
    );
    if invoice.note.is_empty() { text } else { format!("{text}\n{}\n", invoice.note) }
}

fn credit_text(times: &Times, note: &CreditNote) -> String {
    let mut text = format!(
        "# Credit note {}\n\n- Issued: {}\n",
        words::credit_number(note.number),
        times.format.day(note.issued_at)
    );
    if let Some((_, invoice)) = note.invoice {
        text += &format!("- For invoice: {}\n", words::number(invoice));
    }
    if let Some(at) = note.settled_at {
        text += &format!("- Settled: {}\n", times.format.day(at));
    }
    text += &format!("\n{}{}", parties(&note.bill_from, &note.bill_to), lines(&note.lines, note.total));
    text += &tax_text(note.tax.as_ref(), note.total.currency);
    if note.note.is_empty() { text } else { format!("{text}\n{}\n", note.note) }
}

/// How the total is made up, and what has to be said of tax; nothing where nothing is.
fn tax_text(tax: Option<&Assessment>, currency: Currency) -> String {
    let Some(tax) = tax else { return String::new() };
    let money = |minor: i64| Money::new(minor, currency).in_full();
    let mut text = format!("\nWithout tax: {}\n", money(tax.net));
    for sum in &tax.sums {
        text += &format!("{} on {}: {}\n", sum.word, money(sum.base), money(sum.amount));
    }
    if tax.words.is_empty() { text } else { format!("{text}\n{}\n", tax.words) }
}

fn period(of: Option<(DateTime<Utc>, DateTime<Utc>)>) -> Value {
    of.map_or(Value::Null, |(from, to)| json!({ "from": iso(from), "to": iso(to) }))
}

fn invoice_json(invoice: &Invoice, now: DateTime<Utc>) -> Value {
    json!({
        "number": invoice.number,
        "status": invoice.label(now),
        "from": invoice.bill_from,
        "to": invoice.bill_to,
        "currency": invoice.total.currency,
        "lines": invoice.lines,
        "total_minor": invoice.total.minor,
        "tax": invoice.tax,
        "note": invoice.note,
        "period": period(invoice.period),
        "issued_at": invoice.issued_at.map(iso),
        "due_at": invoice.due_at.map(iso),
        "paid_at": invoice.paid_at.map(iso),
        "voided_at": invoice.voided_at.map(iso),
        "credited_by": invoice.credited_by,
    })
}

fn credit_json(note: &CreditNote) -> Value {
    json!({
        "number": note.number,
        "invoice": note.invoice.map(|(_, number)| number),
        "from": note.bill_from,
        "to": note.bill_to,
        "currency": note.total.currency,
        "lines": note.lines,
        "total_minor": note.total.minor,
        "tax": note.tax,
        "note": note.note,
        "issued_at": iso(note.issued_at),
        "settled_at": note.settled_at.map(iso),
    })
}

fn subscription_json(held: &Subscription, pauses: &[Pause]) -> Value {
    let pauses: Vec<_> = pauses
        .iter()
        .map(|pause| {
            json!({ "from": iso(pause.from), "to": pause.to.map(iso), "banked_seconds": pause.banked_seconds })
        })
        .collect();
    json!({
        "name": held.name,
        "status": held.state.as_str(),
        "terms": held.terms,
        "started_at": held.started_at.map(iso),
        "period": period(held.period),
        "paused_at": held.paused_at.map(iso),
        "banked_seconds": held.banked_seconds,
        "ends_with_period": held.ends_with_period,
        "next": held.next_offer.as_ref().map(|next| json!({ "name": next.name, "terms": next.terms })),
        "ended_at": held.ended_at.map(iso),
        "created_at": iso(held.created_at),
        "pauses": pauses,
    })
}
