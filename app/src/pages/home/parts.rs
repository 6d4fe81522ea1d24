//! The home's parts: they are read again as a whole.

use domain::{
    format::Locale,
    requests::{Card, Home, SlotCount},
};
use leptos::prelude::*;

use super::{HomeView, unseen, waiting};
use crate::components::{empty::NothingYet, page_head::PageHead, request, waits};

const ASK: &str = "/portal/requests/new";
const QUEUE: &str = "/portal/requests/queue";

/// Everything below the bar.
pub fn all(glance: &HomeView) -> AnyView {
    if glance.is_new() {
        return view! {
            {PageHead::new("Home").show()}
            {notice(glance)}
            {first_run(glance.may_work)}
        }
        .into_any();
    }
    let say = in_one_sentence(&glance.home);
    let heading = say.clone();
    // What waits on someone stands first: the clock stands still meanwhile.
    let (first, second) = match glance.home.waiting_on_me.is_empty() {
        true => (working(glance), waiting::question(glance)),
        false => (waiting::question(glance), working(glance)),
    };
    view! {
        {PageHead::named(heading).beside(glance.may_work.then(ask)).announcement(say).show()}
        {notice(glance)}
        <div class="questions">{unseen::section(glance)} {first} {second} {next(glance)}</div>
        {done(glance)}
    }
    .into_any()
}

/// Why nothing is started; what has left starts nothing any more.
fn notice(glance: &HomeView) -> Option<AnyView> {
    match glance.outlook.left_at {
        None => waits::notice(glance.outlook.waits, glance.may_bill),
        left_at => waits::left(left_at, &glance.times),
    }
}

fn ask() -> impl IntoView {
    view! {
        <div class="page-actions">
            <a class="button primary" href=ASK aria-keyshortcuts="n" title="New request (n)">"New request"</a>
        </div>
    }
}

/// The answer to all three questions, shorter than any of them.
fn in_one_sentence(home: &Home) -> String {
    match (home.waiting_on_me.len(), home.working.len()) {
        (0, 0) if home.next.is_empty() => "You’re all caught up".to_owned(),
        (0, 0) => "Nothing in progress yet".to_owned(),
        (0, 1) => "One request in progress".to_owned(),
        (0, working) => format!("{working} requests in progress"),
        (1, _) => "One thing needs your attention".to_owned(),
        (waiting, _) => format!("{waiting} things need your attention"),
    }
}

fn first_run(may_work: bool) -> AnyView {
    view! {
        <NothingYet heading="What can we take off your plate?" words="Describe it in a sentence, then watch it get done right here.">
            {may_work.then(|| view! { <a class="button primary" href=ASK aria-keyshortcuts="n">"Send your first request"</a> })}
        </NothingYet>
    }
    .into_any()
}

fn working(glance: &HomeView) -> AnyView {
    let rows: Vec<_> = glance.home.working.iter().map(|card| working_row(card, glance)).collect();
    let list = if rows.is_empty() {
        view! { <p class="soft">{nothing_worked_on(glance)}</p> }.into_any()
    } else {
        view! { <div class="request-list">{rows}</div> }.into_any()
    };
    view! {
        <section class="question" aria-labelledby="q-working">
            <h2 id="q-working">"In progress"</h2>
            {list}
            {places(glance.home.places).map(|places| view! { <p class="hint">{places}</p> })}
        </section>
    }
    .into_any()
}

fn working_row(card: &Card, glance: &HomeView) -> AnyView {
    view! {
        <article class="request-row">
            <h3><a href=request::path(card.number) dir="auto">{card.title.clone()}</a></h3>
            <p class="request-row-meta">
                <span class="num">{format!("#{}", card.number)}</span>
                {request::tag(card.column)}
                {request::at_work(card)}
            </p>
            {request::clock(card, &glance.times)}
        </article>
    }
    .into_any()
}

fn nothing_worked_on(glance: &HomeView) -> &'static str {
    match (glance.home.places.active, glance.home.waiting_on_me.is_empty(), glance.home.next.is_empty()) {
        (false, _, _) => "Nothing yet. Work hasn’t started or is paused.",
        (true, false, _) => "Nothing right now. It’s your turn.",
        (true, true, false) => "Your next request is about to start.",
        (true, true, true) => "Nothing right now. Your next request starts right away.",
    }
}

