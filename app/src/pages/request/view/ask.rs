//! A question that holds the work, its answers as buttons, and how it ended.

use domain::{
    ids::ApprovalId,
    session::{Body, Choice, SettledApproval},
};
use leptos::prelude::*;

use super::{
    entry::item,
    model::{EntryView, PageContext},
};
use crate::components::answers::buttons;

pub fn view(place: &PageContext, said: &EntryView) -> AnyView {
    let Body::Approval { approval, question, options, settled, .. } = &said.entry.body else {
        return ().into_any();
    };
    let (class, id) = item(said, "ask");
    let heading = format!("q-{approval}");
    let (look, rest) = match settled {
        None => ("approval", open(place, *approval, &said.html, options, &said.then)),
        Some(settled @ SettledApproval { label: Some(_), .. }) => {
            ("approval answered", ended(settled, &said.then))
        }
        Some(settled) => ("approval expired", ended(settled, &said.then)),
    };
    view! {
        <li class=class id=id>
            <section class=look aria-labelledby=heading.clone()>
                <h2 id=heading.clone() dir="auto">{question.clone()}</h2>
                {rest}
            </section>
        </li>
    }
    .into_any()
}

fn ended(settled: &SettledApproval, when: &str) -> AnyView {
    let (by, rest) = match (&settled.label, settled.expired) {
        (Some(label), _) => (settled.by.clone(), format!(" answered “{label}” · {when}")),
        (None, true) => (String::new(), format!("No one answered by {when}.")),
        (None, false) => (String::new(), format!("No longer needed as of {when}.")),
    };
    view! {
        <p>
            <b dir="auto">{by}</b>
            {rest}
        </p>
    }
    .into_any()
}

fn open(place: &PageContext, approval: ApprovalId, detail: &str, options: &[Choice], until: &str) -> AnyView {
    let hint = if place.desk {
        format!("Answer by {until}")
    } else {
        format!("Anyone on your team can answer. Please answer by {until}.")
    };
    let detail =
        (!detail.is_empty()).then(|| view! { <div class="prose" inner_html=detail.to_owned()></div> });
    if !place.may_work {
        return view! { {detail} <p class="soft">{hint}</p> }.into_any();
    }
    view! {
        {detail}
        <form class="button-row" method="post" action=place.under(&format!("approval/{approval}")) data-send>
            <input type="hidden" name="form_token" value=place.token.clone() />
            {buttons(options)}
            <p>{hint}</p>
        </form>
    }
    .into_any()
}
