//! A client's request where a page names it: its link, its state, who is on it, its clock.

use domain::{
    requests::{Card, Column, HeldBy, Priority},
    session::RunState,
};
use leptos::prelude::*;

use super::{cycle::cycle, time::Times};

/// Where a client finds a request.
pub fn path(number: u64) -> String {
    format!("/portal/requests/{number}")
}

/// The column as a pill.
pub fn tag(column: Column) -> AnyView {
    view! { <span class=format!("tag {}", column.class())>{column.label()}</span> }.into_any()
}

/// Who is on it now, if anyone is.
pub fn at_work(card: &Card) -> Option<AnyView> {
    let run = card.run.as_ref()?;
    let agent = card.agent.clone().unwrap_or_else(|| "Someone".to_owned());
    match run.state {
        RunState::Working => Some(
            view! { <span class="at-work"><span class="pulse"></span>{format!("{agent} is working on it")}</span> }
                .into_any(),
        ),
        RunState::Queued => Some(view! { <span>{about_to_start(&agent, run.held_by)}</span> }.into_any()),
        RunState::Failed => {
            Some(view! { <span class="late">{format!("{agent} couldn’t finish")}</span> }.into_any())
        }
        RunState::Suspended | RunState::Completed | RunState::Cancelled => None,
    }
}

/// What is said of work that was given out and not begun: never that it begins in a moment when nobody takes it up.
pub fn about_to_start(agent: &str, held_by: Option<HeldBy>) -> String {
    match held_by {
        None => format!("{agent} is about to start"),
        Some(HeldBy::Agent) => format!("{agent} isn’t available right now"),
        Some(HeldBy::Subscription) => format!("{agent} starts when the subscription is active again"),
    }
}

/// Its clock in words and as a line, while it has one.
pub fn clock(card: &Card, times: &Times) -> Option<AnyView> {
    let due = card.due_at.map(|at| view! { "due "{times.show(at)} }.into_any());
    (card.cycle.hours > 0).then(|| cycle(&card.cycle, times.locale(), due))
}

/// A priority in a client's words, where it is not the usual one.
pub fn priority(priority: Priority) -> Option<&'static str> {
    match priority {
        Priority::Low => Some("low priority"),
        Priority::Normal => None,
        Priority::High => Some("high priority"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_begins_in_a_moment_while_nobody_takes_it_up() {
        assert_eq!(about_to_start("Juno", None), "Juno is about to start");
        for held_by in [HeldBy::Agent, HeldBy::Subscription] {
            let words = about_to_start("Juno", Some(held_by));
            assert!(words.starts_with("Juno ") && !words.contains("about to"), "{words}");
        }
    }
}
