//! `GET /portal/requests/{number}`, `GET /desk/clients/{client}/requests/{number}`: the heart. Its first paint holds
//! the whole conversation and needs no script; then it is live.

use axum::{
    http::StatusCode,
    response::Response,
};
use domain::{Error, requests::Detail, session};
use leptos::prelude::*;

use super::{Here, load, notes};
use crate::{
    islands::conversation::{Conversation, Start},
    web::{Page, Problem},
};

pub async fn show(here: Here) -> Result<Response, Problem> {
    draw(&here, StatusCode::OK, |_| ()).await
}

/// Draws the page again after words that could not be sent, with the words.
pub async fn draw_with_draft(here: &Here, draft: &str, error: Error) -> Result<Response, Problem> {
    let reason = match error {
        Error::Fields(errors) => errors.iter().map(|(_, message)| message).collect::<Vec<_>>().join(" "),
        Error::Refused(reason) => reason,
        other => return Err(here.problem(other)),
    };
    draw(here, StatusCode::UNPROCESSABLE_ENTITY, |start| {
        start.place.draft = draft.to_owned();
        start.place.refused = reason;
    })
    .await
}

/// Draws the page, after `change` has had its way with what it starts with.
pub async fn draw(here: &Here, status: StatusCode, change: impl FnOnce(&mut Start)) -> Result<Response, Problem> {
    let (detail, start) = start(here).await.map_err(|error| here.problem(error))?;
    let backstage = notes::load(here, &detail).await.map_err(|error| here.problem(error))?;
    let mut start = start;
    change(&mut start);
    let title = format!("{} #{}", detail.card.title, detail.card.number);
    Ok(Page::new(&here.cx, &title, here.frame()).live().status(status).show(move || {
        view! {
            <Conversation start=start />
            {backstage.map(notes::view)}
        }
    }))
}

async fn start(here: &Here) -> domain::Result<(Detail, Start)> {
    let detail = load::detail(here).await?;
    let reading = session::read(here.cx.db(), detail.session_stream).await?;
    let start = load::start(here, &detail, reading);
    Ok((detail, start))
}
