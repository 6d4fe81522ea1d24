//! `GET /portal/billing`: what a client holds, what a pause would keep, and its invoices.

use axum::{extract::Query, response::Response};
use domain::{
    billing::queries::{self, InvoiceFilter},
    books::Month,
    offers,
};
use leptos::prelude::*;
use serde::Deserialize;

use super::{
    answers::{Answers, answers},
    balance, credit,
    mine_view::{invoices, subscription},
    offer,
};
use crate::components::{field::token, page_head::PageHead};
use crate::web::{Frame, Member, Page, PortalTab, Problem};

/// Which page of the invoices.
#[derive(Deserialize)]
pub struct MyBillingQuery {
    #[serde(default)]
    page: String,
}

pub async fn show(
    Member { cx, scope, client, .. }: Member,
    Query(asked): Query<MyBillingQuery>,
) -> Result<Response, Problem> {
    let page = asked.page.parse().unwrap_or(1);
    let year = Month::of(cx.db().now(), cx.own_format().zone).year();
    let held = queries::find_subscription(cx.db(), &scope, client).await?;
    let pauses = match &held {
        Some(held) => queries::list_pauses(cx.db(), &scope, held).await?,
        None => Vec::new(),
    };
    let four = Answers::load(&cx, &scope, client).await?;
    let list = queries::list(cx.db(), &scope, Some(client), InvoiceFilter::All, page).await?;
    let credits = queries::list_credit_notes(cx.db(), &scope, Some(client)).await?;
    let balance = queries::balance(cx.db(), &scope, client).await?;
    let offers = offers::queries::list_published(cx.db(), &scope).await?;
    Ok(Page::new(&cx, "Billing", Frame::Portal(PortalTab::Billing)).show(|| {
        view! {
            {PageHead::new("Billing")
                .actions(view! {
                    <a class="button" href=format!("/portal/billing/years/{year}")>"Statement of the year"</a>
                    <a class="button" href="/portal/billing/details">"Billing details"</a>
                })
                .show()}
            {answers(&cx, held.as_ref(), &four)}
            {subscription(&cx, held.as_ref(), &pauses)}
            {offer::form(held.as_ref(), &offers, "/portal/billing", || token(&cx).into_any())}
            {balance::mine(cx.own_format(), &balance)}
            {invoices(&cx, &list)}
            {credit::list(&cx, &credits, false)}
        }
    }))
}