/// Places taken of the active limit, in words, while work goes on.
fn places(places: SlotCount) -> Option<String> {
    let allowed = places.allowed.filter(|_| places.active)?;
    Some(match (places.taken, allowed) {
        (0, 1) => "Your slot is open.".to_owned(),
        (0, all) => format!("All {all} slots are open."),
        (taken, all) if taken < all => format!("{taken} of {all} slots in use."),
        (_, 1) => "Your slot is in use. The next request starts when this one is done.".to_owned(),
        (_, 2) => "Both slots are in use. The next request starts when one is done.".to_owned(),
        (_, all) => format!("All {all} slots are in use. The next request starts when one is done."),
    })
}

/// More than these are counted, not named.
const NAMED: usize = 5;

fn next(glance: &HomeView) -> AnyView {
    let Home { next, backlog, .. } = &glance.home;
    let items: Vec<_> = next
        .iter()
        .take(NAMED)
        .enumerate()
        .map(|(at, card)| {
            view! {
                <li>
                    <span class="num">{at + 1}</span>
                    <a href=request::path(card.number) dir="auto">{card.title.clone()}</a>
                </li>
            }
        })
        .collect();
    let list = if items.is_empty() {
        view! { <p class="soft">"Nothing up next."</p> }.into_any()
    } else {
        view! { <ol class="brief-list">{items}</ol> }.into_any()
    };
    let more = next.len().saturating_sub(NAMED);
    let queue = (more > 0 || next.len() > 1 || *backlog > 0).then(|| {
        let words = aside(glance.times.locale(), more, *backlog);
        view! { <p class="hint">{words}<a href=QUEUE>"Reorder"</a></p> }
    });
    view! {
        <section class="question" aria-labelledby="q-next">
            <h2 id="q-next">"Up next"</h2>
            {list}
            {queue}
        </section>
    }
    .into_any()
}

/// What is not named in the list: `3 more in line, 2 in the Backlog. `
fn aside(locale: Locale, more: usize, backlog: u64) -> String {
    let mut parts = Vec::new();
    if more > 0 {
        parts.push(format!("{more} more up next"));
    }
    if backlog > 0 {
        parts.push(format!("{backlog} in Backlog"));
    }
    if parts.is_empty() { String::new() } else { format!("{}. ", locale.list(&parts)) }
}

fn done(glance: &HomeView) -> Option<AnyView> {
    let rows: Vec<_> = glance
        .home
        .done_recently
        .iter()
        .map(|card| {
            let by = card.done_by.as_ref().map(|name| format!("approved by {name}, ")).unwrap_or_default();
            let at = card.done_at.map(|at| glance.times.show(at));
            view! {
                <li><a href=request::path(card.number) dir="auto">{card.title.clone()}</a><span class="soft" dir="auto">{by}{at}</span></li>
            }
        })
        .collect();
    if rows.is_empty() {
        return None;
    }
    Some(
        view! {
            <section class="section" aria-labelledby="q-done">
                <div class="section-head">
                    <h2 id="q-done">"Recently completed"</h2>
                    <a href="/portal/requests?column=done">"See all completed"</a>
                </div>
                <ul class="brief-list">{rows}</ul>
            </section>
        }
        .into_any(),
    )
}

#[cfg(test)]
mod tests {
    use super::{aside, places};
    use domain::{format::Locale, requests::SlotCount};

    fn slots_in_words(taken: u32, allowed: u32) -> String {
        places(SlotCount { taken, allowed: Some(allowed), active: true }).unwrap_or_default()
    }

    #[test]
    fn places_are_said_in_words() {
        assert_eq!(slots_in_words(0, 1), "Your slot is open.");
        assert_eq!(slots_in_words(1, 2), "1 of 2 slots in use.");
        assert!(slots_in_words(1, 1).starts_with("Your slot is in use"));
        assert!(slots_in_words(2, 2).starts_with("Both slots are in use"));
        // The limit was lowered while more were under way.
        assert!(slots_in_words(3, 2).starts_with("Both slots are in use"));
        assert_eq!(places(SlotCount { taken: 2, allowed: Some(2), active: false }), None);
        assert_eq!(places(SlotCount::default()), None);
    }

    #[test]
    fn what_is_not_named_is_counted() {
        let aside = |more, backlog| aside(Locale::UnitedStates, more, backlog);
        assert_eq!(aside(0, 0), "");
        assert_eq!(aside(3, 2), "3 more up next and 2 in Backlog. ");
        assert_eq!(aside(0, 1), "1 in Backlog. ");
    }
}
