//! What an invoice was paid with and each try, with what an operator can do about it.

use domain::{
    billing::{Invoice, InvoiceState},
    money::Money,
    payments::{
        AttemptState, Payment, PaymentMethod,
        queries::{self, Attempt},
    },
};
use leptos::prelude::*;

use crate::{
    components::{
        confirmation::Confirmation,
        field::{Field, token},
    },
    web::{Cx, Fields, Form, Problem},
};

/// What came in for an invoice and what was tried, in one list by time.
pub(super) struct InvoicePayments {
    pub payments: Vec<Payment>,
    pub attempts: Vec<Attempt>,
    pub rest: Option<Money>,
}

impl InvoicePayments {
    pub async fn load(cx: &Cx, scope: &domain::Scope, invoice: &Invoice) -> Result<Self, Problem> {
        if invoice.number.is_none() {
            return Ok(Self { payments: Vec::new(), attempts: Vec::new(), rest: None });
        }
        let pay = queries::pay_view(cx.db(), scope, invoice.id).await?;
        Ok(Self {
            payments: queries::payments_of(cx.db(), scope, invoice.id).await?,
            attempts: queries::attempts_of(cx.db(), scope, invoice.id).await?,
            rest: (invoice.state == InvoiceState::Issued).then_some(pay.rest),
        })
    }

    /// Whether something came in that a receipt can name.
    pub(super) fn has_receipt(&self) -> bool {
        self.payments.iter().any(|payment| payment.withdrawn_at.is_none() && !payment.is_aside)
    }

    fn is_empty(&self) -> bool {
        self.payments.is_empty() && !self.attempts.iter().any(shows)
    }
}

/// A try that led to a payment stands in the list as that.
fn shows(attempt: &Attempt) -> bool {
    !matches!(attempt.state, AttemptState::Succeeded | AttemptState::Canceled)
}

/// The list. `is_desk`: with what an operator can do.
pub(super) fn section(cx: &Cx, invoice: &Invoice, all: &InvoicePayments, is_desk: bool) -> AnyView {
    let is_open = invoice.state == InvoiceState::Issued;
    if invoice.number.is_none() || (all.is_empty() && !(is_desk && is_open)) {
        return ().into_any();
    }
    let mut rows: Vec<_> = all
        .payments
        .iter()
        .map(|payment| (payment.received_at, payment_row(cx, payment, is_desk)))
        .chain(
            all.attempts
                .iter()
                .filter(|one| shows(one))
                .map(|one| (one.begun_at, attempt_row(cx, one, is_desk))),
        )
        .collect();
    rows.sort_by_key(|(at, _)| *at);
    let rows: Vec<_> = rows.into_iter().map(|(_, row)| row).collect();
    let body = if rows.is_empty() {
        view! { <p class="soft">"Nothing yet."</p> }.into_any()
    } else {
        view! {
            <table class="table stacks">
                <thead><tr>
                    <th scope="col">"Date"</th><th scope="col">"How"</th><th scope="col">"Status"</th>
                    <th scope="col" class="end">"Amount"</th>
                    {is_desk.then(|| view! { <th scope="col" class="end"><span class="visually-hidden">"Change"</span></th> })}
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        }
        .into_any()
    };
    view! {
        <section class="section no-print" aria-labelledby="payments">
            <div class="section-head"><h2 id="payments">"Payments"</h2></div>
            {body}
            {(is_desk && is_open).then(|| desk_forms(cx, invoice, all))}
        </section>
    }
    .into_any()
}

fn payment_row(cx: &Cx, payment: &Payment, is_desk: bool) -> AnyView {
    let how = match payment.method {
        PaymentMethod::Card if payment.card.is_empty() => "Card".to_owned(),
        PaymentMethod::Card => payment.card.clone(),
        PaymentMethod::Bank if payment.reference.is_empty() => "Bank transfer".to_owned(),
        PaymentMethod::Bank => format!("Bank transfer · {}", payment.reference),
        PaymentMethod::Balance => "Balance".to_owned(),
    };
    let back = payment.refunded;
    let (class, state) = match payment.withdrawn_at {
        Some(_) => ("tag void", "Withdrawn".to_owned()),
        None if payment.is_aside && is_desk => ("tag overdue", "Wrong currency, refund it".to_owned()),
        None if back.minor >= payment.amount.minor => ("tag void", "Refunded".to_owned()),
        None if back.minor > 0 => ("tag paid", format!("Paid, {} refunded", back.in_full())),
        None => ("tag paid", "Paid".to_owned()),
    };
    view! {
        <tr>
            <td data-label="Date">{cx.own_format().day(payment.received_at)}</td>
            <td data-label="How" dir="auto">{how}</td>
            <td data-label="Status"><span class=class>{state}</span></td>
            <td data-label="Amount" class="end nowrap">{payment.amount.in_full()}</td>
            {is_desk.then(|| view! { <td class="end">{refunding(cx, payment)}</td> })}
        </tr>
    }
    .into_any()
}

