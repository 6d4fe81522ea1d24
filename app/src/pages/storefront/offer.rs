use domain::offers::Offer;
use leptos::prelude::*;

/// An offer's card as it stands on the storefront. `on_sale`: with the way to sign-up; without it, a preview.
pub fn offer_card(offer: &Offer, on_sale: bool) -> AnyView {
    let title = format!("offer-{}", offer.id);
    let way_in = format!("/signup?offer={}", offer.id);
    let mut lines = offer.terms.lines();
    lines.extend(offer.points.iter().cloned());
    let lines: Vec<_> = lines.into_iter().map(|line| view! { <li>{line}</li> }).collect();
    let summary = offer.summary.clone();
    let vertical = offer.vertical.clone();
    view! {
        <article class="offer" aria-labelledby=title.clone()>
            <h3 id=title.clone()>{offer.name.clone()}</h3>
            <p class="price"><b>{offer.terms.price.to_string()}</b>{format!(" a {}", offer.terms.interval.as_str())}</p>
            {(!summary.is_empty()).then(|| view! { <p class="soft">{summary}</p> })}
            <ul class="holds">{lines}</ul>
            {(!vertical.is_empty()).then(|| view! { <p class="soft">"For " {vertical}</p> })}
            {on_sale.then(|| view! { <a class="button primary" href=way_in>{format!("Choose {}", offer.name)}</a> })}
        </article>
    }
    .into_any()
}
