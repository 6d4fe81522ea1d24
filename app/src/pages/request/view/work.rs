//! What an agent does: its plan, its steps, what it delivers.

use domain::session::{PlanStep, StepState};
use leptos::prelude::*;

use super::{
    entry::{item, who},
    model::EntryView,
};
use crate::components::person::disc;

/// The plan as it stands, its steps being ticked.
pub fn plan(said: &EntryView, steps: &[PlanStep]) -> AnyView {
    let (class, id) = item(said, "planned");
    let author = &said.entry.author;
    let steps: Vec<_> = steps.iter().map(plan_step).collect();
    view! {
        <li class=class id=id>
            {disc(&author.name, author.kind)}
            <p class="who">
                <b dir="auto">{author.name.clone()}</b>
                " outlined the steps"
            </p>
            <ol class="plan">{steps}</ol>
        </li>
    }
    .into_any()
}

fn plan_step(step: &PlanStep) -> impl IntoView + use<> {
    let (class, spoken) = match step.state {
        StepState::Done => (Some("done"), "done: "),
        StepState::Working => (Some("current"), "now: "),
        StepState::Failed => (Some("dropped"), "dropped: "),
        StepState::Open => (None, ""),
    };
    view! {
        <li class=class>
            <span class="visually-hidden">{spoken}</span>
            {step.title.clone()}
        </li>
    }
}

/// A step taken: a tick on the line; with something to show it opens.
pub fn step(said: &EntryView, title: &str, result: &str, detail: &str, state: StepState) -> AnyView {
    let (class, id) = item(said, if state == StepState::Failed { "step failed" } else { "step" });
    let (title, result) = (title.to_owned(), (!result.is_empty()).then(|| format!(" · {result}")));
    let head = view! {
        <b dir="auto">{title}</b>
        {result}
    };
    if detail.is_empty() {
        return view! { <li class=class id=id><p class="step-head">{head}</p></li> }.into_any();
    }
    let lines: Vec<_> = detail.lines().map(|line| view! { <p>{line.to_owned()}</p> }).collect();
    view! {
        <li class=class id=id>
            <details>
                <summary class="step-head">{head}</summary>
                <div class="step-body">{lines}</div>
            </details>
        </li>
    }
    .into_any()
}

/// Something delivered, with the way to it.
pub fn deliverable(said: &EntryView, href: String, title: &str, version: u32) -> AnyView {
    let (class, id) = item(said, "said");
    let verb = if version == 1 { "delivered" } else { "delivered a new version" };
    view! {
        <li class=class id=id>
            {who(&said.entry.author, verb, &said.when)}
            <a class="deliverable" href=href dir="auto">
                {title.to_owned()}
                <small>{format!("version {version}")}</small>
            </a>
        </li>
    }
    .into_any()
}
