//! What one writes when asking for work, or changing what was asked.

use domain::{
    Db, Error, Scope,
    files::{File, LIMIT_WORDS},
    markdown,
    requests::{Priority, commands::TITLE},
    words::size,
};
use leptos::prelude::*;

use crate::{components::field::Field, pages::files::upload::RefusedFile, web::Form};

const PAPER: &str = "M5 2.5h6l4 4v11H5zM11 2.5v4h4";

/// What the brief will read like, where that is asked for; or why it cannot be shown now.
///
/// # Errors
/// What the person can do nothing about.
pub async fn preview(db: &Db, scope: &Scope, form: &Form, asked: bool) -> domain::Result<Option<String>> {
    if !asked {
        return Ok(None);
    }
    match markdown::preview(db, scope, form.values.raw("brief")).await {
        Err(Error::TooMany { .. }) => {
            Ok(Some("<p>Too many previews. Wait a minute, then try again.</p>".to_owned()))
        }
        shown => shown.map(Some),
    }
}

/// Title and brief; `preview`: the brief as it will read, to be shown.
pub fn words(form: &Form, preview: Option<String>) -> AnyView {
    let (hidden, html) = (preview.is_none(), preview.unwrap_or_default());
    view! {
        // The first button of a form is what Enter presses: without this one it would be the preview.
        <button class="visually-hidden" name="do" value="ask" tabindex="-1" aria-hidden="true">"Send"</button>
        {Field::text(form, "title", "What do you need?")
            .required()
            .max(TITLE as u32)
            .hint("A short title, so it’s easy to find later.")
            .show()}
        {Field::prose(form, "brief", "Details", 8)
            .required()
            .hint("Tell us about it and what you’d like back. You can use lists (-), **bold**, and links.")
            .show()}
        <div class="button-row">
            <button class="button" name="do" value="preview" formnovalidate aria-controls="preview">"Preview"</button>
        </div>
        <section class="sheet preview" id="preview" aria-label="Preview" tabindex="-1" hidden=hidden>
            <div class="prose" inner_html=html></div>
        </section>
    }
    .into_any()
}

/// How soon: three choices in a client's words.
pub fn priorities(form: &Form) -> AnyView {
    let chosen = form.values.text("priority").parse().unwrap_or(Priority::Normal);
    let choice = |priority: Priority, word: &'static str, hint: &'static str| {
        view! {
            <label class="check">
                <input type="radio" name="priority" value=priority.as_str() checked=priority == chosen />
                <span>{word}" "<small class="hint">{hint}</small></span>
            </label>
        }
    };
    view! {
        <fieldset class="field">
            <legend>"Priority"</legend>
            <div class="choices">
                {choice(Priority::High, "High", "goes to the top of Up next")}
                {choice(Priority::Normal, "Normal", "in the order it came in")}
                {choice(Priority::Low, "Low", "after everything else")}
            </div>
        </fieldset>
    }
    .into_any()
}

/// Where files land, those that are here already, and those that were not taken.
pub fn files(kept: &[File], refused: &[RefusedFile]) -> AnyView {
    let kept: Vec<_> = kept.iter().map(file).collect();
    let refused: Vec<_> = refused.iter().map(not_taken).collect();
    view! {
        <div class="field">
            <div class="drop">
                <label for="files"><b>"Files"</b>" "<span class="optional">"optional"</span></label>
                <p class="hint">{format!("Drag files here or click to choose. Up to {LIMIT_WORDS} each.")}</p>
                <input type="file" id="files" name="files" multiple />
            </div>
            <ul class="file-list" id="file-list" aria-label="Files">{kept} {refused}</ul>
        </div>
    }
    .into_any()
}

/// A file that is here: it goes along by its id.
pub fn file(file: &File) -> AnyView {
    let label = format!("Remove {}", file.name);
    view! {
        <li class="file">
            <svg viewBox="0 0 20 20" aria-hidden="true"><path d=PAPER /></svg>
            <b dir="auto">{file.name.clone()}</b>
            <small>{format!("{}, {}", file.label, size(file.bytes))}</small>
            <input type="hidden" name="file" value=file.id.to_string() />
            <button class="button quiet away" name="remove" value=file.id.to_string() formnovalidate aria-label=label>"Remove"</button>
        </li>
    }
    .into_any()
}

fn not_taken(refused: &RefusedFile) -> AnyView {
    view! {
        <li class="file">
            <svg viewBox="0 0 20 20" aria-hidden="true"><path d=PAPER /></svg>
            <b dir="auto">{refused.name.clone()}</b>
            <p class="field-error">{refused.why.clone()}</p>
        </li>
    }
    .into_any()
}
