//! `GET /desk/clients?q=&show=archived&page=2`

use axum::{extract::Query, response::Response};
use domain::clients::{ClientFilter, ClientRow, Clients, queries};
use leptos::prelude::*;
use serde::Deserialize;

use super::LIST;
use crate::{
    components::{
        desk::client_path,
        empty::NothingYet,
        page_head::PageHead,
        pager::{pager, past_the_end},
        search::{address, search},
        time::Times,
    },
    web::{DeskTab, Frame, Operator, Page, Problem},
};

#[derive(Deserialize)]
pub struct ClientsQuery {
    #[serde(default)]
    q: String,
    #[serde(default)]
    show: String,
    /// Whatever stands there: what is no number is the first page.
    #[serde(default)]
    page: String,
}

impl ClientsQuery {
    fn shown(&self) -> ClientFilter {
        if self.show == "archived" { ClientFilter::Archived } else { ClientFilter::Here }
    }

    /// The address of another page of the same list.
    fn page(&self, page: u32) -> String {
        address(LIST, &[("q", &self.q), ("show", &self.show), ("page", &page.to_string())])
    }
}

pub async fn show(operator: Operator, Query(wanted): Query<ClientsQuery>) -> Result<Response, Problem> {
    let Operator { cx, scope, .. } = operator;
    let found =
        queries::list(cx.db(), &scope, &wanted.q, wanted.shown(), wanted.page.parse().unwrap_or(1)).await?;
    let times = Times::of(&cx);
    Ok(Page::new(&cx, "Clients", Frame::Desk(DeskTab::Clients)).show(move || view(&wanted, &found, &times)))
}

fn view(wanted: &ClientsQuery, found: &Clients, times: &Times) -> AnyView {
    let keep = if wanted.show.is_empty() { Vec::new() } else { vec![("show", wanted.show.clone())] };
    let list = if found.rows.is_empty() { nothing(wanted, found.page) } else { table(found, wanted, times) };
    view! {
        {PageHead::new("Clients")
            .actions(view! { <a class="button primary" href="/desk/clients/new">"New client"</a> })
            .show()}
        <nav class="tabs" aria-label="Filter clients">
            {tab("Current", "", wanted)} {tab("Archived", "archived", wanted)}
        </nav>
        <div class="list-head">{search(LIST, "Search clients", &wanted.q, &keep)}</div>
        {list}
    }
    .into_any()
}

fn tab(word: &'static str, show: &'static str, wanted: &ClientsQuery) -> impl IntoView + use<> {
    let here = (ClientsQuery { show: show.to_owned(), q: String::new(), page: String::new() }.shown()
        == wanted.shown())
    .then_some("page");
    view! { <a href=address(LIST, &[("show", show)]) aria-current=here>{word}</a> }
}

fn nothing(wanted: &ClientsQuery, page: u32) -> AnyView {
    if let Some(back) = past_the_end(page, |page| wanted.page(page)) {
        return back;
    }
    if !wanted.q.trim().is_empty() {
        return view! { <p class="soft" role="status">"No clients match."</p> }.into_any();
    }
    if wanted.shown() == ClientFilter::Archived {
        return view! { <p class="soft">"No archived clients."</p> }.into_any();
    }
    view! {
        <NothingYet heading="The first client is the hardest" words="Publish an offer so clients can sign up on your storefront, or add one yourself.">
            <a class="button primary" href="/desk/offers">"See your offers"</a>
        </NothingYet>
    }
    .into_any()
}

fn table(found: &Clients, wanted: &ClientsQuery, times: &Times) -> AnyView {
    let rows: Vec<_> = found.rows.iter().map(|client| row(client, times)).collect();
    let last = found.first.saturating_sub(1) + found.rows.len() as u64;
    let here = format!("{} to {last} of {}", found.first, found.all);
    view! {
        <table class="table stacks">
            <thead>
                <tr>
                    <th scope="col">"Client"</th>
                    <th scope="col">"Offer"</th>
                    <th scope="col">"Subscription"</th>
                    <th scope="col">"In progress"</th>
                    <th scope="col" class="end">"Last activity"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
        {pager(&here, found.page, found.has_more(), ["Back", "Next"], |page| wanted.page(page))}
    }
    .into_any()
}

fn row(client: &ClientRow, times: &Times) -> AnyView {
    let state = client
        .state
        .map(|state| view! { <span class=format!("tag {}", state.class())>{state.label()}</span> });
    let places = client.places.allowed.map(|allowed| format!("{} of {allowed}", client.places.taken));
    let offer = client.offer.clone().unwrap_or_else(|| "none".to_owned());
    view! {
        <tr>
            <th scope="row"><a href=client_path(client.id) dir="auto">{client.name.clone()}</a></th>
            <td data-label="Offer">{offer}</td>
            <td data-label="Subscription">{state}</td>
            <td data-label="In progress" class="num">{places}</td>
            <td data-label="Last activity" class="end">{times.ago(client.active_at.timestamp_millis())}</td>
        </tr>
    }
    .into_any()
}
