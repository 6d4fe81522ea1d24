//! Backstage: what operators and agents say among themselves about a request. Never on a client's page: it is another
//! log.

use axum::response::Response;
use domain::{
    markdown,
    requests::{Detail, commands},
    session::{self, Body, Entry},
};
use leptos::prelude::*;

use super::{
    Here,
    load::{self, Hour},
};
use crate::{
    components::person::disc,
    web::{Posted, answer},
};

/// What the section shows.
pub struct Backstage {
    /// Each with its HTML.
    entries: Vec<(Entry, String)>,
    hour: Hour,
    action: String,
    token: String,
}

/// The backstage log, for those who see it.
pub async fn load(here: &Here, detail: &Detail) -> domain::Result<Option<Backstage>> {
    let Some(stream) = detail.backstage_stream.filter(|_| here.desk) else { return Ok(None) };
    let reading = session::read(here.cx.db(), &here.scope, stream).await?;
    let entries = reading.conversation.entries;
    let bytes = entries.iter().map(|entry| load::words(&entry.body).map_or(0, str::len)).sum();
    let rendered = markdown::aside(bytes, move || {
        let rendered = |entry: Entry| (load::html(&entry.body), entry);
        entries.into_iter().map(rendered).map(|(html, entry)| (entry, html)).collect()
    });
    Ok(Some(Backstage {
        entries: rendered.await?,
        hour: Hour::of(here),
        action: format!("{}/notes", here.base()),
        token: here.cx.bare.token.0.clone(),
    }))
}

/// `POST …/notes`
pub async fn create(here: Here, Posted(fields): Posted) -> Response {
    let done = async {
        let request = here.request().await?;
        commands::note(here.cx.db(), &here.scope, request, fields.text("text")).await
    };
    answer(&here.cx.bare, done.await, &format!("{}#backstage", here.base()), "")
}

pub fn view(backstage: Backstage) -> impl IntoView {
    let Backstage { entries, hour, action, token } = backstage;
    let empty = entries.is_empty();
    let items: Vec<_> = entries.into_iter().map(|(entry, html)| item(entry, html, hour)).collect();
    view! {
        <section class="section" id="backstage" aria-labelledby="backstage-h">
            <div class="section-head">
                <h2 id="backstage-h">"Backstage"</h2>
                <p>"Operators and agents only"</p>
            </div>
            {if empty {
                view! { <p class="soft">"Nothing yet."</p> }.into_any()
            } else {
                view! { <ol class="line" aria-label="Backstage">{items}<li class="line-end"></li></ol> }.into_any()
            }}
            <form class="composer backstage" method="post" action=action>
                <input type="hidden" name="form_token" value=token />
                <label class="visually-hidden" for="note">"A note for operators"</label>
                <textarea id="note" name="text" rows="1" required maxlength="20000" dir="auto" placeholder="A note for operators…"></textarea>
                <div class="composer-actions"><button class="button">"Note"</button></div>
            </form>
        </section>
    }
}

fn item(entry: Entry, html: String, hour: Hour) -> AnyView {
    let when = hour.when(entry.at);
    let name = entry.author.name.clone();
    match entry.body {
        Body::Comment { .. } | Body::Words { .. } => view! {
            <li class="entry said">
                {disc(&entry.author.name, entry.author.kind)}
                <p class="who">
                    <b dir="auto">{name}</b>
                    {format!(", {when}")}
                </p>
                <div class="words prose" inner_html=html></div>
            </li>
        }
        .into_any(),
        Body::Step { title, detail, .. } => view! {
            <li class="entry step">
                <details>
                    <summary class="step-head"><b dir="auto">{title}</b> {format!(" · {name}, {when}")}</summary>
                    <div class="step-body"><pre tabindex="0">{detail}</pre></div>
                </details>
            </li>
        }
        .into_any(),
        Body::Approval { question, settled, .. } => {
            let end =
                settled.map(|settled| format!(" · {}: {}", settled.by, settled.label.unwrap_or_default()));
            view! { <li class="entry note"><b dir="auto">{question}</b> {end} {format!(", {when}")}</li> }.into_any()
        }
        Body::Failed { reason } => {
            view! { <li class="entry stopped"><b>"Failed"</b> {format!(" · {reason}, {when}")}</li> }
                .into_any()
        }
        other => {
            view! { <li class="entry note"><b dir="auto">{name}</b> {format!(" · {other:?}, {when}")}</li> }.into_any()
        }
    }
}
