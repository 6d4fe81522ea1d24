//! An offer as a buyer sees it: on the storefront, at sign-up, and as the operator's preview.

use domain::{
    money::Money,
    offers::{Offer, OfferDraft, Terms},
};
use leptos::prelude::*;

/// The card of an offer. `action` stands at its foot: a way in, or nothing.
pub fn offer_card(offer: &Offer, action: AnyView) -> AnyView {
    card(
        &format!("offer-{}", offer.id),
        &offer.name,
        &pitch(&offer.vertical, &offer.summary),
        &offer.terms,
        Some(offer.terms.price),
        &offer.points,
        action,
    )
}

/// The card of an offer that is being written; `price` is none while what stands in its field is none.
pub fn draft_card(draft: &OfferDraft, price: Option<Money>, action: AnyView) -> AnyView {
    let name = if draft.name.is_empty() { "Offer name" } else { &draft.name };
    let pitch = pitch(&draft.vertical, &draft.summary);
    card("offer-draft", name, &pitch, &draft.terms, price, &draft.points, action)
}

fn pitch(vertical: &str, summary: &str) -> String {
    let whom = if vertical.is_empty() { String::new() } else { format!("For {vertical}.") };
    [whom.as_str(), summary].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

fn card(
    id: &str,
    name: &str,
    pitch: &str,
    terms: &Terms,
    price: Option<Money>,
    points: &[String],
    action: AnyView,
) -> AnyView {
    let holds: Vec<_> = terms
        .lines()
        .into_iter()
        .chain(points.iter().cloned())
        .map(|line| view! { <li>{line}</li> })
        .collect();
    let pricing: Vec<_> =
        terms.pricing_lines().into_iter().map(|line| view! { <p class="price-note">{line}</p> }).collect();
    let (id, name, pitch) = (id.to_owned(), name.to_owned(), pitch.to_owned());
    let price = price.map_or("—".to_owned(), |price| price.to_string());
    view! {
        <article class="offer" aria-labelledby=id.clone()>
            <h3 id=id.clone() dir="auto">{name}</h3>
            <p class="price"><b>{price}</b>"/"{terms.interval.as_str()}</p>
            {pricing}
            {(!pitch.is_empty()).then(|| view! { <p class="soft">{pitch}</p> })}
            <ul class="holds">{holds}</ul>
            {action}
        </article>
    }
    .into_any()
}
