use domain::{
    Db, Error, Scope,
    billing::{Invoice, InvoiceState, queries, words},
    ids::InvoiceId,
    money::Money,
    payments::{
        self, PayView,
        transfer::{holder, transfer_lines},
    },
    workspaces::Letterhead,
};
use papers::{Code, Details, Paper, Sum};
use qrcode::Color;

use super::{blank, column, fact, notes, party, sum, tax_sums};
use crate::pages::pay::bank::{account_name, transfer_code};

pub(super) async fn paper(
    db: &Db,
    scope: &Scope,
    head: &Letterhead,
    invoice: InvoiceId,
) -> Result<Paper, Error> {
    let invoice = queries::get(db, scope, invoice).await?;
    let (number, issued) = invoice.number.zip(invoice.issued_at).ok_or(Error::NotFound)?;
    let mut paper = Paper { number: words::number(number), ..blank(head, "Invoice", issued) };
    paper.state = state(head, &invoice);
    paper.parties.extend(party("From", &invoice.bill_from));
    paper.parties.extend(party("Bill to", &invoice.bill_to));
    paper.facts.push(fact("Issued", head.format.day(issued)));
    paper.facts.extend(invoice.due_at.map(|due| fact("Due", head.format.day(due))));
    paper.columns = vec![column("Description", 4, false), column("Amount", 1, true)];
    let currency = invoice.total.currency;
    let line = |line: &domain::billing::InvoiceLine| {
        vec![line.what.clone(), Money::new(line.minor, currency).in_full()]
    };
    paper.rows = invoice.lines.iter().map(line).collect();
    paper.sums = sums(&invoice);
    paper.notes = notes([invoice.tax.as_ref().map_or("", |tax| tax.words.as_str()), &invoice.note]);
    if invoice.state == InvoiceState::Issued {
        let pay = payments::queries::pay_view(db, scope, invoice.id).await?;
        paper.details = transfer(&pay);
    }
    Ok(paper)
}

/// What became of it; nothing while it is to be paid, as its dates say that.
fn state(head: &Letterhead, invoice: &Invoice) -> Option<String> {
    let day = |at| head.format.day(at);
    match invoice.state {
        _ if invoice.credited_by.is_some() => {
            invoice.credited_by.map(|by| format!("Credited by {}", words::credit_number(by)))
        }
        InvoiceState::Paid => {
            Some(invoice.paid_at.map_or("Paid".to_owned(), |at| format!("Paid {}", day(at))))
        }
        InvoiceState::Void => {
            Some(invoice.voided_at.map_or("Void".to_owned(), |at| format!("Void since {}", day(at))))
        }
        InvoiceState::Issued | InvoiceState::Draft => None,
    }
}

fn sums(invoice: &Invoice) -> Vec<Sum> {
    let (total, balance) = (invoice.total, invoice.from_balance);
    let mut sums = invoice.tax.as_ref().map(|tax| tax_sums(tax, total.currency)).unwrap_or_default();
    let is_open = invoice.state == InvoiceState::Issued;
    if is_open && balance.minor > 0 {
        let minus = |minor: i64| Money::new(minor, total.currency);
        sums.push(sum("Total", total, false));
        sums.push(sum("Paid from your balance", minus(balance.minor.saturating_neg()), false));
        sums.push(sum("Amount due", minus(total.minor.saturating_sub(balance.minor)), true));
    } else {
        sums.push(sum(if is_open { "Amount due" } else { "Total" }, total, true));
    }
    sums
}

/// How to transfer what is left of it.
fn transfer(pay: &PayView) -> Option<Details> {
    if pay.bank.trim().is_empty() || pay.rest.minor <= 0 {
        return None;
    }
    let mut rows = Vec::new();
    if holder(&pay.bank).is_none() {
        rows.push(fact("Account name", account_name(pay)));
    }
    rows.extend(transfer_lines(&pay.bank).into_iter().map(|line| {
        let label = if line.label.is_empty() { "Bank".to_owned() } else { line.label };
        (label, line.value)
    }));
    rows.push(fact("Amount", pay.rest.in_full()));
    rows.push(fact("Reference", pay.transfer_reference.clone()));
    let code = transfer_code(pay).map(|code| Code {
        description: "QR code of this transfer".to_owned(),
        caption: "Scan it with your banking app.".to_owned(),
        width: code.width(),
        modules: code.to_colors().into_iter().map(|color| color == Color::Dark).collect(),
    });
    Some(Details { heading: "Pay by bank transfer".to_owned(), rows, code })
}
