//! `POST …/entries/{entry}/deletion`: who wrote a comment or a note, or added a file, deletes it.

use axum::response::Response;
use domain::{requests::commands, session::Deletable};
use serde::Deserialize;

use super::Here;
use crate::web::{Path, PostedForm, answer};

/// Which entry of the session.
#[derive(Deserialize)]
pub struct EntryPath {
    entry: String,
}

pub async fn create(
    here: Here,
    Path(EntryPath { entry }): Path<EntryPath>,
    PostedForm(fields): PostedForm,
) -> Response {
    let back = here.after(&fields);
    match delete(&here, &entry).await {
        Ok(Deletable::Comment) => answer(&here.cx.bare, Ok(()), &back, "Comment deleted."),
        Ok(Deletable::File) => answer(&here.cx.bare, Ok(()), &back, "File deleted."),
        Err(error) => answer(&here.cx.bare, Err(error), &back, ""),
    }
}

async fn delete(here: &Here, entry: &str) -> domain::Result<Deletable> {
    let request = here.request().await?;
    let files = &here.cx.bare.app.site.files;
    commands::delete(here.cx.db(), files, &here.scope, request, entry).await
}
