use domain::{
    Db, Error, Scope,
    billing::{queries, words},
    ids::InvoiceId,
    money::Money,
    payments::{self, Payment, PaymentMethod},
    workspaces::Letterhead,
};
use papers::Paper;

use super::{blank, column, fact, party, sum};

/// What came in for an invoice, and what went back of it.
pub(super) async fn paper(
    db: &Db,
    scope: &Scope,
    head: &Letterhead,
    invoice: InvoiceId,
) -> Result<Paper, Error> {
    let invoice = queries::get(db, scope, invoice).await?;
    let received = payments::queries::payments_of(db, scope, invoice.id).await?;
    let received: Vec<Payment> =
        received.into_iter().filter(|payment| payment.withdrawn_at.is_none() && !payment.is_aside).collect();
    let (number, last) = invoice.number.zip(received.last()).ok_or(Error::NotFound)?;
    let mut paper = Paper { number: words::number(number), ..blank(head, "Receipt", last.received_at) };
    paper.parties.extend(party("From", &invoice.bill_from));
    paper.parties.extend(party("Received from", &invoice.bill_to));
    paper.facts.push(fact("Invoice", words::number(number)));
    paper.facts.extend(invoice.issued_at.map(|at| fact("Issued", head.format.day(at))));
    paper.columns = vec![column("Date", 2, false), column("Paid by", 3, false), column("Amount", 1, true)];
    let row = |payment: &Payment| {
        vec![head.format.day(payment.received_at), how(payment), payment.amount.in_full()]
    };
    paper.rows = received.iter().map(row).collect();
    let currency = invoice.total.currency;
    let total =
        |amounts: Vec<Money>| Money::sum(currency, amounts).map_err(|error| Error::Broken(error.to_string()));
    let paid = total(received.iter().map(|payment| payment.amount).collect())?;
    let back = total(received.iter().map(|payment| payment.refunded).collect())?;
    paper.sums.push(sum("Invoice total", invoice.total, false));
    if back.minor > 0 {
        paper.sums.push(sum("Refunded", back, false));
    }
    paper.sums.push(sum("Received", paid, true));
    Ok(paper)
}

fn how(payment: &Payment) -> String {
    match payment.method {
        PaymentMethod::Card if payment.card.is_empty() => "Card".to_owned(),
        PaymentMethod::Card => payment.card.clone(),
        PaymentMethod::Bank => "Bank transfer".to_owned(),
        PaymentMethod::Balance => "Balance".to_owned(),
    }
}
