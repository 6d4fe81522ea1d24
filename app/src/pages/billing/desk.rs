//! The desk's table of subscriptions, with what an operator may do to each.

use domain::billing::{Subscription, SubscriptionState, words};
use leptos::prelude::*;

use crate::{
    components::{confirmation::Confirmation, field::token},
    web::Cx,
};

/// Every living subscription.
pub fn subscriptions(cx: &Cx, all: &[Subscription]) -> AnyView {
    if all.is_empty() {
        return view! {
            <section class="section">
                <div class="section-head"><h2>"Subscriptions"</h2></div>
                <p class="soft">"No subscriptions yet. Each sign-up creates one."</p>
            </section>
        }
        .into_any();
    }
    let rows: Vec<_> = all.iter().map(|held| row(cx, held)).collect();
    view! {
        <section class="section">
            <div class="section-head"><h2>"Subscriptions"</h2></div>
            <table class="table stacks">
                <thead><tr>
                    <th scope="col">"Client"</th><th scope="col">"Offer"</th><th scope="col">"Status"</th>
                    <th scope="col">"Period"</th><th scope="col" class="end">"Price"</th>
                    <th scope="col" class="end no-print"><span class="visually-hidden">"Change"</span></th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </section>
    }
    .into_any()
}

fn row(cx: &Cx, held: &Subscription) -> impl IntoView + use<> {
    let client = format!("/desk/clients/{}", held.client);
    view! {
        <tr>
            <th scope="row"><a href=client dir="auto">{held.client_name.clone()}</a></th>
            <td data-label="Offer" dir="auto">{held.name.clone()}</td>
            <td data-label="Status"><span class=format!("tag {}", held.state.class())>{held.state.label()}</span></td>
            <td data-label="Period">{period(cx, held)}</td>
            <td data-label="Price" class="end nowrap">{held.terms.price_words()}</td>
            <td class="end no-print">{changes(cx, held)}</td>
        </tr>
    }
}

fn period(cx: &Cx, held: &Subscription) -> String {
    match (held.state, held.period) {
        (SubscriptionState::AwaitingPayment, _) => "starts when paid".to_owned(),
        (SubscriptionState::Active, _) if held.pausing => "pauses after the work in hand".to_owned(),
        (SubscriptionState::Paused, _) => format!("{} saved", words::banked(held.banked_seconds)),
        (_, Some((_, end))) if held.ends_with_period => format!("ends {}", cx.own_format().day(end)),
        (_, Some((_, end))) => format!("renews {}", cx.own_format().day(end)),
        (_, None) => String::new(),
    }
}

fn changes(cx: &Cx, held: &Subscription) -> AnyView {
    let choices: &[(&str, &str)] = match held.state {
        SubscriptionState::Active if held.ends_with_period => &[("kept", "Keep subscription")],
        SubscriptionState::Active if held.pausing => &[("active", "Don’t pause")],
        SubscriptionState::Active => &[("paused", "Pause"), ("ending", "Cancel at end of period")],
        SubscriptionState::Paused => &[("active", "Resume")],
        SubscriptionState::AwaitingPayment => &[("started", "Start before it’s paid")],
        SubscriptionState::Ended => &[],
    };
    let buttons: Vec<_> = choices
        .iter()
        .map(|(state, word)| view! { <button name="state" value=*state>{*word}</button> })
        .collect();
    let action = format!("/desk/billing/subscriptions/{}/state", held.id);
    let dialog = format!("end-{}", held.id);
    let label = format!("Manage {}’s subscription", held.client_name);
    view! {
        <details class="menu" name="menu">
            <summary aria-label=label>
                <svg viewBox="0 0 20 20" aria-hidden="true">
                    <circle cx="4" cy="10" r="1.6" /><circle cx="10" cy="10" r="1.6" /><circle cx="16" cy="10" r="1.6" />
                </svg>
            </summary>
            <form class="menu-list" method="post" action=action.clone()>
                {token(cx)}
                {buttons}
                <button type="button" popovertarget=dialog.clone()>"Cancel now…"</button>
            </form>
        </details>
        {Confirmation {
            id: dialog.clone(),
            question: format!("Cancel {}’s subscription?", held.client_name),
            action,
            keep: "Keep subscription",
        }
        .show(ending(held), view! {
            {token(cx)}
            <button class="button danger" name="state" value="ended">"Cancel subscription"</button>
        })}
    }
    .into_any()
}

fn ending(held: &Subscription) -> String {
    match held.state {
        SubscriptionState::AwaitingPayment => {
            "Their first invoice will be voided. No work has been done.".to_owned()
        }
        SubscriptionState::Paused => {
            format!("The client loses {} of saved time. All clocks stop.", words::banked(held.banked_seconds))
        }
        _ => "All clocks stop now. Existing invoices still stand.".to_owned(),
    }
}
