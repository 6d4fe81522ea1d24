//! What was written to the client and nobody there has looked at.

use domain::requests::UnseenRequest;
use leptos::prelude::*;

use super::HomeView;
use crate::components::{desk::hidden, request};

/// The section; nothing without anything in it.
pub fn section(glance: &HomeView) -> Option<AnyView> {
    if glance.unseen.is_empty() {
        return None;
    }
    let rows: Vec<_> = glance.unseen.iter().map(|unseen| row(unseen, glance)).collect();
    Some(
        view! {
            <section class="question" aria-labelledby="q-unseen">
                <h2 id="q-unseen">"New for you to read"</h2>
                <div class="request-list">{rows}</div>
            </section>
        }
        .into_any(),
    )
}

fn row(unseen: &UnseenRequest, glance: &HomeView) -> AnyView {
    let page = request::path(unseen.number);
    let meta = format!("#{}, {} wrote {}", unseen.number, unseen.from, glance.times.ago(unseen.since));
    let label = format!("Seen: #{} {}", unseen.number, unseen.title);
    view! {
        <article class="request-row">
            <h3 dir="auto"><a href=format!("{page}#now")>{unseen.title.clone()}</a></h3>
            <p class="request-row-meta" dir="auto">{meta}</p>
            {glance.may_work.then(|| view! {
                <form class="button-row" method="post" action=format!("{page}/seen")>
                    {hidden(&glance.token, "/portal")}
                    <button class="button" aria-label=label>"Seen"</button>
                </form>
            })}
        </article>
    }
    .into_any()
}
