//! `GET /desk/clients/{client}`: what a client holds, asks for and is billed, and who it is.

use axum::response::Response;
use domain::{
    accounts::{self, People},
    billing::{self, Balance, Invoice, Subscription, SubscriptionState, queries::InvoiceFilter},
    clients::Client,
    desk::{self, Board},
    erasures::{self, Erasure},
    ids::ClientId,
    offers::{self, Offer, OfferState},
};
use leptos::prelude::*;

use super::{LIST, account, erasure, find, parts};
use crate::{
    components::{
        desk::{client_path, hidden},
        page_head::PageHead,
        time::Times,
    },
    pages::{billing::balance, data},
    web::{DeskTab, FormToken, Frame, Operator, Page, Path, Problem},
};

/// More than these are on the billing page.
const INVOICES: usize = 5;

/// Everything on the page.
pub(super) struct ClientView {
    pub client: Client,
    pub board: Board,
    /// The living subscription, else the one that ended last.
    pub held: Option<Subscription>,
    pub invoices: Vec<Invoice>,
    /// Its credit.
    pub balance: Balance,
    /// What it may be sold.
    pub offers: Vec<Offer>,
    pub people: People,
    /// That it is going to be erased.
    pub erasure: Option<Erasure>,
    pub times: Times,
    pub token: FormToken,
}

pub async fn show(operator: Operator, Path(client): Path<ClientId>) -> Result<Response, Problem> {
    if let Some(erased) = erasure::erased(&operator, client).await? {
        return Ok(erased);
    }
    let client = find(&operator, client).await?;
    let cx = &operator.cx;
    let name = client.name.clone();
    let shown = load(&operator, client).await?;
    Ok(Page::new(cx, &name, Frame::Desk(DeskTab::Clients)).show(move || view(&shown)))
}

async fn load(operator: &Operator, client: Client) -> domain::Result<ClientView> {
    let Operator { cx, scope, .. } = operator;
    let db = cx.db();
    let mut invoices =
        billing::queries::list(db, scope, Some(client.id), InvoiceFilter::All, 1).await?.invoices;
    invoices.truncate(INVOICES);
    Ok(ClientView {
        board: desk::queries::board(db, scope, Some(client.id)).await?,
        held: billing::queries::find_subscription(db, scope, client.id).await?,
        invoices,
        balance: billing::queries::balance(db, scope, client.id).await?,
        offers: sold(offers::queries::list(db, scope).await?),
        people: accounts::queries::people(db, &scope.within(client.id)).await?,
        erasure: erasures::queries::find(db, scope, client.id).await?,
        times: Times::of(cx),
        token: cx.bare.token.clone(),
        client,
    })
}

fn sold(mut offers: Vec<Offer>) -> Vec<Offer> {
    offers.retain(|offer| offer.state != OfferState::Archived);
    offers
}

fn view(shown: &ClientView) -> AnyView {
    let client = &shown.client;
    let base = client_path(client.id);
    let since = shown.times.ago(client.created_at.timestamp_millis());
    let vertical =
        (!client.vertical.is_empty()).then(|| view! { <span dir="auto">{client.vertical.clone()}</span> });
    let left = client.archived_at.is_some();
    view! {
        {PageHead::named(client.name.clone())
            .crumbs(&[(LIST, "Clients")], &client.name)
            .subtitle(view! { {left.then(|| view! { <span class="tag archived">"Archived"</span> })}
                    {vertical}
                    <span>{format!("joined {since}")}</span> })
            .actions(view! { <a class="button" href=format!("/desk/board?client={}", client.id)>"Board"</a>
                <a class="button" href=format!("{base}/details")>"Details"</a>
                {(!left).then(|| view! { <a class="button primary" href=format!("{base}/requests/new")>"New request"</a> })} })
            .show()}
        {parts::requests(shown)}
        {account::subscription(shown)}
        {account::invoices(shown)}
        {balance::on_desk(shown.times.format(), &shown.balance, client.id, &shown.token)}
        {account::people(shown)}
        {parts::intake(client)}
        {data::section(client.id)}
        {leave(shown, &base, left)}
        {erasure::section(shown)}
    }
    .into_any()
}

/// Leaving and coming back, at the end of the page.
fn leave(shown: &ClientView, base: &str, left: bool) -> AnyView {
    let (value, word, words) = if left {
        ("no", "Restore", "Its people can ask for work again.")
    } else {
        (
            "yes",
            "Archive",
            "For a client who has left: its people can read and download everything for 90 more days, but change nothing. Everything is kept.",
        )
    };
    let holds = shown.held.as_ref().is_some_and(|held| held.state != SubscriptionState::Ended);
    // What is going to be erased is kept first.
    if shown.erasure.is_some() {
        return ().into_any();
    }
    let inner = if holds {
        view! { <p class="soft">"You can archive this client once their subscription has ended."</p> }
            .into_any()
    } else {
        view! {
            <form class="button-row" method="post" action=format!("{base}/archive")>
                {hidden(&shown.token, "")}
                <button class="button" name="archived" value=value>{word}</button>
                <p dir="auto">{words}</p>
            </form>
        }
        .into_any()
    };
    view! { <section class="section" aria-label="Leaving">{inner}</section> }.into_any()
}
