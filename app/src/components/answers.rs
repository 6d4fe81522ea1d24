//! The answers to a question, as buttons.

use domain::session::Choice;
use leptos::prelude::*;

/// The first is what the agent advises.
pub fn buttons(options: &[Choice]) -> Vec<AnyView> {
    let button = |(place, choice): (usize, &Choice)| {
        let class = if place == 0 { "button primary" } else { "button" };
        view! { <button class=class name="answer" value=choice.key.clone()>{choice.label.clone()}</button> }
            .into_any()
    };
    options.iter().enumerate().map(button).collect()
}
