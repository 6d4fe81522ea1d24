//! What an agent does: its plan, its steps, what it delivers.

use domain::session::{Body, PlanStep, StepState};
use leptos::prelude::*;

use super::{
    entry::{item, who},
    state::{Page, Row},
};
use crate::components::person::disc;

/// The plan as it stands, its steps being ticked. What is open when the work has ended is not being done.
pub fn plan(page: Page, row: Row) -> AnyView {
    let (id, class) = item(&row, "planned");
    let entry = row.entry;
    let author = entry.with_untracked(|entry| entry.author.clone());
    let name = author.name.clone();
    let steps = move || {
        let alive = page.at_work().is_some();
        entry.with(|entry| match &entry.body {
            Body::Plan { steps } => steps.iter().map(|step| plan_step(step, alive)).collect(),
            _ => Vec::new(),
        })
    };
    view! {
        <li class=class id=id>
            {disc(&author.name, author.kind)}
            <p class="who">
                <b>{name}</b>
                " made a plan"
            </p>
            <ol class="plan">{steps}</ol>
        </li>
    }
    .into_any()
}

fn plan_step(step: &PlanStep, alive: bool) -> impl IntoView + use<> {
    let (class, spoken) = match step.state {
        StepState::Done => (Some("done"), "done: "),
        StepState::Working if alive => (Some("current"), "now: "),
        StepState::Failed => (Some("dropped"), "dropped: "),
        StepState::Open | StepState::Working => (None, ""),
    };
    let title = step.title.clone();
    view! {
        <li class=class>
            <span class="visually-hidden">{spoken}</span>
            {title}
        </li>
    }
}

/// A step taken: a tick on the line; with something to show it opens.
pub fn step(row: Row) -> AnyView {
    let (strand, entry) = (row.strand, row.entry);
    let failed = move || {
        entry.with(|entry| matches!(entry.body, Body::Step { state: StepState::Failed, .. }))
    };
    view! {
        <li
            class=move || format!("entry step{}{}", if failed() { " failed" } else { "" }, strand.get())
            id=format!("e-{}", row.key)
        >
            {move || entry.with(|entry| step_words(&entry.body))}
        </li>
    }
    .into_any()
}

fn step_words(body: &Body) -> AnyView {
    let Body::Step { title, detail, .. } = body else { return ().into_any() };
    let head = match title.split_once(" · ") {
        Some((what, rest)) => (what.to_owned(), format!(" · {rest}")),
        None => (title.clone(), String::new()),
    };
    if detail.is_empty() {
        return view! {
            <p class="step-head">
                <b>{head.0}</b>
                {head.1}
            </p>
        }
        .into_any();
    }
    let lines: Vec<_> = detail.lines().map(|line| view! { <p>{line.to_owned()}</p> }).collect();
    view! {
        <details>
            <summary class="step-head">
                <b>{head.0}</b>
                {head.1}
            </summary>
            <div class="step-body">{lines}</div>
        </details>
    }
    .into_any()
}

/// Something delivered, with the way to it.
pub fn deliverable(row: Row, href: String, title: String, version: u32) -> AnyView {
    let (id, class) = item(&row, "said");
    let author = row.entry.with_untracked(|entry| entry.author.clone());
    let verb = if version == 1 { "made a deliverable" } else { "made it anew" };
    view! {
        <li class=class id=id>
            {who(&author, verb, &row.when)}
            <a class="deliverable" href=href>
                {title}
                <small>{format!("version {version}")}</small>
            </a>
        </li>
    }
    .into_any()
}
