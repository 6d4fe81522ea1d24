//! `GET /desk/books`: a month's files, what does not fit, and its payments beside their invoices.

use axum::{extract::Query, response::Response};
use domain::{
    billing::words,
    books::{BookFile, Misfit, Month, TiedPayment, Ties, queries},
    format,
    ids::InvoiceId,
    payments::PaymentMethod,
};
use leptos::prelude::*;
use serde::Deserialize;

use super::BOOKS;
use crate::{
    components::page_head::PageHead,
    web::{Cx, DeskTab, Frame, Operator, Page, Problem},
};

/// Which month; the present one for what is none.
#[derive(Deserialize)]
pub struct BooksQuery {
    #[serde(default)]
    month: String,
}

pub async fn show(
    Operator { cx, scope, .. }: Operator,
    Query(asked): Query<BooksQuery>,
) -> Result<Response, Problem> {
    let ties = queries::ties(cx.db(), &scope, Month::parse(&asked.month)).await?;
    Ok(Page::new(&cx, "Books", Frame::Desk(DeskTab::Billing)).show(|| {
        view! {
            {PageHead::new("Books")
                .crumbs(&[("/desk/billing", "Billing")], "Books")
                .subtitle(format::month(ties.month.0))
                .actions(months(ties.month))
                .show()}
            {files(ties.month)}
            {misfits(&ties)}
            {payments(&cx, &ties)}
        }
    }))
}

fn months(month: Month) -> AnyView {
    let link = |to: Month, words: &'static str| {
        let label = format!("{words}: {}", format::month(to.0));
        view! { <a class="button" href=format!("{BOOKS}?month={}", to.code()) aria-label=label>{words}</a> }
    };
    view! {
        {link(month.previous(), "Month before")}
        {link(month.next(), "Month after")}
        <a class="button" href=format!("{BOOKS}/growth")>"Growth"</a>
    }
    .into_any()
}

fn files(month: Month) -> AnyView {
    let links: Vec<_> = BookFile::ALL
        .into_iter()
        .map(|file| {
            let href = format!("{BOOKS}/{}/{}", month.code(), file.as_str());
            view! { <li><a href=href download="">{file.label()}</a></li> }
        })
        .collect();
    view! {
        <section class="section" aria-labelledby="files">
            <div class="section-head"><h2 id="files">"Download"</h2></div>
            <p class="hint">"CSV files for a spreadsheet or your accountant. In Xero, map account 200 and the tax names once."</p>
            <ul class="brief-list">{links}</ul>
        </section>
    }
    .into_any()
}

fn invoice_link(invoice: Option<(InvoiceId, Option<u64>)>) -> AnyView {
    match invoice {
        Some((id, number)) => {
            let word = number.map_or_else(|| "Draft".to_owned(), words::number);
            view! { <a href=format!("/desk/billing/invoices/{id}")>{word}</a> }.into_any()
        }
        None => view! { <span class="soft">"None"</span> }.into_any(),
    }
}

fn misfits(ties: &Ties) -> AnyView {
    if ties.misfits.is_empty() {
        return view! {
            <p class="notice">"Everything fits: each payment has its invoice, and each paid invoice its payments."</p>
        }
        .into_any();
    }
    let rows: Vec<_> = ties.misfits.iter().map(misfit).collect();
    view! {
        <section class="section" aria-labelledby="misfits">
            <div class="section-head"><h2 id="misfits">{format!("Doesn’t fit: {}", ties.misfits.len())}</h2></div>
            <table class="table stacks">
                <thead><tr>
                    <th scope="col">"Client"</th><th scope="col">"Invoice"</th><th scope="col">"What’s wrong"</th>
                    <th scope="col" class="end">"Amount"</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </section>
    }
    .into_any()
}

fn misfit(misfit: &Misfit) -> impl IntoView + use<> {
    let client = format!("/desk/clients/{}", misfit.client);
    view! {
        <tr>
            <th scope="row"><a href=client dir="auto">{misfit.client_name.clone()}</a></th>
            <td data-label="Invoice">{invoice_link(misfit.invoice)}</td>
            <td data-label="What’s wrong">{misfit.words.clone()}</td>
            <td data-label="Amount" class="end nowrap">{misfit.amount.in_full()}</td>
        </tr>
    }
}

fn payments(cx: &Cx, ties: &Ties) -> AnyView {
    if ties.payments.is_empty() {
        return view! { <p class="soft">"No payments came in this month."</p> }.into_any();
    }
    let rows: Vec<_> = ties.payments.iter().map(|payment| paid(cx, payment)).collect();
    view! {
        <section class="section" aria-labelledby="payments">
            <div class="section-head"><h2 id="payments">"Payments"</h2></div>
            <table class="table stacks">
                <thead><tr>
                    <th scope="col">"Client"</th><th scope="col">"Received"</th><th scope="col">"Paid by"</th>
                    <th scope="col">"Invoice"</th><th scope="col" class="end">"Amount"</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </section>
    }
    .into_any()
}

fn paid(cx: &Cx, payment: &TiedPayment) -> impl IntoView + use<> {
    let client = format!("/desk/clients/{}", payment.client);
    let how = match payment.method {
        PaymentMethod::Card => "Card",
        PaymentMethod::Bank => "Bank transfer",
        PaymentMethod::Balance => "Balance",
    };
    view! {
        <tr>
            <th scope="row"><a href=client dir="auto">{payment.client_name.clone()}</a></th>
            <td data-label="Received">{cx.own_format().day(payment.received_at)}</td>
            <td data-label="Paid by">{how}</td>
            <td data-label="Invoice">{invoice_link(payment.invoice)}</td>
            <td data-label="Amount" class="end nowrap">{payment.amount.in_full()}</td>
        </tr>
    }
}
