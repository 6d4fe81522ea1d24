//! `GET /desk/webhooks`

use axum::response::Response;
use domain::webhooks::{self, Webhook};
use leptos::prelude::*;

use super::LIST;
use crate::{
    components::{empty::NothingYet, page_head::PageHead, time::Times},
    web::{DeskTab, Frame, Operator, Page, Problem},
};

pub async fn show(Operator { cx, scope, .. }: Operator) -> Result<Response, Problem> {
    let all = webhooks::queries::list(cx.db(), &scope).await?;
    let times = Times::of(&cx);
    Ok(Page::new(&cx, "Webhooks", Frame::Desk(DeskTab::None)).show(|| view(&all, times)))
}

fn view(all: &[Webhook], times: Times) -> AnyView {
    let rows: Vec<_> = all.iter().map(|webhook| row(webhook, times)).collect();
    view! {
        {PageHead::new("Webhooks")
            .subtitle("Send events to your own apps as they happen.")
            .actions(view! { <a class="button primary" href="/desk/webhooks/new">"New webhook"</a> })
            .show()}
        {if all.is_empty() { none() } else { view! { <ul class="rows">{rows}</ul> }.into_any() }}
    }
    .into_any()
}

fn none() -> AnyView {
    view! {
        <NothingYet heading="No webhooks yet" words="Add a URL and choose its events: new requests, moves, questions, deliverables, invoices. Every message is signed and retried until it’s accepted.">
            <a class="button primary" href="/desk/webhooks/new">"Create webhook"</a>
        </NothingYet>
    }
    .into_any()
}

fn row(of: &Webhook, times: Times) -> AnyView {
    let events: Vec<&str> = of.events.iter().map(|kind| kind.as_str()).collect();
    let waiting = match of.waiting {
        0 => "nothing pending".to_owned(),
        1 => "1 message pending".to_owned(),
        more => format!("{more} messages pending"),
    };
    view! {
        <li class="row">
            <div class="row-words">
                <b><a href=format!("{LIST}/{}", of.id)>{of.url.clone()}</a></b>
                <p class="soft">{events.join(", ")}</p>
                <p class="soft">{waiting}</p>
            </div>
            {state(of, times)}
        </li>
    }
    .into_any()
}

/// Whether it takes what it is sent.
pub(super) fn state(of: &Webhook, times: Times) -> AnyView {
    match of.failing_since {
        Some(at) => {
            view! { <span class="tag failed">{format!("Failing since {}", times.short_day(at))}</span> }
                .into_any()
        }
        None => view! { <span class="tag up-next">"Active"</span> }.into_any(),
    }
}
