//! `GET /portal/requests/{number}`, `GET /desk/clients/{client}/requests/{number}`: the heart. Its first paint holds
//! the whole conversation and needs no script; then it is live.

use axum::{http::StatusCode, response::Response};
use domain::{Error, requests::Detail};
use leptos::prelude::*;

use super::{
    Here, costs, load,
    notes::{self, UnsentNote},
    view::{self, RequestView},
};
use crate::web::{Page, Problem};

pub async fn show(here: Here) -> Result<Response, Problem> {
    let loaded = load::request_view(&here).await?;
    page(&here, StatusCode::OK, loaded, UnsentNote::default()).await
}

/// Draws the page again after words that could not be sent, with the words. Where the page has no field to show them in,
/// the reason stands on a page of its own.
pub async fn draw_with_draft(here: &Here, draft: &str, error: Error) -> Result<Response, Problem> {
    let mut loaded = load::request_view(here).await?;
    let place = &mut loaded.1.place;
    if !place.may_work {
        return Err(error.into());
    }
    place.draft = draft.to_owned();
    place.refused = words(error);
    page(here, StatusCode::UNPROCESSABLE_ENTITY, loaded, UnsentNote::default()).await
}

/// What a person can do about an error.
pub fn words(error: Error) -> String {
    match error {
        Error::Fields(errors) => errors.iter().map(|(_, message)| message).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
}

/// Draws the page again after a backstage note that was not taken, with the note.
pub async fn draw_with_note(here: &Here, note: &str, error: Error) -> Result<Response, Problem> {
    let loaded = load::request_view(here).await?;
    let unsaid = UnsentNote { words: note.to_owned(), refused: words(error) };
    page(here, StatusCode::UNPROCESSABLE_ENTITY, loaded, unsaid).await
}

/// Draws the page again after a change that was asked for and refused, with what was asked for. Where nothing can be
/// asked for any more, the reason stands on a page of its own.
pub async fn draw_with_reason(here: &Here, reason: &str, error: Error) -> Result<Response, Problem> {
    let mut loaded = load::request_view(here).await?;
    let shown = &mut loaded.1;
    let Some(review) = shown.beside.review.as_mut().filter(|of| of.may_change && shown.place.may_work) else {
        return Err(error.into());
    };
    review.reason = reason.to_owned();
    review.error = words(error);
    page(here, StatusCode::UNPROCESSABLE_ENTITY, loaded, UnsentNote::default()).await
}

/// Draws the page again after files of which none was taken, with the reasons beside their field.
pub async fn draw_with_files(here: &Here, not_taken: String) -> Result<Response, Problem> {
    let mut loaded = load::request_view(here).await?;
    loaded.1.place.not_taken = not_taken;
    page(here, StatusCode::UNPROCESSABLE_ENTITY, loaded, UnsentNote::default()).await
}

async fn page(
    here: &Here,
    status: StatusCode,
    (detail, shown): (Detail, RequestView),
    unsaid: UnsentNote,
) -> Result<Response, Problem> {
    let backstage = notes::load(here, &detail, unsaid).await?;
    let costs = costs::load(here, &detail).await?;
    let title = format!("{} #{}", shown.title, shown.number);
    Ok(Page::new(&here.cx, &title, here.frame()).live().status(status).show(move || {
        view! {
            {view::page(shown)}
            {backstage.map(notes::view)}
            {costs.map(costs::view)}
        }
    }))
}
