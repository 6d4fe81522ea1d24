//! Errors that no page of ours made: of axum's own extractors, and of addresses that do not take what was asked.

use axum::{
    extract::Request,
    http::{Method, StatusCode, header},
    middleware::Next,
    response::Response,
};

use super::Problem;

/// Gives every refusal that has no page words of its own, and the way back.
pub async fn in_words(request: Request, next: Next) -> Response {
    let asked = request.headers().clone();
    // Whoever asks without wanting to read gets the status alone.
    let reads = !matches!(*request.method(), Method::HEAD | Method::OPTIONS);
    let response = next.run(request).await;
    if response.status() == StatusCode::INTERNAL_SERVER_ERROR && !has_page(&response) {
        // Every failure of a page has words. The store of the sign-ins, which answers for itself, has none.
        tracing::warn!("a sign-in could not be stored");
        return Problem::away().for_reader(&asked);
    }
    if !reads || !response.status().is_client_error() || has_page(&response) {
        return response;
    }
    let mut page = words(response.status()).for_reader(&asked);
    if let Some(allowed) = response.headers().get(header::ALLOW) {
        page.headers_mut().insert(header::ALLOW, allowed.clone());
    }
    page
}

fn has_page(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE).map(|kind| kind.as_bytes());
    kind.is_some_and(|kind| kind.starts_with(b"text/html") || kind.starts_with(b"application/json"))
}

fn words(status: StatusCode) -> Problem {
    match status {
        StatusCode::NOT_FOUND => Problem::not_found(),
        StatusCode::FORBIDDEN => Problem::words(
            status,
            "This came from another address",
            "Open the page again and go on from there.",
        ),
        StatusCode::METHOD_NOT_ALLOWED => Problem::words(
            status,
            "There is no page at this address",
            "It only takes what a form sends. Go back to the page with the form, or start again from the first page.",
        ),
        StatusCode::PAYLOAD_TOO_LARGE => Problem::words(
            status,
            "That is too much at once",
            "Go back and send less of it: shorten the text, or leave some files for later.",
        ),
        _ => Problem::words(
            status,
            "That could not be read",
            "The address or the form arrived damaged. Go back, reload the page and try again.",
        ),
    }
}
