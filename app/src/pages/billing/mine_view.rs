//! The parts of a client's billing page.

use domain::billing::{Invoice, Pause, Subscription, SubscriptionState, queries::Invoices, words};
use leptos::prelude::*;

use super::offer;
use crate::{
    components::{
        field::token,
        pager::{newest_first, past_the_end},
    },
    web::Cx,
};

/// What is held, in words, and what can be done with it.
pub fn subscription(cx: &Cx, held: Option<&Subscription>, pauses: &[Pause]) -> AnyView {
    let Some(held) = held else {
        return view! { <p>"You don’t have a subscription yet. Requests wait until one starts."</p> }
            .into_any();
    };
    let terms: Vec<_> = held.terms.lines().into_iter().map(|line| view! { <li>{line}</li> }).collect();
    view! {
        <section class="section" aria-labelledby="held">
            <div class="section-head"><h2 id="held" dir="auto">{held.name.clone()}</h2>
                <span class=format!("tag {}", held.state.class())>{held.state.label()}</span>
            </div>
            <p class="price"><b>{held.terms.price.to_string()}</b>"/"{held.terms.interval.as_str()}</p>
            <ul class="holds">{terms}</ul>
            {trial(cx, held)}
            {held.discount.as_ref().map(|discount| view! { <p class="soft">{format!("Discount {}.", discount.label())}</p> })}
            {stands(cx, held)}
            {offer::next(held)}
            {ledger(cx, pauses)}
        </section>
    }
    .into_any()
}

/// Until when nothing is to be paid.
fn trial(cx: &Cx, held: &Subscription) -> Option<AnyView> {
    let ends = held.trial_ends_at.filter(|_| held.is_trial() && held.state == SubscriptionState::Active)?;
    let words =
        format!("Your free trial ends on {}. Your first invoice comes then.", cx.own_format().day(ends));
    Some(view! { <p>{words}</p> }.into_any())
}

/// Where it stands now, and the ways on from there.
fn stands(cx: &Cx, held: &Subscription) -> AnyView {
    match (held.state, held.period) {
        (SubscriptionState::AwaitingPayment, _) if held.needs_card => view! {
            <div class="notice waiting">
                <p><b>"Your trial starts once a card is on file."</b>" Nothing is charged before it ends. You can send requests now."</p>
                <form method="post" action="/portal/billing/card">{token(cx)}<button class="button primary">"Add a card"</button></form>
            </div>
        }
        .into_any(),
        (SubscriptionState::AwaitingPayment, _) if held.is_trial() => view! {
            <div class="notice waiting"><p><b>"Your trial starts once you’ve confirmed your email address."</b>" You can send requests now."</p></div>
        }
        .into_any(),
        (SubscriptionState::AwaitingPayment, _) => view! {
            <div class="notice waiting"><p><b>"Work starts once your first invoice is paid."</b>" You can send requests now. We’ll start them as soon as you’ve paid."</p></div>
        }
        .into_any(),
        (SubscriptionState::Active, Some((_, end))) if held.ends_with_period => ending(cx, &cx.own_format().day(end)),
        (SubscriptionState::Active, Some(_)) if held.pausing => pausing(cx),
        (SubscriptionState::Active, Some((_, end))) => {
            let left = (end - cx.db().now()).num_seconds().max(0);
            active(cx, &cx.own_format().day(end), &words::banked(left))
        }
        (SubscriptionState::Paused, _) => paused(cx, held),
        (SubscriptionState::Active, None) => ().into_any(),
        (SubscriptionState::Ended, _) => {
            let date = held.ended_at.map(|at| cx.own_format().day(at)).unwrap_or_default();
            view! { <div class="notice"><p><b>{format!("Your subscription ended on {date}.")}</b>" Your finished work is still here."</p></div> }
                .into_any()
        }
    }
}

fn change(cx: &Cx, state: &'static str, word: &'static str, class: &'static str) -> AnyView {
    view! {
        <form method="post" action="/portal/billing/subscription">
            {token(cx)}
            <button class=class name="state" value=state>{word}</button>
        </form>
    }
    .into_any()
}

fn active(cx: &Cx, end: &str, left: &str) -> AnyView {
    let (until, keeps) = (
        format!("Renews automatically on {end}."),
        format!("Pause now and we’ll save your remaining {left}."),
    );
    view! {
        <p>{until}</p>
        <div class="turns">
            <section class="turn">
                <h3>"Pause"</h3>
                <p>{keeps}" All clocks stop and nothing new starts until you resume. Then you’ll use your saved time before we bill \
                    you again. You can still send requests while you’re paused."</p>
                {change(cx, "paused", "Pause subscription", "button")}
            </section>
            <section class="turn">
                <h3>"Cancel"</h3>
                <p>{format!("We’ll keep working through {end} and won’t bill you again. You can change your mind any time before then.")}</p>
                {change(cx, "ending", "Cancel at end of period", "button")}
            </section>
        </div>
    }
    .into_any()
}

