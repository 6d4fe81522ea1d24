//! The desk's list of invoices, with its filters.

use domain::billing::{
    Invoice, InvoiceState,
    queries::{InvoiceFilter, Invoices},
    words,
};
use leptos::prelude::*;

use super::title;
use crate::{
    components::{
        field::token,
        pager::{newest_first, past_the_end},
    },
    web::Cx,
};

/// The section: filters, one page of invoices, the way to the others.
pub fn section(cx: &Cx, list: &Invoices, filter: InvoiceFilter) -> AnyView {
    let chips: Vec<_> = InvoiceFilter::ALL
        .into_iter()
        .map(|each| {
            let here = (each == filter).then_some("true");
            view! { <a class="chip" href=address(each, 1) aria-current=here>{chip(each)}</a> }
        })
        .collect();
    view! {
        <section class="section" id="invoices">
            <div class="section-head"><h2>"Invoices"</h2></div>
            <nav class="chips" aria-label="Filter invoices">{chips}</nav>
            {if list.invoices.is_empty() { nothing(list.page, filter) } else { table(cx, list) }}
            {newest_first(list.page, list.more, |page| address(filter, page))}
        </section>
    }
    .into_any()
}

fn chip(filter: InvoiceFilter) -> &'static str {
    match filter {
        InvoiceFilter::All => "All",
        InvoiceFilter::Draft => "Drafts",
        InvoiceFilter::Due => "Due",
        InvoiceFilter::Overdue => "Overdue",
        InvoiceFilter::Paid => "Paid",
        InvoiceFilter::Void => "Void",
    }
}

fn address(filter: InvoiceFilter, page: u32) -> String {
    let page = if page > 1 { format!("&page={page}") } else { String::new() };
    format!("/desk/billing?state={}{page}#invoices", filter.as_str())
}

fn nothing(page: u32, filter: InvoiceFilter) -> AnyView {
    if let Some(back) = past_the_end(page, |page| address(filter, page)) {
        return back;
    }
    let words = match filter {
        InvoiceFilter::All => "No invoices yet. You’ll get one with your first sign-up.",
        InvoiceFilter::Draft => "No drafts.",
        InvoiceFilter::Due => "Nothing is due.",
        InvoiceFilter::Overdue => "Nothing is overdue.",
        InvoiceFilter::Paid => "No paid invoices yet.",
        InvoiceFilter::Void => "No voided invoices.",
    };
    view! { <p class="soft" dir="auto">{words}</p> }.into_any()
}

fn table(cx: &Cx, list: &Invoices) -> AnyView {
    let rows: Vec<_> = list.invoices.iter().map(|invoice| row(cx, invoice)).collect();
    view! {
        <table class="table stacks">
            <thead><tr>
                <th scope="col">"Invoice"</th><th scope="col">"Client"</th><th scope="col">"Issued"</th><th scope="col">"Due"</th>
                <th scope="col">"Status"</th><th scope="col" class="end">"Amount"</th>
                <th scope="col" class="end no-print"><span class="visually-hidden">"Change"</span></th>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

fn row(cx: &Cx, invoice: &Invoice) -> impl IntoView + use<> {
    let (dates, now) = (cx.own_format(), cx.db().now());
    let date = |at: Option<chrono::DateTime<chrono::Utc>>| at.map(|at| dates.day(at));
    let name = invoice.number.map_or("Draft".to_owned(), words::number);
    view! {
        <tr>
            <th scope="row"><a href=format!("/desk/billing/invoices/{}", invoice.id) dir="auto">{name}</a></th>
            <td data-label="Client"><a href=format!("/desk/clients/{}", invoice.client) dir="auto">{invoice.client_name.clone()}</a></td>
            <td data-label="Issued">{date(invoice.issued_at)}</td>
            <td data-label="Due">{date(invoice.due_at)}</td>
            <td data-label="Status"><span class=format!("tag {}", invoice.class(now))>{invoice.label(now)}</span></td>
            <td data-label="Amount" class="end nowrap">{invoice.total.in_full()}</td>
            <td class="end no-print">{change(cx, invoice)}</td>
        </tr>
    }
}

/// The one thing that is done to an invoice most often in its state; the rest is on its page.
fn change(cx: &Cx, invoice: &Invoice) -> AnyView {
    let (state, word) = match invoice.state {
        InvoiceState::Draft => ("issued", "Issue"),
        InvoiceState::Issued => ("paid", "Mark as paid"),
        InvoiceState::Paid => ("unpaid", "Mark as unpaid"),
        InvoiceState::Void => return ().into_any(),
    };
    let quiet = if invoice.state == InvoiceState::Paid { "button quiet" } else { "button" };
    let label = format!("{word}: {} of {}", title(invoice), invoice.client_name);
    view! {
        <form method="post" action=format!("/desk/billing/invoices/{}/state", invoice.id)>
            {token(cx)}
            <input type="hidden" name="back" value="list" />
            <button class=quiet name="state" value=state aria-label=label>{word}</button>
        </form>
    }
    .into_any()
}
