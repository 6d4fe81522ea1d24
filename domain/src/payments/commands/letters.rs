//! What somebody on the page to pay on has mailed: to themselves, how to transfer; to whoever sent the invoice, a question.

use super::create_link_in;
use crate::{
    Db, Error, FieldErrors, Result, Scope,
    accounts::limits::{self, Limit},
    billing::{InvoiceState, words},
    ids::InvoiceId,
    mail,
    payments::{
        PayView, queries,
        transfer::{holder, transfer_lines},
    },
};

/// Mails with the details of a transfer, of one invoice.
const DETAILS: Limit = Limit { what: "transfer_details/invoice", minutes: 60, most: 5 };
/// Questions about one invoice.
const QUESTIONS: Limit = Limit { what: "invoice_question/invoice", minutes: 60, most: 5 };
/// The longest question, in characters.
const LONGEST: usize = 2_000;

/// Mails how to transfer what is left of an invoice to whoever sees to the client's bills, and to nobody else, whoever asks for it.
///
/// # Errors
/// [`Error::Refused`] where nothing is to be paid, or there are no bank details; [`Error::TooMany`]; [`Error::NotFound`] for those
/// who may not pay it.
pub async fn mail_transfer_details(db: &Db, scope: &Scope, invoice: InvoiceId) -> Result<()> {
    let pay = queries::pay_view(db, scope, invoice).await?;
    if pay.invoice.state != InvoiceState::Issued || pay.rest.minor <= 0 {
        return Err(Error::refused("There’s nothing left to pay."));
    }
    if pay.bank.trim().is_empty() {
        return Err(Error::refused("There are no bank details yet. Ask for them on this page."));
    }
    limits::hit(db, DETAILS, &invoice.to_string()).await?;
    let server = Scope::system(scope.workspace);
    let mut tx = db.begin(&server).await?;
    let token = create_link_in(&mut tx, &server, invoice).await?;
    let number = pay.invoice.number.map(words::number).unwrap_or_default();
    let subject = format!("Bank details for invoice {number}");
    let body = format!(
        "Hi,\n\nPlease transfer {} for invoice {number}:\n\n{}\nUse the reference, so that we can tell whose it is.\n\n\
         Other ways to pay:\n\n{{link:{}}}\n\n{}\n",
        pay.rest.in_full(),
        details(&pay),
        token.path(),
        mail::plain(&pay.workspace_name),
    );
    mail::commands::queue_to_payers_in(
        &mut tx,
        &server,
        pay.invoice.client,
        &subject,
        &body,
        Some(mail::MailPaper::Invoice(invoice)),
    )
    .await?;
    tx.commit().await
}

fn details(pay: &PayView) -> String {
    let mut text = String::new();
    if holder(&pay.bank).is_none() {
        let name = pay.invoice.bill_from.lines().next().unwrap_or(&pay.workspace_name);
        text.push_str(&format!("Account name: {}\n", mail::plain(name)));
    }
    for line in transfer_lines(&pay.bank) {
        let label = if line.label.is_empty() { "Bank" } else { &line.label };
        text.push_str(&format!("{}: {}\n", mail::plain(label), mail::plain(&line.value)));
    }
    text.push_str(&format!("Reference: {}\n", pay.transfer_reference));
    text
}

/// Mails a question about an invoice to the workspace's operators.
///
/// # Errors
/// Field `question`; [`Error::TooMany`]; [`Error::NotFound`] for those who may not pay it.
pub async fn ask_about_invoice(db: &Db, scope: &Scope, invoice: InvoiceId, question: &str) -> Result<()> {
    let pay = queries::pay_view(db, scope, invoice).await?;
    let question = question.trim();
    match question.chars().count() {
        0 => return Err(Error::Fields(FieldErrors::one("question", "Write your question."))),
        1..=LONGEST => {}
        _ => {
            let advice = format!("Shorten this to {LONGEST} characters.");
            return Err(Error::Fields(FieldErrors::one("question", advice)));
        }
    }
    limits::hit(db, QUESTIONS, &invoice.to_string()).await?;
    let server = Scope::system(scope.workspace);
    let mut tx = db.begin(&server).await?;
    let number = pay.invoice.number.map(words::number).unwrap_or_default();
    let client = pay.invoice.client;
    let subject = format!("Question about invoice {number} from {}", pay.invoice.client_name);
    let body = format!(
        "Someone with the payment link of invoice {number} for {} asks:\n\n{}\n\nThe invoice:\n\n\
         {{link:/desk/billing/invoices/{invoice}}}\n\nThe client, with whom to answer:\n\n{{link:/desk/clients/{client}}}\n",
        mail::plain(&pay.invoice.client_name),
        mail::plain(question),
    );
    mail::commands::queue_to_operators_about_in(&mut tx, &server, Some(client), &subject, &body).await?;
    tx.commit().await
}
