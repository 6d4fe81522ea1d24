//! `GET /portal/requests/{number}`, `GET /desk/clients/{client}/requests/{number}`: the heart. Its first paint holds
//! the whole conversation and needs no script; then it is live.

use axum::{http::StatusCode, response::Response};
use domain::{Error, requests::Detail};
use leptos::prelude::*;

use super::{
    Here, costs, load, notes,
    view::{self, Shown},
};
use crate::web::{Page, Problem};

pub async fn show(here: Here) -> Result<Response, Problem> {
    draw(&here, StatusCode::OK, |_| ()).await
}

/// Draws the page again after words that could not be sent, with the words. Where the page has no field to show them in,
/// the reason stands on a page of its own.
pub async fn draw_with_draft(here: &Here, draft: &str, error: Error) -> Result<Response, Problem> {
    let mut loaded = load::shown(here).await.map_err(|error| here.problem(error))?;
    let place = &mut loaded.1.place;
    if !place.may_work {
        return Err(here.problem(error));
    }
    place.draft = draft.to_owned();
    place.refused = match error {
        Error::Fields(errors) => errors.iter().map(|(_, message)| message).collect::<Vec<_>>().join(" "),
        Error::Refused(reason) => reason,
        other => return Err(here.problem(other)),
    };
    page(here, StatusCode::UNPROCESSABLE_ENTITY, loaded).await
}

/// Draws the page, after `change` has had its way with what it shows.
pub async fn draw(
    here: &Here,
    status: StatusCode,
    change: impl FnOnce(&mut Shown),
) -> Result<Response, Problem> {
    let mut loaded = load::shown(here).await.map_err(|error| here.problem(error))?;
    change(&mut loaded.1);
    page(here, status, loaded).await
}

async fn page(
    here: &Here,
    status: StatusCode,
    (detail, shown): (Detail, Shown),
) -> Result<Response, Problem> {
    let backstage = notes::load(here, &detail).await.map_err(|error| here.problem(error))?;
    let costs = costs::load(here, &detail).await.map_err(|error| here.problem(error))?;
    let title = format!("{} #{}", shown.title, shown.number);
    Ok(Page::new(&here.cx, &title, here.frame()).live().status(status).show(move || {
        view! {
            {view::page(shown)}
            {backstage.map(notes::view)}
            {costs.map(costs::view)}
        }
    }))
}
