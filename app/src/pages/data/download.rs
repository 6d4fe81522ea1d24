//! `GET …/data/{export}/download`: the zip, for whoever may have it.

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::{
    Error,
    exports::{self, Download},
    files::store::{self, Key},
    ids::ExportId,
};
use serde::Deserialize;

use super::{DataContext, page};
use crate::web::{App, Path, Problem, disposition};

/// What stands above the page where it is gone.
const GONE: &str = "That download is no longer available. You can prepare a new one.";

/// Which zip.
#[derive(Deserialize)]
pub struct ExportPath {
    export: ExportId,
}

pub async fn show(
    at: DataContext,
    Path(ExportPath { export }): Path<ExportPath>,
) -> Result<Response, Problem> {
    let app = &at.cx.bare.app;
    match exports::commands::download(&app.db, &app.site.files, &at.scope, export).await? {
        Download::File { key, bytes, name } => Ok(zip(app, &key, bytes, &name).await?),
        Download::Gone => page(&at, StatusCode::GONE, Some(GONE)).await,
    }
}

async fn zip(app: &App, key: &Key, bytes: u64, name: &str) -> Result<Response, Error> {
    let content = app.site.files.get(key).await?;
    if content.bytes != bytes {
        return Err(store::Error::Damaged { key: key.clone(), found: content.bytes, wanted: bytes }.into());
    }
    let mut response = Body::from_stream(content.pieces).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/zip"));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(bytes));
    let disposition = HeaderValue::from_str(&disposition("application/zip", name));
    headers
        .insert(header::CONTENT_DISPOSITION, disposition.unwrap_or(HeaderValue::from_static("attachment")));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    Ok(response)
}
