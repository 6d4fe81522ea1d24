//! `GET /files/{file}`: a file, for whoever may see it.

use axum::response::Response;
use domain::{files, ids::FileId};

use crate::web::{Path, Problem, SignedIn, file_response};

pub async fn show(SignedIn { cx, scope }: SignedIn, Path(id): Path<FileId>) -> Result<Response, Problem> {
    let file = files::queries::get(cx.db(), &scope, id).await?;
    Ok(file_response(&cx.bare.app, scope.workspace, &file).await?)
}
