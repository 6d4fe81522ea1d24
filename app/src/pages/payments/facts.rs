//! What Stripe said lately, and what came of it.

use domain::payments::{PaymentAccount, queries::FactRow};
use leptos::prelude::*;

use crate::components::time::Times;

pub(super) fn section(heard: &[FactRow], account: &PaymentAccount, times: Times) -> AnyView {
    let read = format!("Read up to {}.", times.words(account.events_read_to.timestamp_millis()));
    let list = if heard.is_empty() {
        view! { <p class="soft">"Nothing yet. The first payment shows up here."</p> }.into_any()
    } else {
        let rows: Vec<_> = heard.iter().map(|fact| row(fact, times)).collect();
        view! { <ul class="rows">{rows}</ul> }.into_any()
    };
    view! {
        <section class="section">
            <div class="section-head"><h2>"Latest from Stripe"</h2></div>
            {list}
            <p class="soft">{read}</p>
        </section>
    }
    .into_any()
}

fn row(fact: &FactRow, times: Times) -> AnyView {
    view! {
        <li class="row">
            <div class="row-words">
                <b><code>{fact.kind.clone()}</code></b>
                {(!fact.outcome.is_empty()).then(|| view! { <p>{fact.outcome.clone()}</p> })}
                <p class="soft"><code>{fact.object.clone()}</code></p>
            </div>
            {times.show(fact.received_at.timestamp_millis())}
        </li>
    }
    .into_any()
}
