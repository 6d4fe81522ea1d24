//! Mails to those who see to a client's bills. They go to addresses that nobody may have confirmed, so they hold no word that
//! somebody typed.

use super::{attempts::Attempt, links::create_link_in, receive::number_in};
use crate::{
    Result, Scope, Tx,
    format::Format,
    ids::{ClientId, InvoiceId},
    mail,
    money::Money,
    payments::{
        PlanStep,
        provider::Decline,
        queries::{plan_in, rest_in},
    },
    workspaces::queries::format_in,
};

/// Thanks for a payment by card.
pub(super) async fn thank_in(tx: &mut Tx, server: &Scope, attempt: &Attempt, amount: Money) -> Result<()> {
    let number = number_in(tx, server, attempt.invoice).await?;
    let path = sqlx::query_scalar!(
        "SELECT number FROM invoice WHERE workspace_id = $1 AND id = $2",
        server.workspace.0,
        attempt.invoice.0,
    )
    .fetch_one(tx.conn())
    .await?
    .unwrap_or_default();
    let body = format!(
        "Hi,\n\nWe received your payment of {} for invoice {number}. Thank you!\n\nSee the invoice:\n\n\
         {{link:/portal/billing/{path}}}\n",
        amount.in_full(),
    );
    let subject = format!("We received your payment for invoice {number}");
    mail::commands::queue_to_payers_in(
        tx,
        server,
        attempt.client,
        &subject,
        &body,
        Some(mail::MailPaper::Receipt(attempt.invoice)),
    )
    .await
    .map(drop)
}

/// A renewal's card was not charged: why, how to pay now, and what happens when.
pub(super) async fn declined_in(
    tx: &mut Tx,
    server: &Scope,
    attempt: &Attempt,
    decline: &Decline,
) -> Result<()> {
    let number = number_in(tx, server, attempt.invoice).await?;
    let why = reason(&decline.code);
    let intro =
        format!("We couldn’t charge your card {} for invoice {number}. {why}", attempt.amount.in_full());
    let subject = format!("Your card wasn’t charged for invoice {number}");
    step_in(tx, server, (attempt.client, attempt.invoice), &subject, &intro).await
}

/// Why a bank said no, and what to do about it.
pub(super) fn reason(code: &str) -> &'static str {
    match code {
        "insufficient_funds" => "The bank says there isn’t enough money on it.",
        "expired_card" => "The card has expired. Please pay with another one.",
        "authentication_required" => {
            "Your bank wants you to confirm the payment. It takes a minute on the page below."
        }
        "lost_card" | "stolen_card" | "pickup_card" => {
            "The bank doesn’t accept this card anymore. Please pay with another one."
        }
        "incorrect_cvc" | "incorrect_number" | "invalid_expiry_month" | "invalid_expiry_year" => {
            "The card’s details don’t match. Please enter them again on the page below."
        }
        _ => "The bank didn’t say why. Your bank can tell you, or you can pay with another card.",
    }
}

/// A mail about a step of the plan: what happened, where to pay, and what happens when.
pub(super) async fn step_in(
    tx: &mut Tx,
    server: &Scope,
    (client, invoice): (ClientId, InvoiceId),
    subject: &str,
    intro: &str,
) -> Result<()> {
    let token = create_link_in(tx, server, invoice).await?;
    let plan = plan_in(tx, server, invoice).await?;
    let rest = rest_in(tx, server, invoice).await?;
    let format = format_in(tx, server.workspace).await?;
    let next = what_happens(&plan, format);
    let body = format!(
        "Hi,\n\n{intro}\n\nPay {} now:\n\n{{link:{}}}\n{next}\nPaid already? Then you can ignore this email.\n",
        rest.in_full(),
        token.path(),
    );
    mail::commands::queue_to_payers_in(
        tx,
        server,
        client,
        subject,
        &body,
        Some(mail::MailPaper::Invoice(invoice)),
    )
    .await
    .map(drop)
}

/// The steps that are still to come, a line each; nothing where there are none.
fn what_happens(plan: &[PlanStep], format: Format) -> String {
    let to_come = plan.iter().filter(|step| !step.is_past);
    let lines: Vec<String> =
        to_come.map(|step| format!("{}: {}", format.day(step.at), step.kind.label())).collect();
    if lines.is_empty() {
        return String::new();
    }
    format!("\nWhat happens if it isn’t paid:\n\n{}\n", lines.join("\n"))
}