fn attempt_row(cx: &Cx, attempt: &Attempt, is_desk: bool) -> AnyView {
    let how = attempt.card.clone().unwrap_or_else(|| "Card".to_owned());
    let how = if attempt.is_automatic { format!("{how} · by itself") } else { how };
    let code = attempt
        .decline_code
        .as_deref()
        .filter(|_| is_desk)
        .map(|code| format!(": {}", code.replace('_', " ")));
    let (class, state) = match attempt.state {
        AttemptState::Open => ("tag draft", "Page opened, not paid yet".to_owned()),
        AttemptState::Processing => ("tag due", "On its way".to_owned()),
        AttemptState::NeedsPerson => ("tag due", "Needs to be confirmed".to_owned()),
        AttemptState::Declined | AttemptState::Succeeded | AttemptState::Canceled => {
            ("tag overdue", format!("Declined{}", code.unwrap_or_default()))
        }
    };
    view! {
        <tr>
            <td data-label="Date">{cx.own_format().day(attempt.begun_at)}</td>
            <td data-label="How">{how}</td>
            <td data-label="Status"><span class=class>{state}</span></td>
            <td data-label="Amount" class="end nowrap">{attempt.amount.in_full()}</td>
            {is_desk.then(|| view! { <td></td> })}
        </tr>
    }
    .into_any()
}

/// Giving money back, whole or in part.
fn refunding(cx: &Cx, payment: &Payment) -> AnyView {
    let left = payment.amount.minor - payment.refunded.minor;
    if left <= 0 || payment.withdrawn_at.is_some() || payment.method == PaymentMethod::Balance {
        return ().into_any();
    }
    let left = Money::new(left, payment.amount.currency);
    let id = format!("refund-{}", payment.id);
    let words = match payment.method {
        PaymentMethod::Bank => "Send the transfer yourself, then mark it as sent. The client is told.",
        _ => "It goes back to the card in 5 to 10 days. The client is told.",
    };
    let form = Form::of(Fields::default().with("amount", left.plain()));
    view! {
        <button class="button quiet" type="button" popovertarget=id.clone()>"Refund…"</button>
        {Confirmation {
            id,
            question: format!("Refund up to {}?", left.in_full()),
            action: format!("/desk/billing/payments/{}/refunds", payment.id),
            keep: "Cancel",
        }
        .show(words, view! {
            {token(cx)}
            <input type="hidden" name="currency" value=left.currency.code() />
            <input type="hidden" name="back" value=back_of(payment) />
            {Field::number(&form, "amount", "Amount", left.currency.code()).required().max(24).show()}
            {Field::text(&form, "reason", "Reason").hint("The client reads it.").max(200).show()}
            <button class="button danger">"Refund"</button>
        })}
    }
    .into_any()
}

fn back_of(payment: &Payment) -> String {
    payment
        .invoice
        .map_or("/desk/billing".to_owned(), |(invoice, _)| format!("/desk/billing/invoices/{invoice}"))
}

fn desk_forms(cx: &Cx, invoice: &Invoice, all: &InvoicePayments) -> AnyView {
    let base = format!("/desk/billing/invoices/{}", invoice.id);
    // A form takes it in this form everywhere.
    let today = cx.db().now().with_timezone(&cx.own_format().zone).format("%Y-%m-%d").to_string();
    let start = Fields::default()
        .with("amount", all.rest.map(Money::plain).unwrap_or_default())
        .with("received_at", today);
    let form = Form::of(start);
    let noting = all.rest.map(|_| {
        view! {
            <details class="more">
                <summary>"Note a bank transfer"</summary>
                <form class="form" method="post" action=format!("{base}/payments")>
                    {token(cx)}
                    <div class="form-row">
                        {Field::number(&form, "amount", "Amount", invoice.total.currency.code()).required().max(24).show()}
                        {Field::text(&form, "received_at", "Received on").required().max(20).show()}
                    </div>
                    {Field::text(&form, "reference", "Reference").hint("What the bank statement says.").max(140).show()}
                    <div class="button-row"><button class="button">"Note transfer"</button></div>
                </form>
            </details>
        }
    });
    view! {
        {noting}
        <details class="more">
            <summary>"Link to pay"</summary>
            <p class="soft">"Every email about this invoice has one. Whoever has it can see and pay this invoice, without signing in."</p>
            <div class="button-row">
                <form method="post" action=format!("{base}/links")>{token(cx)}<button class="button">"Make a link"</button></form>
                <form method="post" action=format!("{base}/links/revocation")>
                    {token(cx)}<button class="button danger">"Revoke all links"</button>
                </form>
            </div>
        </details>
    }
    .into_any()
}

/// The button that leads there, for an invoice that is open.
pub(in crate::pages) fn pay_button(cx: &Cx, number: u64, rest: Money, class: &'static str) -> AnyView {
    view! {
        <form method="post" action=format!("/portal/billing/{number}/payment")>
            {token(cx)}
            <button class=class>{format!("Pay {}", rest.in_full())}</button>
        </form>
    }
    .into_any()
}