fn pausing(cx: &Cx) -> AnyView {
    view! {
        <div class="notice waiting">
            <p><b>"It pauses when the work in hand is done."</b>" Your paid time runs until then, and nothing new starts."</p>
            {change(cx, "active", "Don’t pause", "button")}
        </div>
    }
    .into_any()
}

fn ending(cx: &Cx, end: &str) -> AnyView {
    view! {
        <div class="notice waiting">
            <p><b>{format!("Your subscription ends on {end}.")}</b>" We’ll keep working until then and won’t bill you again."</p>
            {change(cx, "kept", "Keep my subscription", "button")}
        </div>
    }
    .into_any()
}

fn paused(cx: &Cx, held: &Subscription) -> AnyView {
    let since = held.paused_at.map(|at| cx.own_format().day(at)).unwrap_or_default();
    let kept = words::banked(held.banked_seconds);
    view! {
        <div class="notice waiting">
            <p><b>{format!("Paused since {since}.")}</b>{format!(" You have {kept} saved, for as long as you like.")}</p>
            {change(cx, "active", "Resume subscription", "button primary")}
        </div>
        <p class="soft">{format!("When you resume, work picks up right away. Your next invoice comes after you’ve used your saved {kept}.")}</p>
        <button class="button quiet" popovertarget="end">"Cancel instead…"</button>
        <div class="dialog" popover="auto" id="end" role="dialog" aria-labelledby="end-h">
            <h2 id="end-h">"Cancel your subscription?"</h2>
            <p>{format!("You’ll lose your saved {kept}. Your finished work stays here.")}</p>
            <div class="button-row">
                {change(cx, "ended", "Cancel subscription", "button danger")}
                <button class="button quiet" type="button" popovertarget="end" popovertargetaction="hide">"Keep subscription"</button>
            </div>
        </div>
    }
    .into_any()
}

fn ledger(cx: &Cx, pauses: &[Pause]) -> AnyView {
    let past: Vec<_> = pauses
        .iter()
        .filter_map(|pause| {
            let span = cx.own_format().span(pause.from, pause.to?);
            Some(view! { <li>{span}<span class="soft">{format!("{} saved and credited back", words::banked(pause.banked_seconds))}</span></li> })
        })
        .collect();
    if past.is_empty() {
        return ().into_any();
    }
    view! {
        <details class="more"><summary>"Past pauses"</summary><ul class="brief-list">{past}</ul></details>
    }
    .into_any()
}

/// Every invoice, newest first.
pub fn invoices(cx: &Cx, list: &Invoices) -> AnyView {
    let rows: Vec<_> = list.invoices.iter().map(|invoice| row(cx, invoice)).collect();
    let address = |page| format!("/portal/billing?page={page}#invoices");
    let body = if rows.is_empty() {
        past_the_end(list.page, address)
            .unwrap_or_else(|| view! { <p class="soft">"No invoices yet."</p> }.into_any())
    } else {
        view! {
            <table class="table stacks">
                <thead><tr>
                    <th scope="col">"Invoice"</th><th scope="col">"For"</th><th scope="col">"Issued"</th>
                    <th scope="col">"Status"</th><th scope="col" class="end">"Amount"</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        }
        .into_any()
    };
    let pages = newest_first(list.page, list.more, address);
    view! {
        <section class="section" aria-labelledby="invoices">
            <div class="section-head"><h2 id="invoices">"Invoices"</h2></div>
            {body}
            {pages}
        </section>
    }
    .into_any()
}

fn row(cx: &Cx, invoice: &Invoice) -> impl IntoView + use<> {
    let (dates, now) = (cx.own_format(), cx.db().now());
    let number = invoice.number.unwrap_or_default();
    let what = invoice.lines.first().map(|line| line.what.clone());
    let state = match (invoice.is_overdue(now), invoice.due_at, invoice.paid_at) {
        (_, _, Some(paid)) => format!("{} {}", invoice.label(now), dates.day(paid)),
        (_, Some(due), None) if invoice.class(now) == "due" => format!("Due {}", dates.day(due)),
        (true, Some(due), None) => format!("Overdue since {}", dates.day(due)),
        _ => invoice.label(now).to_owned(),
    };
    view! {
        <tr>
            <th scope="row"><a href=format!("/portal/billing/{number}")>{words::number(number)}</a></th>
            <td data-label="For" dir="auto">{what}</td>
            <td data-label="Issued">{invoice.issued_at.map(|at| dates.day(at))}</td>
            <td data-label="Status"><span class=format!("tag {}", invoice.class(now))>{state}</span></td>
            <td data-label="Amount" class="end nowrap">{invoice.total.in_full()}</td>
        </tr>
    }
}
