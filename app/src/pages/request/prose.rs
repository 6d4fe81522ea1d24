//! `GET …/prose/{entry}`: an entry's words as the page sets them, for one that was written while it was looked at.

use axum::{
    extract::Path,
    http::{HeaderValue, header},
    response::{Html, IntoResponse, Response},
};
use domain::{Error, session};

use super::{Here, load};
use crate::web::Problem;

pub async fn show(here: Here, Path(params): Path<Vec<(String, String)>>) -> Result<Response, Problem> {
    let entry = params.iter().find(|(name, _)| name == "entry").map(|(_, value)| value.as_str()).unwrap_or_default();
    let html = html(&here, entry).await.map_err(|error| here.problem(error))?;
    let mut response = Html(html).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

async fn html(here: &Here, key: &str) -> domain::Result<String> {
    let detail = load::detail(here).await?;
    let reading = session::read(here.cx.db(), detail.session_stream).await?;
    let entry = reading.conversation.entries.iter().find(|entry| entry.key == key).ok_or(Error::NotFound)?;
    Ok(load::html(&entry.body))
}
