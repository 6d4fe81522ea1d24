//! `GET /desk/offers`: every offer in its order, and how the storefront shows those that are published.

use axum::response::Response;
use domain::offers::{Offer, OfferState, queries};
use leptos::prelude::*;

use crate::{
    components::{empty::NothingYet, field::token, offer_card::offer_card, page_head::PageHead},
    web::{Cx, DeskTab, Frame, Operator, Page, Problem},
};

pub async fn show(Operator { cx, scope, .. }: Operator) -> Result<Response, Problem> {
    let offers = queries::list(cx.db(), &scope).await?;
    let (archived, living): (Vec<Offer>, Vec<Offer>) =
        offers.into_iter().partition(|offer| offer.state == OfferState::Archived);
    Ok(Page::new(&cx, "Offers", Frame::Desk(DeskTab::Offers)).show(|| {
        view! {
            {PageHead::new("Offers")
                .subtitle("The offers you sell, in storefront order. Changes don’t affect existing subscriptions.")
                .actions(view! { <a class="button" href="/desk/codes">"Discount codes"</a>
                    <a class="button primary" href="/desk/offers/new">"New offer"</a> })
                .show()}
            {if living.is_empty() { empty() } else { order(&cx, &living) }}
            {storefront(&living)}
            {(!archived.is_empty()).then(|| shelf(&archived))}
        }
    }))
}

fn empty() -> AnyView {
    view! {
        <NothingYet heading="No offers yet" words="Create your first offer: set a price, how many requests to work on at once, and what to ask at sign-up.">
            <a class="button primary" href="/desk/offers/new">"Create offer"</a>
        </NothingYet>
    }
    .into_any()
}

fn order(cx: &Cx, offers: &[Offer]) -> AnyView {
    let last = offers.len() - 1;
    let rows: Vec<_> = offers.iter().enumerate().map(|(i, offer)| row(cx, i, i == last, offer)).collect();
    view! { <ol class="queue">{rows}</ol> }.into_any()
}

fn row(cx: &Cx, place: usize, is_last: bool, offer: &Offer) -> impl IntoView + use<> {
    let (href, name) = (format!("/desk/offers/{}", offer.id), offer.name.clone());
    let (up, down) = (format!("Move “{name}” up"), format!("Move “{name}” down"));
    let action = format!("{href}/place");
    view! {
        <li class="queue-item">
            <span class="num">{place + 1}</span>
            <div class="queue-words"><a href=href dir="auto">{name}</a><small>{offer.terms.price_words()}{(!offer.vertical.is_empty()).then(|| format!(" · for {}", offer.vertical))}</small></div>
            <span class=format!("tag {}", offer.state.as_str())>{offer.state.label()}</span>
            <form class="queue-moves" method="post" action=action>
                {token(cx)}
                <button class="button quiet icon" name="towards" value="up" aria-label=up disabled=place == 0>
                    <svg viewBox="0 0 20 20" aria-hidden="true"><path d="M10 16V4M5 9l5-5 5 5" /></svg>
                </button>
                <button class="button quiet icon" name="towards" value="down" aria-label=down disabled=is_last>
                    <svg viewBox="0 0 20 20" aria-hidden="true"><path d="M10 4v12M5 11l5 5 5-5" /></svg>
                </button>
            </form>
        </li>
    }
}

fn storefront(offers: &[Offer]) -> AnyView {
    let cards: Vec<_> = offers
        .iter()
        .filter(|offer| offer.state == OfferState::Published)
        .map(|offer| {
            let href = format!("/desk/offers/{}", offer.id);
            offer_card(
                offer,
                view! { <a class="button" href=href>"Edit "<bdi>{offer.name.clone()}</bdi></a> }.into_any(),
            )
        })
        .collect();
    if cards.is_empty() {
        return ().into_any();
    }
    view! {
        <section class="section">
            <div class="section-head"><h2>"On the storefront"</h2><a href="/#offers">"View storefront"</a></div>
            <div class="offers">{cards}</div>
        </section>
    }
    .into_any()
}

fn shelf(offers: &[Offer]) -> AnyView {
    let rows: Vec<_> = offers
        .iter()
        .map(|offer| {
            let href = format!("/desk/offers/{}", offer.id);
            view! {
                <li class="queue-item">
                    <div class="queue-words"><a href=href dir="auto">{offer.name.clone()}</a><small>{offer.terms.price_words()}</small></div>
                    <span class="tag archived">"Archived"</span>
                </li>
            }
        })
        .collect();
    view! {
        <section class="section">
            <div class="section-head"><h2>"Archived offers"</h2></div>
            <ul class="queue">{rows}</ul>
        </section>
    }
    .into_any()
}
