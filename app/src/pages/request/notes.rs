//! Backstage: what operators and agents say among themselves about a request. Never on a client's page: it is another
//! log.

use axum::response::Response;
use domain::{
    Error, markdown,
    requests::{Detail, commands},
    session::{self, Body, Deletable, Entry},
};
use leptos::prelude::*;

use super::{
    Here, load, show,
    view::{self, PageContext},
};
use crate::{
    components::{person::disc, time::Times},
    web::{PostedForm, Problem, answer, textarea_text},
};

/// What the section shows.
pub struct Backstage {
    /// Each with its HTML.
    entries: Vec<(Entry, String)>,
    times: Times,
    place: PageContext,
    unsaid: UnsentNote,
}

/// A note that was not taken, and why.
#[derive(Default)]
pub struct UnsentNote {
    pub words: String,
    pub refused: String,
}

/// The backstage log, for those who see it.
pub async fn load(here: &Here, detail: &Detail, unsaid: UnsentNote) -> domain::Result<Option<Backstage>> {
    let Some(stream) = detail.backstage_stream.filter(|_| here.desk) else { return Ok(None) };
    let reading = session::queries::read(here.cx.db(), &here.scope, stream).await?;
    let entries = reading.conversation.entries;
    let bytes = entries.iter().map(|entry| load::words(&entry.body).map_or(0, str::len)).sum();
    let rendered = markdown::aside(bytes, move || {
        let rendered = |entry: Entry| (load::html(&entry.body), entry);
        entries.into_iter().map(rendered).map(|(html, entry)| (entry, html)).collect()
    });
    Ok(Some(Backstage {
        entries: rendered.await?,
        times: Times::of(&here.cx),
        // It is not followed.
        place: PageContext { live: false, ..load::place(here, false) },
        unsaid,
    }))
}

/// `POST …/notes`
pub async fn create(here: Here, PostedForm(fields): PostedForm) -> Result<Response, Problem> {
    let text = fields.text("text");
    let done = async {
        let request = here.request().await?;
        commands::note(here.cx.db(), &here.scope, request, text).await
    };
    match done.await {
        Err(error @ (Error::Fields(_) | Error::Refused(_))) if !here.cx.bare.wants_json => {
            show::draw_with_note(&here, text, error).await
        }
        done => Ok(answer(&here.cx.bare, done, &format!("{}#backstage", here.base()), "")),
    }
}

pub fn view(backstage: Backstage) -> impl IntoView {
    let Backstage { entries, times, place, unsaid } = backstage;
    let (action, token) = (place.under("notes"), place.token.clone());
    let refused = (!unsaid.refused.is_empty()).then(|| {
        view! { <p class="field-error" role="alert" tabindex="-1" autofocus>{unsaid.refused}</p> }
    });
    let empty = entries.is_empty();
    let items: Vec<_> = entries.into_iter().map(|(entry, html)| item(&place, entry, html, times)).collect();
    view! {
        <section class="section" id="backstage" aria-labelledby="backstage-h">
            <div class="section-head">
                <h2 id="backstage-h">"Internal notes"</h2>
                <p>"Only operators and agents can see these"</p>
            </div>
            {if empty {
                view! { <p class="soft">"No notes yet."</p> }.into_any()
            } else {
                view! { <ol class="line" aria-label="Internal notes">{items}<li class="line-end"></li></ol> }.into_any()
            }}
            <form class="composer backstage" method="post" action=action>
                <input type="hidden" name="form_token" value=token />
                <label class="visually-hidden" for="note">"Add an internal note"</label>
                <textarea id="note" name="text" rows="1" required maxlength="20000" dir="auto" placeholder="Add an internal note…">
                    {textarea_text(&unsaid.words)}
                </textarea>
                <div class="composer-actions"><button class="button">"Add note"</button></div>
                {refused}
            </form>
        </section>
    }
}

fn item(place: &PageContext, entry: Entry, html: String, times: Times) -> AnyView {
    let when = times.dated(entry.at);
    let name = entry.author.name.clone();
    let back = format!("{}#backstage", place.base);
    let deletion = matches!(entry.body, Body::Comment { .. })
        .then(|| view::deletion::form(place, &entry, Deletable::Comment, Some(&back)));
    match entry.body {
        Body::Comment { .. } | Body::Words { .. } => view! {
            <li class="entry said">
                {disc(&entry.author.name, entry.author.kind)}
                <p class="who">
                    <b dir="auto">{name}</b>
                    {format!(", {when}")}
                </p>
                <div class="words prose" inner_html=html></div>
                {deletion}
            </li>
        }
        .into_any(),
        Body::Deleted { what, deleted } => {
            let rest = format!(" deleted a {}, {}", what.as_str(), times.dated(deleted));
            view! { <li class="entry note"><b dir="auto">{name}</b> {rest}</li> }.into_any()
        }
        Body::Step { title, detail, .. } => view! {
            <li class="entry step">
                <details>
                    <summary class="step-head"><b dir="auto">{title}</b> {format!(" · {name}, {when}")}</summary>
                    <div class="step-body"><pre tabindex="0" dir="auto">{detail}</pre></div>
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
