//! `POST /portal/billing/offer` and `POST /desk/clients/{client}/offer`: a client starts a subscription, or changes the one
//! that it holds.

use axum::response::Response;
use domain::{
    Error, FieldErrors, Result as Done, Scope,
    billing::{PlanChoice, Subscription, SubscriptionState, commands},
    ids::ClientId,
    offers::{Interval, Offer, Terms},
};
use leptos::prelude::*;

use super::change::note;
use crate::web::{Cx, Fields, FormToken, Member, Operator, Path, PostedForm, Problem, answer};

pub async fn choose(
    Operator { cx, scope, .. }: Operator,
    Path(client): Path<ClientId>,
    PostedForm(fields): PostedForm,
) -> Result<Response, Problem> {
    let (done, note) = chosen(&cx, &scope, client, &fields).await;
    Ok(answer(&cx.bare, done, &fields.back(&format!("/desk/clients/{client}")), note))
}

pub async fn choose_mine(
    Member { cx, scope, client, .. }: Member,
    PostedForm(fields): PostedForm,
) -> Result<Response, Problem> {
    let (done, note) = chosen(&cx, &scope, client, &fields).await;
    Ok(answer(&cx.bare, done, "/portal/billing", note))
}

async fn chosen(cx: &Cx, scope: &Scope, client: ClientId, fields: &Fields) -> (Done<()>, &'static str) {
    let wrong = || Error::Fields(FieldErrors::one("offer", "Choose one from the list."));
    let done = match fields.text("offer").parse::<PlanChoice>() {
        Ok(choice) => commands::choose_with_code(cx.db(), scope, client, choice, fields.text("code")).await,
        Err(_) => Err(wrong()),
    };
    match done {
        Ok(change) => (Ok(()), note(change)),
        Err(error) => (Err(error), ""),
    }
}

/// Whether a subscription can be started, rather than changed.
fn is_over(held: Option<&Subscription>) -> bool {
    held.is_none_or(|held| held.state == SubscriptionState::Ended)
}

/// What is chosen now: of the next period, where that was changed.
fn current(held: Option<&Subscription>) -> Option<PlanChoice> {
    let held = held.filter(|held| held.state != SubscriptionState::Ended)?;
    let (offer, terms) =
        held.next_offer.as_ref().map_or((held.offer, &held.terms), |next| (next.offer, &next.terms));
    Some(PlanChoice { offer, interval: Some(terms.interval) })
}

/// What can be chosen: every offer by every interval in which it is sold.
pub fn choices(offers: &[Offer]) -> Vec<(PlanChoice, String)> {
    let by = |offer: &Offer, terms: Terms| {
        let choice = PlanChoice { offer: offer.id, interval: Some(terms.interval) };
        (choice, format!("{}, {}", offer.name, terms.price_words()))
    };
    offers
        .iter()
        .flat_map(|offer| {
            let year = offer.terms.year_price().and_then(|_| offer.terms.by(Some(Interval::Year)));
            [Some(offer.terms.clone()), year].into_iter().flatten().map(move |terms| by(offer, terms))
        })
        .collect()
}

/// The form that starts a subscription, or the way to what another one comes to; nothing where nothing else is sold. `base`: the
/// page's address.
pub fn form(
    held: Option<&Subscription>,
    offers: &[Offer],
    base: &str,
    hidden: impl Fn() -> AnyView,
) -> AnyView {
    let now = current(held);
    let options: Vec<_> = choices(offers)
        .into_iter()
        .filter(|(choice, _)| Some(*choice) != now)
        .map(|(choice, words)| view! { <option value=choice.to_string()>{words}</option> })
        .collect();
    if options.is_empty() {
        return ().into_any();
    }
    let select = |label: &'static str, hint: &'static str| {
        view! {
            <div class="field">
                <label for="offer">{label}</label>
                <select class="input" id="offer" name="offer" required>{options}</select>
                <p class="hint">{hint}</p>
            </div>
        }
    };
    if is_over(held) {
        return view! {
            <form class="form change-offer" method="post" action=format!("{base}/offer")>
                {hidden()}
                {select("Start a subscription", "You get the first invoice right away.")}
                <div class="field">
                    <label for="code">"Discount code"</label>
                    <input class="input" id="code" name="code" maxlength="40" autocomplete="off" />
                    <p class="hint">"If you have one."</p>
                </div>
                <div class="button-row"><button class="button">"Start subscription"</button></div>
            </form>
        }
        .into_any();
    }
    view! {
        <form class="form change-offer" method="get" action=format!("{base}/change")>
            {select("Change the subscription", "You see what it comes to first, now or with the next period.")}
            <div class="button-row"><button class="button">"See the change"</button></div>
        </form>
    }
    .into_any()
}

/// What comes with the next period, if that is another offer.
pub fn next(held: &Subscription) -> Option<AnyView> {
    let next = held.next_offer.as_ref()?;
    let words = format!("The next period is {}, {}.", next.name, next.terms.price_words());
    Some(view! { <p>{words}</p> }.into_any())
}

/// The token field of a form on the desk.
pub fn hidden(token: &FormToken, back: &str) -> AnyView {
    crate::components::desk::hidden(token, back).into_any()
}
