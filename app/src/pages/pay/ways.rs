//! The card of ways to pay: radios of one form, each with what it needs below it. The styles open the one that is chosen, so it
//! needs no script.

use domain::payments::PayView;
use leptos::prelude::*;

use super::{Opened, bank, decline::ending, state::PayState};
use crate::{
    components::field,
    web::{Cx, Form},
};

/// A way to pay, in its form's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    CardOnFile,
    AnotherCard,
    Bank,
}

impl Way {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CardOnFile => "card",
            Self::AnotherCard => "another",
            Self::Bank => "bank",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        [Self::CardOnFile, Self::AnotherCard, Self::Bank].into_iter().find(|way| way.as_str() == word)
    }
}

/// The ways that there are, in the order in which they help: after a no, the card that it met comes last.
fn ways_of(pay: &PayView, state: PayState) -> Vec<Way> {
    let refused = matches!(state, PayState::Declined | PayState::NeedsPerson);
    let mut ways = Vec::new();
    if pay.takes_cards {
        ways.push(Way::AnotherCard);
    }
    ways.push(Way::Bank);
    if pay.takes_cards && pay.card.is_some() {
        ways.insert(if refused { ways.len() } else { 0 }, Way::CardOnFile);
    }
    ways
}

pub(super) fn ways(cx: &Cx, opened: &Opened, pay: &PayView, state: PayState, form: &Form) -> AnyView {
    let ways = ways_of(pay, state);
    let typed = Way::parse(form.values.text("way"));
    let chosen = typed.filter(|way| ways.contains(way)).or(ways.first().copied());
    let items: Vec<_> = ways
        .iter()
        .map(|way| {
            let (title, aside) = words(pay, *way, state);
            let body = match way {
                Way::CardOnFile => card_on_file(pay),
                Way::AnotherCard => another_card(pay),
                Way::Bank => bank::details(pay),
            };
            view! {
                <li class="pay-way">
                    <label>
                        <input type="radio" name="way" value=way.as_str() checked=Some(*way) == chosen />
                        <b>{title}</b><span class="soft">{aside}</span>
                    </label>
                    <div class="pay-way-body">{body}</div>
                </li>
            }
        })
        .collect();
    let unable =
        (!pay.takes_cards).then(|| view! { <p class="hint pay-hint">"Cards aren’t taken right now."</p> });
    view! {
        <section class="pay-choice" aria-labelledby="pay-ways">
            <h2 class="visually-hidden" id="pay-ways">"How you pay"</h2>
            <form class="pay-card" method="post" action=opened.path()>
                {field::token(cx)}
                <input type="hidden" name="rest" value=pay.rest.minor.to_string() />
                {form.values.has("way").then(|| field::summary(form))}
                <ul class="pay-ways">{items}</ul>
            </form>
            {unable}
        </section>
    }
    .into_any()
}

fn words(pay: &PayView, way: Way, state: PayState) -> (String, String) {
    let card = pay.card.as_ref();
    match way {
        Way::CardOnFile => {
            let name = card.map_or(String::new(), |card| ending(&card.label()));
            let expires = card
                .map(|card| format!("expires {:02}/{:02}", card.exp_month, card.exp_year.rem_euclid(100)))
                .unwrap_or_default();
            match state {
                PayState::Declined | PayState::NeedsPerson => {
                    (format!("Try the {name} again"), String::new())
                }
                _ => (name, expires),
            }
        }
        Way::AnotherCard if card.is_none() => ("Card".to_owned(), "paid in seconds".to_owned()),
        Way::AnotherCard => ("Another card".to_owned(), "paid in seconds".to_owned()),
        Way::Bank => ("Bank transfer".to_owned(), "1 to 3 business days".to_owned()),
    }
}

fn card_on_file(pay: &PayView) -> AnyView {
    view! {
        <p>"The card you keep with us. Your bank may ask you to confirm."</p>
        <button class="button primary large wide">{format!("Pay {}", pay.rest.in_full())}</button>
    }
    .into_any()
}

fn another_card(pay: &PayView) -> AnyView {
    view! {
        <p>"You’ll enter it on a secure page and come back here. We keep it for the next invoices, and you can remove it any time."</p>
        <button class="button primary large wide">{format!("Pay {} by card", pay.rest.in_full())}</button>
    }
    .into_any()
}
