//! What a client holds and is billed, and its people: the sections beside its requests.

use domain::{
    accounts::{Colleague, People, display_email},
    billing::{Invoice, Subscription, SubscriptionState, words},
    books::Month,
};
use leptos::prelude::*;

use super::show::ClientView;
use crate::{
    components::confirmation::Confirmation,
    components::desk::{client_path, hidden},
    pages::billing::{client_terms, offer},
};

/// The subscription as it was sold, and the buttons that change it.
pub(super) fn subscription(shown: &ClientView) -> AnyView {
    let inner = match &shown.held {
        Some(held) => view! { <dl class="facts">{facts(shown, held)}</dl> {changes(shown, held)} }.into_any(),
        None => view! { <p class="soft">"No subscription yet, so work can’t start."</p> }.into_any(),
    };
    let back = client_path(shown.client.id);
    view! {
        <section class="section" aria-labelledby="c-held">
            <div class="section-head"><h2 id="c-held">"Subscription"</h2></div>
            {inner}
            {shown.held.as_ref().and_then(offer::next)}
            {shown.held.as_ref().and_then(|held| client_terms::forms(held, &shown.token))}
            {shown.client.archived_at.is_none().then(|| offer::form(shown.held.as_ref(), &shown.offers, &back, || offer::hidden(&shown.token, &back)))}
        </section>
    }
    .into_any()
}

fn facts(shown: &ClientView, held: &Subscription) -> impl IntoView + use<> {
    let fact =
        |name: &'static str, words: String| view! { <div><dt>{name}</dt><dd dir="auto">{words}</dd></div> };
    let state = view! { <span class=format!("tag {}", held.state.class())>{held.state.label()}</span> };
    let period = held.period.map(|(from, to)| {
        let ends = match held {
            held if held.ends_with_period => ", then ends",
            held if held.pausing => ", pauses after the work in hand",
            _ => "",
        };
        fact("Period", format!("{}{ends}", shown.times.format().period(from, to)))
    });
    let trial = held
        .trial_ends_at
        .filter(|ends| *ends > shown.times.now())
        .map(|ends| fact("Trial", format!("until {}", shown.times.day(ends))));
    let trial =
        trial.or_else(|| held.needs_card.then(|| fact("Trial", "starts once a card is on file".to_owned())));
    let discount = held.discount.as_ref().map(|discount| fact("Discount", discount.label()));
    let banked = (held.state == SubscriptionState::Paused)
        .then(|| fact("Saved time", words::banked(held.banked_seconds)));
    view! {
        <div><dt>"Status"</dt><dd>{state}</dd></div>
        {fact("Offer at sign-up", format!("{}, {}", held.name, held.terms.price_words()))}
        {fact("Includes", held.terms.lines().join(". "))}
        {period}
        {trial}
        {discount}
        {banked}
    }
}

/// Pausing and ending; what cannot be taken back is asked about first.
fn changes(shown: &ClientView, held: &Subscription) -> Option<AnyView> {
    let choices: &[(&str, &str)] = match held.state {
        SubscriptionState::Active if held.ends_with_period => &[("kept", "Keep subscription")],
        SubscriptionState::Active if held.pausing => &[("active", "Don’t pause")],
        SubscriptionState::Active => &[("paused", "Pause"), ("ending", "Cancel at end of period")],
        SubscriptionState::Paused => &[("active", "Resume")],
        SubscriptionState::AwaitingPayment => &[("started", "Start before it’s paid")],
        SubscriptionState::Ended => return None,
    };
    let button = |(state, word): &(&'static str, &'static str)| {
        view! { <button class="button" name="state" value=*state>{*word}</button> }
    };
    let buttons: Vec<_> = choices.iter().map(button).collect();
    let action = format!("/desk/billing/subscriptions/{}/state", held.id);
    let back = client_path(shown.client.id);
    let question = format!("Cancel {}’s subscription now?", shown.client.name);
    Some(
        view! {
            <form class="button-row" method="post" action=action.clone()>
                {hidden(&shown.token, &back)}
                {buttons}
                <button class="button danger" type="button" popovertarget="end">"Cancel now…"</button>
            </form>
            {Confirmation {
                id: "end".to_owned(),
                question,
                action,
                keep: "Keep subscription",
            }
            .show("All clocks stop and there’ll be no further invoices. Existing invoices still stand.", view! {
                {hidden(&shown.token, &back)}
                <button class="button danger" name="state" value="ended">"Cancel subscription"</button>
            })}
        }
        .into_any(),
    )
}

/// The last invoices.
pub(super) fn invoices(shown: &ClientView) -> Option<AnyView> {
    let year = Month::of(shown.times.now(), shown.times.zone()).year();
    let statement = format!("/desk/clients/{}/years/{year}", shown.client.id);
    let rows: Vec<_> = shown.invoices.iter().map(|invoice| invoice_row(shown, invoice)).collect();
    if rows.is_empty() {
        return None;
    }
    Some(
        view! {
            <section class="section" aria-labelledby="c-bills">
                <div class="section-head"><h2 id="c-bills">"Invoices"</h2><a href="/desk/billing">"Go to billing"</a></div>
                <table class="table stacks">
                    <thead>
                        <tr>
                            <th scope="col">"Invoice"</th>
                            <th scope="col">"Issued"</th>
                            <th scope="col">"Status"</th>
                            <th scope="col" class="end">"Amount"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
                <p><a href=statement>"Statement of the year"</a></p>
            </section>
        }
        .into_any(),
    )
}

fn invoice_row(shown: &ClientView, invoice: &Invoice) -> impl IntoView + use<> {
    let (times, now) = (shown.times, shown.times.now());
    let issued = invoice.issued_at.map(|at| times.day(at)).unwrap_or_default();
    let number = invoice.number.map_or("Draft".to_owned(), words::number);
    let (class, label) = (format!("tag {}", invoice.class(now)), invoice.label(now));
    view! {
        <tr>
            <th scope="row"><a href=format!("/desk/billing/invoices/{}", invoice.id)>{number}</a></th>
            <td data-label="Issued">{issued}</td>
            <td data-label="Status"><span class=class>{label}</span></td>
            <td data-label="Amount" class="end">{invoice.total.to_string()}</td>
        </tr>
    }
}

/// Who is here, and who is asked to come.
pub(super) fn people(shown: &ClientView) -> AnyView {
    let People { colleagues, invited } = &shown.people;
    let here: Vec<_> = colleagues.iter().map(colleague).collect();
    let asked: Vec<_> = invited
        .iter()
        .map(|one| {
            let state = if one.expired { "invited, link expired" } else { "invited" };
            view! { <li><b>{display_email(&one.email)}</b><span class="soft">{state}</span></li> }
        })
        .collect();
    let nobody = (here.is_empty() && asked.is_empty())
        .then(|| view! { <li class="soft">"No one yet. Invite the owner."</li> });
    let page = format!("{}/people", client_path(shown.client.id));
    view! {
        <section class="section" aria-labelledby="c-people">
            <div class="section-head"><h2 id="c-people">"People"</h2><a href=page>"Manage people"</a></div>
            <ul class="brief-list">{here} {asked} {nobody}</ul>
        </section>
    }
    .into_any()
}

fn colleague(one: &Colleague) -> impl IntoView + use<> {
    view! { <li><b dir="auto">{one.name.clone()}</b><span class="soft">{format!("{}, {}", display_email(&one.email), one.role.as_str())}</span></li> }
}
