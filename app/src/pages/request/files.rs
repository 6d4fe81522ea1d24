//! `POST …/files`: files for everyone who follows the request.

use axum::response::Response;
use domain::requests::commands;

use super::Here;
use crate::{
    pages::files::upload::FormWithFiles,
    web::{Problem, answer},
};

pub async fn create(here: Here, form: FormWithFiles) -> Result<Response, Problem> {
    let request = here.request().await.map_err(|error| here.problem(error))?;
    let received = form
        .receive(&here.cx.bare, &here.scope, Some(request))
        .await
        .map_err(|problem| problem.of(&here.cx.bare))?;
    let text = received.fields.text("text");
    let done = commands::comment(here.cx.db(), &here.scope, request, text, &received.files).await;
    let note = domain::words::count(received.files.len() as i64, "file");
    Ok(answer(&here.cx.bare, done, &format!("{}#now", here.base()), &format!("Added {note}.")))
}
