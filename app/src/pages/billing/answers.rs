//! The four answers on top of a client's billing page: what do I pay, when, with what, and what if I stop. They fit on a phone
//! without a scroll.

use domain::{
    Scope,
    billing::{
        Invoice, Subscription, SubscriptionState,
        queries::{self, InvoiceFilter},
        words,
    },
    ids::ClientId,
    payments::{PayView, queries as payments},
};
use leptos::prelude::*;

use super::{card, payments_view::pay_button};
use crate::web::{Cx, Problem};

/// What the answers are made of.
pub(super) struct Answers {
    wallet: payments::Wallet,
    /// The invoice that is due first.
    due: Option<PayView>,
}

impl Answers {
    pub async fn load(cx: &Cx, scope: &Scope, client: ClientId) -> Result<Self, Problem> {
        let wallet = payments::wallet(cx.db(), scope, client).await?;
        let mut open = queries::list(cx.db(), scope, Some(client), InvoiceFilter::Overdue, 1).await?.invoices;
        open.extend(queries::list(cx.db(), scope, Some(client), InvoiceFilter::Due, 1).await?.invoices);
        let first: Option<Invoice> = open.into_iter().min_by_key(|invoice| invoice.due_at);
        let due = match first {
            Some(invoice) => Some(payments::pay_view(cx.db(), scope, invoice.id).await?),
            None => None,
        };
        Ok(Self { wallet, due })
    }
}

pub(super) fn answers(cx: &Cx, held: Option<&Subscription>, all: &Answers) -> AnyView {
    if held.is_none() && all.due.is_none() {
        return ().into_any();
    }
    view! {
        <dl class="answers">
            <div><dt>"You pay"</dt><dd>{what(held, all)}</dd></div>
            <div><dt>"When"</dt><dd>{when(cx, held, all)}</dd></div>
            <div><dt>"With"</dt><dd>{with(cx, all)}</dd></div>
            {held.map(|held| view! { <div><dt>"If you stop"</dt><dd>{stopping(cx, held)}</dd></div> })}
        </dl>
    }
    .into_any()
}

fn what(held: Option<&Subscription>, all: &Answers) -> AnyView {
    let price = held.filter(|held| held.state != SubscriptionState::Ended).map(price);
    let open = all.due.as_ref().map(|pay| {
        let number = pay.invoice.number.map(words::number).unwrap_or_default();
        format!("{} now, invoice {number}", pay.rest.in_full())
    });
    let (first, second) = match (open, price) {
        (Some(open), Some(price)) => (open, Some(format!("then {price}"))),
        (Some(open), None) => (open, None),
        (None, price) => (price.unwrap_or("Nothing".to_owned()), None),
    };
    view! { <b>{first}</b>{second.map(|second| view! { <span class="hint">{second}</span> })} }.into_any()
}

/// `$5,000 a month`, or what comes before that.
fn price(held: &Subscription) -> String {
    let terms = held.next_offer.as_ref().map_or(&held.terms, |next| &next.terms);
    let next = held.next_invoice();
    if next == terms.price {
        terms.price_words()
    } else {
        format!("{next} next, {} later", terms.price_words())
    }
}

fn when(cx: &Cx, held: Option<&Subscription>, all: &Answers) -> AnyView {
    let (format, now) = (cx.own_format(), cx.db().now());
    if let Some(pay) = &all.due {
        let day = pay.invoice.due_at.map(|at| format.short_day(at, now)).unwrap_or_default();
        let late = pay.invoice.is_overdue(now);
        let words = if late { format!("Overdue since {day}") } else { format!("By {day}") };
        let number = pay.invoice.number.unwrap_or_default();
        let words = if pay.is_processing { "Your payment is on its way".to_owned() } else { words };
        let button = (!pay.is_processing && pay.rest.minor > 0)
            .then(|| pay_button(cx, number, pay.rest, "button primary"));
        return view! { <b>{words}</b>{button} }.into_any();
    }
    let words = match held.map(|held| (held.state, held.period, held.ends_with_period)) {
        Some((SubscriptionState::Active, Some((_, end)), false)) => format.short_day(end, now),
        Some((SubscriptionState::Active, Some((_, end)), true)) => {
            format!("Never again. It ends {}.", format.short_day(end, now))
        }
        Some((SubscriptionState::Paused, ..)) => "Not while you’re paused".to_owned(),
        Some((SubscriptionState::AwaitingPayment, ..)) if held.is_some_and(Subscription::is_trial) => {
            "When your trial ends".to_owned()
        }
        Some((SubscriptionState::AwaitingPayment, ..)) => "With your first invoice".to_owned(),
        _ => "Nothing is due".to_owned(),
    };
    view! { <b>{words}</b> }.into_any()
}

fn with(cx: &Cx, all: &Answers) -> AnyView {
    let card = all.wallet.card.as_ref();
    let (first, second) = match card {
        Some(card) => (
            card.label(),
            format!("expires {:02}/{:02}, charged by itself", card.exp_month, card.exp_year.rem_euclid(100)),
        ),
        None if all.wallet.takes_cards => {
            ("Each invoice by hand".to_owned(), "by card or bank transfer".to_owned())
        }
        None => ("Bank transfer".to_owned(), "with the details on each invoice".to_owned()),
    };
    view! { <b>{first}</b><span class="hint">{second}</span>{card::changes(cx, &all.wallet)} }.into_any()
}

fn stopping(cx: &Cx, held: &Subscription) -> AnyView {
    let format = cx.own_format();
    let words = match (held.state, held.period) {
        (SubscriptionState::Active, Some((_, end))) => {
            format!(
                "We work until {} and don’t bill you again. Or pause, and the rest is saved.",
                format.short_day(end, cx.db().now())
            )
        }
        (SubscriptionState::Paused, _) => {
            "You lose the saved time. Your finished work stays here.".to_owned()
        }
        (SubscriptionState::Ended, _) => "It has ended. Your finished work stays here.".to_owned(),
        _ => "Nothing is billed. Your requests stay here.".to_owned(),
    };
    view! { <span>{words}</span> }.into_any()
}
