//! The first page anyone sees: what this business sells, how a request goes, what it costs. No script, nothing live.

mod picture;
mod terms;

pub use terms::show as terms;

use axum::response::Response;
use domain::{
    Scope,
    format::Locale,
    offers::{Offer, queries},
};
use leptos::prelude::*;

use crate::{
    components::offer_card::offer_card,
    web::{Cx, Frame, Page, Problem},
};

/// The storefront.
pub async fn show(cx: Cx) -> Result<Response, Problem> {
    let scope = Scope::visitor(cx.workspace.id);
    let offers = queries::list_published(cx.db(), &scope).await?;
    Ok(page(&cx, &offers))
}

fn page(cx: &Cx, offers: &[Offer]) -> Response {
    let name = cx.workspace.name.clone();
    let (tagline, promise) = (cx.workspace.tagline.clone(), cx.workspace.promise.clone());
    let heading = if tagline.is_empty() { name.clone() } else { tagline };
    // The shortest cycle that is sold is the promise; two working days where nothing is sold yet.
    let hours = offers.iter().map(|offer| offer.terms.cycle_hours).min().unwrap_or(48);
    Page::new(cx, &name, Frame::Store).show(|| {
        view! {
            <section class="hero">
                <div>
                    <h1 dir="auto">{heading}</h1>
                    {(!promise.is_empty()).then(|| view! { <p class="lead">{promise}</p> })}
                    {(!offers.is_empty()).then(|| view! {
                        <p class="button-row"><a class="button primary large" href="#offers">"See plans"</a></p>
                    })}
                </div>
                {picture::line()}
            </section>
            {promise_line(hours)}
            {verticals(offers, cx.workspace.locale)}
            {shelf(offers)}
        }
    })
}

/// How a request goes, in four stops on the line.
fn promise_line(hours: u32) -> AnyView {
    let stops = [
        ("Hour 0".to_owned(), "You ask", "in a sentence, like you’d ask a coworker"),
        ("Hour 1".to_owned(), "Watch it happen", "live, even from your phone"),
        ("As needed".to_owned(), "You make the call", "before anything goes out the door"),
        (
            format!("Within {hours} hours"),
            "You approve",
            "or ask for a revision, then the next request starts",
        ),
    ];
    let stops: Vec<_> = stops
        .into_iter()
        .map(|(when, title, words)| view! { <li><small>{when}</small><h2 dir="auto">{title}</h2><p dir="auto">{words}</p></li> })
        .collect();
    view! { <ol class="promise" id="how" aria-label="How it works">{stops}</ol> }.into_any()
}

/// For whom: the verticals of the offers, each once.
fn verticals(offers: &[Offer], locale: Locale) -> AnyView {
    let mut names: Vec<String> = Vec::new();
    for offer in offers.iter().filter(|offer| !offer.vertical.is_empty()) {
        if !names.contains(&offer.vertical) {
            names.push(offer.vertical.clone());
        }
    }
    if names.is_empty() {
        return ().into_any();
    }
    let list = locale.list(&names);
    view! { <p class="for-whom">"Built for " {list} "."</p> }.into_any()
}

fn shelf(offers: &[Offer]) -> AnyView {
    if offers.is_empty() {
        return view! {
            <section class="store-section" id="offers">
                <h2>"Plans"</h2>
                <div class="empty">
                    <p>"We’re not taking new clients right now. Check back soon. Already a client? Sign in below."</p>
                    <p class="button-row"><a class="button" href="/sign-in">"Sign in"</a></p>
                </div>
            </section>
        }
        .into_any();
    }
    let cards: Vec<_> = offers
        .iter()
        .map(|offer| {
            let way_in = format!("/signup?offer={}", offer.id);
            offer_card(
                offer,
                view! { <a class="button primary" href=way_in>{format!("Choose {}", offer.name)}</a> }
                    .into_any(),
            )
        })
        .collect();
    view! { <section class="store-section" id="offers"><h2>"Plans"</h2><div class="offers">{cards}</div></section> }.into_any()
}
