use chrono::{DateTime, Utc};
use domain::{
    exports::{Export, ExportState},
    words,
};
use leptos::prelude::*;

use super::{DataContext, DataView};
use crate::components::{desk::client_path, empty::NothingYet, field, page_head::PageHead, waits};

const PREPARE: &str = "Prepare download";

pub(super) fn head(at: &DataContext, glance: &DataView) -> AnyView {
    let title = at.client.as_ref().map_or("Your data".to_owned(), |(_, name)| format!("Data of {name}"));
    let left = at.client.is_none().then(|| waits::left(glance.outlook.left_at, &glance.times)).flatten();
    let head = PageHead::named(title)
        .subtitle("Every request, conversation, deliverable, file, note, and invoice, in one zip file.");
    let head = match &at.client {
        Some((client, name)) => {
            head.crumbs(&[("/desk/clients", "Clients"), (&client_path(*client), name)], "Data")
        }
        None => head,
    };
    view! { {head.show()} {left} }.into_any()
}

/// Where it stands, and what can be done: read again as a whole.
pub(super) fn state(at: &DataContext, glance: &DataView) -> AnyView {
    let shown = &glance.shown;
    let Some(latest) = &shown.latest else { return nothing_yet(at, glance) };
    let now = match latest.state {
        ExportState::Queued | ExportState::Working => working(at, latest),
        ExportState::Failed => failed(at, glance, latest),
        ExportState::Ready => ().into_any(),
        ExportState::Expired => expired(at, glance),
    };
    // Also while another one is prepared, or where that failed.
    let ready = shown
        .ready
        .as_ref()
        .map(|ready| ready_section(at, glance, ready, latest.state == ExportState::Ready));
    view! { {now} {ready} {only_owners(glance)} }.into_any()
}

fn nothing_yet(at: &DataContext, glance: &DataView) -> AnyView {
    let (prepare, only_owners) = (prepare(at, glance, PREPARE, true), only_owners(glance));
    view! {
        <NothingYet heading="Nothing prepared yet" words="Preparing takes a few minutes. We’ll email you when the download is ready.">
            {prepare}
            {only_owners}
        </NothingYet>
    }
    .into_any()
}

/// The button, for whoever may and when they may.
fn prepare(at: &DataContext, glance: &DataView, words: &'static str, first: bool) -> Option<AnyView> {
    if !glance.shown.may {
        return None;
    }
    if let Some(next) = glance.shown.next_at {
        let when = glance.times.words(next.timestamp_millis());
        return Some(
            view! { <p class="hint">{format!("You can prepare a new one after {when}.")}</p> }.into_any(),
        );
    }
    let class = if first { "button primary" } else { "button" };
    Some(
        view! {
            <form class="button-row" method="post" action=at.base()>
                {field::token(&at.cx)}
                <button class=class>{words}</button>
            </form>
        }
        .into_any(),
    )
}

fn only_owners(glance: &DataView) -> Option<AnyView> {
    if glance.shown.may {
        return None;
    }
    let words = match glance.shown.owners.as_slice() {
        [] => "Only an owner can download everything.".to_owned(),
        owners => {
            format!("Only an owner can download everything. Ask {}.", glance.times.locale().list(owners))
        }
    };
    Some(view! { <p dir="auto">{words}</p> }.into_any())
}

fn working(at: &DataContext, export: &Export) -> AnyView {
    let (done, total) = (export.done, export.total);
    let said = if total == 0 {
        "Waiting to start".to_owned()
    } else {
        format!("{done} of {}", words::count(total.into(), "item"))
    };
    // Before it is known how much there is the bar says only that something is done.
    let value = (total > 0).then(|| done.to_string());
    view! {
        <section class="section" aria-labelledby="d-working">
            <h2 id="d-working">"Preparing the download"</h2>
            <progress class="progress" aria-label="Preparing the download" max=total.max(1).to_string() value=value></progress>
            <p class="soft">{said}</p>
            <p>"You can leave this page. We’ll email you when it’s ready."</p>
            <noscript><p><a class="button" href=at.base()>"Check again"</a></p></noscript>
        </section>
    }
    .into_any()
}

fn ready_section(at: &DataContext, glance: &DataView, export: &Export, is_latest: bool) -> AnyView {
    let size = words::size(export.bytes.unwrap_or(0));
    let until = export.expires_at.map(|at| until(at, glance));
    let made = glance.times.words(export.created_at.timestamp_millis());
    let link = glance.shown.may.then(|| {
        let href = format!("{}/{}/download", at.base(), export.id);
        view! { <p class="button-row"><a class="button primary" href=href>{format!("Download ({size})")}</a></p> }
    });
    view! {
        <section class="section" aria-labelledby="d-ready">
            <h2 id="d-ready">"Ready to download"</h2>
            <p class="soft">{format!("As of {made}. ")}{until}</p>
            {link}
            {is_latest.then(|| prepare(at, glance, "Prepare a new one", false))}
        </section>
    }
    .into_any()
}

fn until(at: DateTime<Utc>, glance: &DataView) -> String {
    format!("Available until {}.", glance.times.words(at.timestamp_millis()))
}

fn failed(at: &DataContext, glance: &DataView, export: &Export) -> AnyView {
    view! {
        <section class="section" aria-labelledby="d-failed">
            <h2 id="d-failed">"The download couldn’t be prepared"</h2>
            <p>{export.failure.clone()}</p>
            {prepare(at, glance, "Try again", true)}
        </section>
    }
    .into_any()
}

fn expired(at: &DataContext, glance: &DataView) -> AnyView {
    view! {
        <section class="section" aria-labelledby="d-expired">
            <h2 id="d-expired">"The last download has expired"</h2>
            <p>"Downloads are available for a week."</p>
            {prepare(at, glance, PREPARE, true)}
        </section>
    }
    .into_any()
}

/// What is in it.
pub(super) fn inside() -> AnyView {
    view! {
        <section class="section" aria-labelledby="d-inside">
            <h2 id="d-inside">"What’s in it"</h2>
            <ul>
                <li>"A folder for each request, with its conversation, deliverables, and files"</li>
                <li>"Notes about the business"</li>
                <li>"Invoices, credit notes, and subscriptions"</li>
                <li>"The list of people"</li>
            </ul>
            <p class="hint">"Texts are Markdown, which any editor opens. Conversations and lists are also there as JSON, for other programs."</p>
        </section>
    }
    .into_any()
}
