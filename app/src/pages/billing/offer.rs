//! `POST /portal/billing/offer` and `POST /desk/clients/{client}/offer`: a client starts a subscription, or changes the one
//! that it holds.

use axum::response::Response;
use domain::{
    Error, FieldErrors, Result as Done, Scope,
    billing::{
        Subscription, SubscriptionState,
        commands::{self, PlanChange},
    },
    ids::{ClientId, OfferId},
    offers::Offer,
};
use leptos::prelude::*;

use crate::web::{Cx, FormToken, Member, Operator, Path, PostedForm, Problem, answer};

pub async fn choose(
    Operator { cx, scope, .. }: Operator,
    Path(client): Path<ClientId>,
    PostedForm(fields): PostedForm,
) -> Result<Response, Problem> {
    let (done, note) = chosen(&cx, &scope, client, fields.text("offer")).await;
    Ok(answer(&cx.bare, done, &fields.back(&format!("/desk/clients/{client}")), note))
}

pub async fn choose_mine(
    Member { cx, scope, client, .. }: Member,
    PostedForm(fields): PostedForm,
) -> Result<Response, Problem> {
    let (done, note) = chosen(&cx, &scope, client, fields.text("offer")).await;
    Ok(answer(&cx.bare, done, "/portal/billing", note))
}

async fn chosen(cx: &Cx, scope: &Scope, client: ClientId, offer: &str) -> (Done<()>, &'static str) {
    let wrong = || Error::Fields(FieldErrors::one("offer", "Choose one from the list."));
    let done = match offer.parse::<OfferId>() {
        Ok(offer) => commands::choose(cx.db(), scope, client, offer).await,
        Err(_) => Err(wrong()),
    };
    match done {
        Ok(PlanChange::Begun) => (Ok(()), "Started. Work begins now."),
        Ok(PlanChange::Sold) => (Ok(()), "Work starts once your first invoice is paid."),
        Ok(PlanChange::Next) => (Ok(()), "Saved. It starts with your next period."),
        Ok(PlanChange::Same) => (Ok(()), "It stays as it is."),
        Err(error) => (Err(error), ""),
    }
}

/// Whether a subscription can be started, rather than changed.
fn is_over(held: Option<&Subscription>) -> bool {
    held.is_none_or(|held| held.state == SubscriptionState::Ended)
}

/// What is chosen now: of the next period, where that was changed.
fn current(held: Option<&Subscription>) -> Option<OfferId> {
    let held = held.filter(|held| held.state != SubscriptionState::Ended)?;
    Some(held.next_offer.as_ref().map_or(held.offer, |next| next.offer))
}

/// The form that starts or changes a subscription; nothing where nothing else is sold.
pub fn form(
    held: Option<&Subscription>,
    offers: &[Offer],
    action: String,
    hidden: impl Fn() -> AnyView,
) -> AnyView {
    let now = current(held);
    let choices: Vec<_> = offers
        .iter()
        .filter(|offer| Some(offer.id) != now)
        .map(|offer| {
            let words = format!("{}, {}", offer.name, offer.terms.price_words());
            view! { <option value=offer.id.to_string()>{words}</option> }
        })
        .collect();
    if choices.is_empty() {
        return ().into_any();
    }
    let (label, word, hint) = if is_over(held) {
        ("Start a subscription", "Start subscription", "You get the first invoice right away.")
    } else {
        (
            "Change the subscription",
            "Change subscription",
            "It changes with the next period. What was paid for stays as it is until then.",
        )
    };
    view! {
        <form class="form change-offer" method="post" action=action>
            {hidden()}
            <div class="field">
                <label for="offer">{label}</label>
                <select class="input" id="offer" name="offer" required>{choices}</select>
                <p class="hint">{hint}</p>
            </div>
            <div class="button-row"><button class="button">{word}</button></div>
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
