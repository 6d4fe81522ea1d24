//! `GET /desk/books/growth`: how revenue moves, what comes in next month, and who may be about to leave.

use axum::response::Response;
use domain::{
    books::{Outlook, queries},
    format,
};
use leptos::prelude::*;

use super::{BOOKS, movement};
use crate::{
    components::page_head::PageHead,
    web::{Cx, DeskTab, Frame, Operator, Page, Problem},
};

pub async fn show(Operator { cx, scope, .. }: Operator) -> Result<Response, Problem> {
    let months = queries::movement(cx.db(), &scope).await?;
    let outlook = queries::outlook(cx.db(), &scope).await?;
    Ok(Page::new(&cx, "Growth", Frame::Desk(DeskTab::Billing)).show(|| {
        view! {
            {PageHead::new("Growth")
                .crumbs(&[("/desk/billing", "Billing"), (BOOKS, "Books")], "Growth")
                .show()}
            {leaving(&outlook)}
            {expected(&cx, &outlook)}
            {movement::chart(&months)}
        }
    }))
}

fn leaving(outlook: &Outlook) -> AnyView {
    if outlook.leaving.is_empty() {
        return view! { <p class="notice">"No client shows signs of leaving."</p> }.into_any();
    }
    let rows: Vec<_> = outlook
        .leaving
        .iter()
        .map(|one| {
            let client = format!("/desk/clients/{}", one.client);
            view! {
                <li><a href=client dir="auto">{one.client_name.clone()}</a><span class="soft">{one.reasons.join(". ")}</span></li>
            }
        })
        .collect();
    view! {
        <section class="section" aria-labelledby="leaving">
            <div class="section-head"><h2 id="leaving">"May be about to leave"</h2></div>
            <ul class="brief-list">{rows}</ul>
        </section>
    }
    .into_any()
}

fn expected(cx: &Cx, outlook: &Outlook) -> AnyView {
    let month = format::month(outlook.month.0);
    if outlook.expected.is_empty() {
        return view! { <p class="soft">{format!("No subscription renews in {month}.")}</p> }.into_any();
    }
    let sums: Vec<String> = outlook.sums.iter().map(ToString::to_string).collect();
    let rows: Vec<_> = outlook
        .expected
        .iter()
        .map(|one| {
            let client = format!("/desk/clients/{}", one.client);
            view! {
                <tr>
                    <th scope="row"><a href=client dir="auto">{one.client_name.clone()}</a></th>
                    <td data-label="Renews">{cx.own_format().day(one.at)}</td>
                    <td data-label="Amount" class="end nowrap">{one.amount.in_full()}</td>
                </tr>
            }
        })
        .collect();
    view! {
        <section class="section" aria-labelledby="expected">
            <div class="section-head"><h2 id="expected">{format!("Comes in in {month}: {}", sums.join(", "))}</h2></div>
            <p class="hint">"Renewals at their price, before any tax that is added."</p>
            <table class="table stacks">
                <thead><tr>
                    <th scope="col">"Client"</th><th scope="col">"Renews"</th><th scope="col" class="end">"Amount"</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </section>
    }
    .into_any()
}
