//! `GET /desk/books/{month}/{book}`: a file of a month's books, sent as it is read.

use axum::{
    body::Body,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use domain::{
    Error,
    books::{BookFile, Month, queries},
};
use serde::Deserialize;

use crate::web::{Operator, Path, Problem, disposition};

/// Which file.
#[derive(Deserialize)]
pub struct BookPath {
    month: String,
    book: String,
}

pub async fn download(
    Operator { cx, scope, .. }: Operator,
    Path(BookPath { month, book }): Path<BookPath>,
) -> Result<Response, Problem> {
    let (month, book) = Month::parse(&month).zip(BookFile::parse(&book)).ok_or(Error::NotFound)?;
    let file = queries::download(cx.db(), &scope, book, month).await?;
    let mut response = Body::from_stream(file.pieces).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    let disposition = HeaderValue::from_str(&disposition("text/csv", &file.name));
    headers
        .insert(header::CONTENT_DISPOSITION, disposition.unwrap_or(HeaderValue::from_static("attachment")));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    Ok(response)
}
