//! A question that holds the work, its answers as buttons, and how it ended.

use domain::{
    ids::ApprovalId,
    session::{Body, Choice, Settled},
};
use leptos::prelude::*;

use super::{
    entry::item,
    state::{Page, Row},
};

pub fn view(page: Page, row: Row, approval: ApprovalId) -> AnyView {
    let (id, class) = item(&row, "ask");
    let entry = row.entry;
    let heading = format!("q-{approval}");
    let settled = Memo::new(move |_| {
        entry.with(|entry| match &entry.body {
            Body::Approval { settled, .. } => settled.clone(),
            _ => None,
        })
    });
    let look = move || match settled.get() {
        None => "approval",
        Some(Settled { label: Some(_), .. }) => "approval answered",
        Some(_) => "approval expired",
    };
    let (question, detail, options) = entry.with_untracked(|entry| match &entry.body {
        Body::Approval { question, detail, options, .. } => (question.clone(), detail.clone(), options.clone()),
        _ => (String::new(), String::new(), Vec::new()),
    });
    let then = row.then;
    view! {
        <li class=class id=id>
            <section class=look aria-labelledby=heading.clone()>
                <h2 id=heading.clone()>{question}</h2>
                {move || match settled.get() {
                    Some(settled) => ended(&settled, &then.get()).into_any(),
                    None => open(page, approval, &detail, &options, &then.get()).into_any(),
                }}
            </section>
        </li>
    }
    .into_any()
}

fn ended(settled: &Settled, when: &str) -> impl IntoView + use<> {
    let (by, rest) = match (&settled.label, settled.expired) {
        (Some(label), _) => (settled.by.clone(), format!(" answered “{label}”, {when}")),
        (None, true) => (String::new(), format!("Nobody answered by {when}.")),
        (None, false) => (String::new(), format!("It is no longer needed, {when}.")),
    };
    view! {
        <p>
            <b>{by}</b>
            {rest}
        </p>
    }
}

fn open(page: Page, approval: ApprovalId, detail: &str, options: &[Choice], until: &str) -> impl IntoView + use<> {
    let place = page.place();
    let action = page.under(&format!("approval/{approval}"));
    let detail = detail.to_owned();
    let hint = if place.desk { format!("waits until {until}") } else { format!("any of you can answer · waits until {until}") };
    let busy = RwSignal::new(false);
    let refused = RwSignal::new(String::new());
    let buttons: Vec<_> = options
        .iter()
        .enumerate()
        .map(|(place, choice)| {
            let class = if place == 0 { "button primary" } else { "button" };
            let (key, label) = (choice.key.clone(), choice.label.clone());
            view! { <button class=class name="answer" value=key disabled=busy>{label}</button> }
        })
        .collect();
    let form = place.may_work.then(|| {
        let address = action.clone();
        view! {
            <form
                class="button-row"
                method="post"
                action=action
                on:submit=move |event| answer(page, &address, event, busy, refused)
            >
                <input type="hidden" name="form_token" value=place.token.clone() />
                {buttons}
                <p>{hint.clone()}</p>
            </form>
        }
    });
    let told = (!place.may_work).then(|| view! { <p class="soft">{hint}</p> });
    view! {
        {(!detail.is_empty()).then(|| view! { <p>{detail}</p> })}
        {form}
        {told}
        {move || {
            let refused = refused.get();
            (!refused.is_empty()).then(|| view! { <p class="field-error" role="alert">{refused}</p> })
        }}
    }
}

/// Sends the answer without leaving the page; the log then says who won.
fn answer(page: Page, address: &str, event: leptos::ev::SubmitEvent, busy: RwSignal<bool>, refused: RwSignal<String>) {
    #[cfg(feature = "hydrate")]
    {
        use crate::islands::send::{Sent, post};
        let Some(key) = event.submitter().and_then(|button| button.get_attribute("value")) else { return };
        event.prevent_default();
        busy.set(true);
        refused.set(String::new());
        let (address, token) = (address.to_owned(), page.place().token.clone());
        leptos::task::spawn_local(async move {
            match post(&address, &[("form_token", &token), ("answer", &key)]).await {
                Sent::Done(_) => {}
                Sent::Refused(reason) => refused.set(reason),
                Sent::Unreachable => refused.set("It did not get through. Press again when the connection is back.".to_owned()),
            }
            busy.set(false);
        });
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (page, address, event, busy, refused);
}
