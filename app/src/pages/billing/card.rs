//! The card that a client keeps: `POST /portal/billing/card` leads to the provider's page to keep one or another, `GET …/card/done`
//! is where one comes back to, `POST …/card/removal` takes it off file.

use axum::{extract::Query, response::Response};
use domain::{
    Error,
    payments::{PaymentUrls, commands, queries},
};
use leptos::prelude::*;
use serde::Deserialize;

use crate::{
    components::{confirmation::Confirmation, field::token, lead_away::lead_away},
    web::{Cx, Member, PostedForm, Problem, answer, redirect, redirect_with},
};

const BILLING: &str = "/portal/billing";

pub async fn change(
    Member { cx, scope, client, .. }: Member,
    PostedForm(_): PostedForm,
) -> Result<Response, Problem> {
    let base = cx.bare.app.site.base();
    let urls = PaymentUrls {
        done_url: format!("{base}{BILLING}/card/done?checkout={{reference}}"),
        back_url: format!("{base}{BILLING}"),
    };
    let providers = &*cx.bare.app.site.providers;
    let page = commands::open_card_setup(cx.db(), &scope, providers, client, &urls).await?;
    lead_away(&cx, &page.url, "the page for your card")
}

/// What the provider's page was.
#[derive(Deserialize)]
pub struct CardDoneQuery {
    #[serde(default)]
    checkout: String,
}

/// Asks the provider at once, and writes down no more than what has happened there.
pub async fn done(
    Member { cx, scope, client, .. }: Member,
    Query(query): Query<CardDoneQuery>,
) -> Result<Response, Problem> {
    let before = queries::wallet(cx.db(), &scope, client).await?.card;
    let providers = &*cx.bare.app.site.providers;
    let looked = commands::look_again(cx.db(), &scope, providers, &query.checkout).await;
    let now = queries::wallet(cx.db(), &scope, client).await?.card;
    Ok(match (looked, now) {
        (_, Some(card)) if before.as_ref() != Some(&card) => {
            redirect_with(BILLING, &format!("Saved. We’ll charge the {} from now on.", card.label()))
        }
        (Err(Error::NotFound), _) => redirect(BILLING),
        (Err(_), _) => redirect_with(BILLING, "Your card shows up here in a minute."),
        (Ok(_), _) => redirect(BILLING),
    })
}

pub async fn remove(
    Member { cx, scope, client, .. }: Member,
    PostedForm(_): PostedForm,
) -> Result<Response, Problem> {
    let card = queries::wallet(cx.db(), &scope, client).await?.card;
    let done = match card {
        Some(card) => commands::forget_card(cx.db(), &scope, &*cx.bare.app.site.providers, card.id).await,
        // It is gone already.
        None => Ok(()),
    };
    Ok(answer(&cx.bare, done, BILLING, "Card removed. Your next invoice comes with a link to pay."))
}

/// The ways to change what is kept: add, change, remove.
pub(super) fn changes(cx: &Cx, wallet: &queries::Wallet) -> AnyView {
    if !wallet.takes_cards {
        return ().into_any();
    }
    let word = if wallet.card.is_some() { "Change card" } else { "Add a card" };
    let removal = wallet.card.as_ref().map(|card| {
        let words =
            format!("We won’t charge the {} anymore. Each invoice comes with a link to pay.", card.label());
        view! {
            <button class="link-button" type="button" popovertarget="remove-card">"Remove"</button>
            {Confirmation {
                id: "remove-card".to_owned(),
                question: "Remove your card?".to_owned(),
                action: format!("{BILLING}/card/removal"),
                keep: "Keep card",
            }
            .show(words, view! { {token(cx)} <button class="button danger">"Remove card"</button> })}
        }
    });
    view! {
        <span class="answers-ways">
            <form method="post" action=format!("{BILLING}/card")>{token(cx)}<button class="link-button">{word}</button></form>
            {removal}
        </span>
    }
    .into_any()
}
