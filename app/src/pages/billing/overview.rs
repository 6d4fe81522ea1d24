//! `GET /desk/billing`: what comes in, what is held, what was billed.

use axum::{extract::Query, response::Response};
use domain::billing::{
    CreditNote, Subscription,
    queries::{self, Figures, InvoiceFilter, Invoices, Recurring, Why},
};
use leptos::prelude::*;
use serde::Deserialize;

use super::{credit, desk::subscriptions, invoices, recurring::chart};
use crate::{
    components::page_head::PageHead,
    web::{DeskTab, Frame, Operator, Page, Problem},
};

/// What the address asks for.
#[derive(Deserialize)]
pub struct BillingQuery {
    #[serde(default)]
    state: String,
    #[serde(default)]
    page: String,
}

struct BillingView {
    recurring: Recurring,
    figures: Figures,
    subscriptions: Vec<Subscription>,
    invoices: Invoices,
    credits: Vec<CreditNote>,
}

pub async fn show(
    Operator { cx, scope, .. }: Operator,
    Query(asked): Query<BillingQuery>,
) -> Result<Response, Problem> {
    let filter = InvoiceFilter::parse(&asked.state);
    let page = asked.page.parse().unwrap_or(1);
    let loaded = BillingView {
        recurring: queries::recurring(cx.db(), &scope).await?,
        figures: queries::figures(cx.db(), &scope).await?,
        subscriptions: queries::list_subscriptions(cx.db(), &scope).await?,
        invoices: queries::list(cx.db(), &scope, None, filter, page).await?,
        credits: queries::list_credit_notes(cx.db(), &scope, None).await?,
    };
    Ok(Page::new(&cx, "Billing", Frame::Desk(DeskTab::Billing)).show(|| {
        view! {
            {PageHead::new("Billing")
                .actions(view! { <a class="button" href="/desk/books">"Books"</a>
                    <a class="button" href="/desk/costs">"Costs and margin"</a>
                    <a class="button primary" href="/desk/billing/invoices/new">"New invoice"</a> })
                .show()}
            {figures(&loaded)}
            {chart(&loaded.recurring)}
            {beside(&loaded.recurring)}
            {subscriptions(&cx, &loaded.subscriptions)}
            {invoices::section(&cx, &loaded.invoices, filter)}
            {credit::list(&cx, &loaded.credits, true)}
        }
    }))
}

fn figures(loaded: &BillingView) -> AnyView {
    let BillingView { recurring, figures, .. } = loaded;
    let now = recurring.now().map(|money| money.to_string());
    let others: Vec<String> = recurring.others.iter().map(|money| format!("and {money}")).collect();
    let open: Vec<String> = figures.open_sums.iter().map(ToString::to_string).collect();
    let waiting = figures.paused + figures.awaiting_payment;
    view! {
        <dl class="figures">
            <div><dt>"a month, paid for"</dt><dd>{now}" "<small>{others.join(" ")}</small></dd></div>
            <div><dt>"Active subscriptions"</dt><dd>{figures.active}</dd></div>
            <div><dt>"Paused or awaiting payment"</dt><dd>{waiting}</dd></div>
            <div><dt>"Unpaid invoices"</dt><dd>{figures.open}" "<small>{open.join(", ")}</small></dd></div>
            <div><dt>"Overdue"</dt><dd>{figures.overdue}</dd></div>
        </dl>
    }
    .into_any()
}

/// What is not counted as revenue, or soon not any more, by name.
fn beside(recurring: &Recurring) -> AnyView {
    let groups: Vec<_> = [Why::Unpaid, Why::Paused, Why::Ending]
        .into_iter()
        .filter_map(|why| {
            let names: Vec<_> = recurring
                .beside
                .iter()
                .filter(|one| one.why == why)
                .map(|one| {
                    let page = format!("/desk/clients/{}", one.client);
                    view! { <li><a href=page>{one.client_name.clone()}</a><span class="soft">{format!("{} a month", one.amount)}</span></li> }
                })
                .collect();
            let summary = format!("{}: {}", why.label(), names.len());
            (!names.is_empty()).then(|| {
                view! { <details class="more"><summary>{summary}</summary><ul class="brief-list">{names}</ul></details> }
            })
        })
        .collect();
    view! { <div class="beside-revenue">{groups}</div> }.into_any()
}
