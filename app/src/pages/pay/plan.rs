//! What happens when, as the line: today one pays; if not, what follows, each with its days.

use chrono::{DateTime, Utc};
use domain::payments::{PayView, PlanStepKind};
use leptos::prelude::*;

use super::decline::ending;
use crate::web::Cx;

/// A stop of the line.
struct Stop {
    class: &'static str,
    days: Vec<DateTime<Utc>>,
    title: &'static str,
    words: String,
}

pub(super) fn plan(cx: &Cx, pay: &PayView) -> AnyView {
    let (format, now) = (cx.own_format(), cx.db().now());
    let stops = stops(pay);
    if stops.is_empty() {
        return ().into_any();
    }
    let today = format!("Today, {}", format.short_day(now, now));
    let later: Vec<_> = stops
        .into_iter()
        .map(|stop| {
            let mut days: Vec<String> = stop.days.iter().map(|day| format.short_day(*day, now)).collect();
            days.dedup();
            view! {
                <li class=stop.class>
                    <span class="pay-when">{format.locale.list(&days)}</span>
                    <h3>{stop.title}</h3>
                    <p>{stop.words}</p>
                </li>
            }
        })
        .collect();
    view! {
        <section class="pay-plan" aria-labelledby="pay-plan">
            <h2 id="pay-plan">"What happens when"</h2>
            <ol class="pay-line">
                <li class="is-now">
                    <span class="pay-when">{today}</span>
                    <h3>"You pay"</h3>
                    <p>"The receipt is in your email a minute later."</p>
                </li>
                {later}
            </ol>
        </section>
    }
    .into_any()
}

/// What is still to come, steps of one kind together, in the order of their first day.
fn stops(pay: &PayView) -> Vec<Stop> {
    let mut stops: Vec<Stop> = Vec::new();
    let card = pay.card.as_ref().map(|card| ending(&card.label()));
    for step in pay.plan.iter().filter(|step| !step.is_past) {
        let fresh = stop_of(&step.kind, card.as_deref());
        match stops.iter_mut().find(|stop| stop.title == fresh.title) {
            Some(stop) => {
                stop.days.push(step.at);
                if matches!(step.kind, PlanStepKind::Remind { fee: Some(_), .. }) {
                    stop.words = fresh.words;
                }
            }
            None => stops.push(Stop { days: vec![step.at], ..fresh }),
        }
    }
    stops
}

fn stop_of(kind: &PlanStepKind, card: Option<&str>) -> Stop {
    let (class, title, words) = match kind {
        PlanStepKind::Charge { nth: 1 } => {
            let card = card.map_or("your card".to_owned(), |card| format!("the {card}"));
            ("is-due", "We charge your card", format!("If it’s still open, we charge {card}."))
        }
        PlanStepKind::Charge { .. } => {
            ("is-late", "We try again", "Work goes on, and we email you each time.".to_owned())
        }
        PlanStepKind::Due => ("is-due", "Due", "It’s in time until the end of that day.".to_owned()),
        PlanStepKind::Remind { fee: Some(fee), level } => (
            "is-late",
            "We remind you",
            format!("By email. Reminder {level} adds a late fee of {}.", fee.in_full()),
        ),
        PlanStepKind::Remind { fee: None, .. } => {
            ("is-late", "We remind you", "By email, with a link to this page.".to_owned())
        }
        PlanStepKind::Hold => {
            ("is-hold", "Work pauses", "Nothing is lost. It goes on the minute you pay.".to_owned())
        }
        PlanStepKind::End => {
            ("is-end", "The subscription ends", "Your finished work stays where it is.".to_owned())
        }
    };
    Stop { class, days: Vec::new(), title, words }
}
