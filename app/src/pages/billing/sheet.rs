//! An invoice as a sheet of paper: the same for the operator, the client and the printer.

use domain::{
    billing::{Invoice, InvoiceState, words},
    money::{Currency, Money},
    tax::{Assessment, TaxMode},
};
use leptos::prelude::*;

use crate::web::Cx;

/// The sheet.
pub fn sheet(cx: &Cx, invoice: &Invoice) -> AnyView {
    let number = invoice.number.map_or("Draft".to_owned(), words::number);
    let issued = invoice.issued_at.map(|at| cx.own_format().day(at));
    let currency = invoice.total.currency;
    let lines: Vec<_> = invoice
        .lines
        .iter()
        .map(|line| {
            let amount = Money::new(line.minor, currency).in_full();
            view! { <tr><td dir="auto">{line.what.clone()}</td><td class="end nowrap">{amount}</td></tr> }
        })
        .collect();
    let total = match invoice.state {
        InvoiceState::Draft => "Total",
        InvoiceState::Issued => "Amount due",
        InvoiceState::Paid => "Amount paid",
        InvoiceState::Void => "Void, nothing to pay",
    };
    // What the balance paid stands apart while the rest is open; what is paid is paid.
    let from_balance = invoice.from_balance;
    let amount = match invoice.state {
        InvoiceState::Issued => Money::new(invoice.total.minor.saturating_sub(from_balance.minor), currency),
        _ => invoice.total,
    };
    let balance = (from_balance.minor > 0).then(|| {
        let (label, amount) = match invoice.state {
            InvoiceState::Issued => ("Paid from your balance", minus(from_balance)),
            _ => ("From your balance", from_balance),
        };
        view! { <tr><th scope="row">{label}</th><td class="end nowrap">{amount.in_full()}</td></tr> }
    });
    view! {
        <article class="sheet invoice">
            <header>
                <div><p class="soft">"Invoice"</p><p class="invoice-number">{number}</p></div>
                <span class=format!("tag {}", invoice.class(cx.db().now()))>{state(cx, invoice)}</span>
            </header>
            <div class="parties">
                <section><h2>"From"</h2>{address(&invoice.bill_from)}</section>
                <section><h2>"Bill to"</h2>{address(&invoice.bill_to)}</section>
                {issued.map(|issued| view! { <section><h2>"Issued"</h2><p>{issued}</p></section> })}
            </div>
            <table class="table">
                <thead><tr><th scope="col">"Description"</th><th scope="col" class="end">"Amount"</th></tr></thead>
                <tbody>{lines}</tbody>
                <tfoot>
                    {invoice.tax.as_ref().map(|tax| tax_rows(tax, currency))}
                    {balance}
                    <tr><th scope="row">{total}</th><td class="end nowrap">{amount.in_full()}</td></tr>
                </tfoot>
            </table>
            {invoice.tax.as_ref().map(tax_words)}
            {(!invoice.note.is_empty()).then(|| view! { <p class="invoice-note">{invoice.note.clone()}</p> })}
        </article>
    }
    .into_any()
}

/// What is paid without tax, and the tax by rate.
pub(super) fn tax_rows(tax: &Assessment, currency: Currency) -> AnyView {
    let row = |word: String, minor: i64| {
        let amount = Money::new(minor, currency).in_full();
        view! { <tr><th scope="row" dir="auto">{word}</th><td class="end nowrap">{amount}</td></tr> }
    };
    if tax.sums.is_empty() {
        return ().into_any();
    }
    let sums: Vec<_> = tax
        .sums
        .iter()
        .map(|sum| row(format!("{} on {}", sum.word, Money::new(sum.base, currency).in_full()), sum.amount))
        .collect();
    let holds = if tax.mode == TaxMode::With { "Without tax" } else { "Subtotal" };
    view! { {row(holds.to_owned(), tax.net)}{sums} }.into_any()
}

/// Why no tax is charged, where that has to be said.
pub(super) fn tax_words(tax: &Assessment) -> AnyView {
    let words = tax.words.clone();
    (!words.is_empty()).then(|| view! { <p class="invoice-note" dir="auto">{words}</p> }).into_any()
}

fn minus(money: Money) -> Money {
    Money::new(money.minor.saturating_neg(), money.currency)
}

/// `Due 7 December 2026`, `Paid 1 December 2026`.
fn state(cx: &Cx, invoice: &Invoice) -> String {
    let label = invoice.label(cx.db().now());
    let at = match invoice.state {
        InvoiceState::Draft => None,
        InvoiceState::Issued => invoice.due_at,
        InvoiceState::Paid => invoice.paid_at,
        InvoiceState::Void => invoice.voided_at,
    };
    let overdue = invoice.is_overdue(cx.db().now());
    match at.map(|at| cx.own_format().day(at)) {
        Some(date) if overdue => format!("{label} since {date}"),
        Some(date) => format!("{label} {date}"),
        None => label.to_owned(),
    }
}

pub(in crate::pages) fn address(text: &str) -> AnyView {
    let lines: Vec<_> = text.lines().map(|line| view! { {line.to_owned()}<br /> }).collect();
    view! { <address>{lines}</address> }.into_any()
}
