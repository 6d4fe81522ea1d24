//! `POST …/entries/{entry}/deletion`: who wrote a comment or a note, or added a file, deletes it.

use axum::{extract::Path, response::Response};
use domain::{Error, requests::commands, session::Deletable};

use super::Here;
use crate::web::{Posted, answer};

pub async fn create(
    here: Here,
    Path(params): Path<Vec<(String, String)>>,
    Posted(fields): Posted,
) -> Response {
    let entry = params.iter().find(|(name, _)| name == "entry").map(|(_, value)| value.as_str());
    let back = here.after(&fields);
    match delete(&here, entry).await {
        Ok(Deletable::Comment) => answer(&here.cx.bare, Ok(()), &back, "Comment deleted."),
        Ok(Deletable::File) => answer(&here.cx.bare, Ok(()), &back, "File deleted."),
        Err(error) => answer(&here.cx.bare, Err(error), &back, ""),
    }
}

async fn delete(here: &Here, entry: Option<&str>) -> domain::Result<Deletable> {
    let entry = entry.ok_or(Error::NotFound)?;
    let request = here.request().await?;
    let files = &here.cx.bare.app.site.files;
    commands::delete(here.cx.db(), files, &here.scope, request, entry).await
}
