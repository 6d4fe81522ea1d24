//! Errors that no page of ours made: of axum's own extractors, and of addresses that do not take what was asked.

use axum::{
    extract::Request,
    http::{Method, StatusCode, header},
    middleware::Next,
    response::Response,
};

use super::Problem;

/// Gives every refusal that has no page words of its own, and the way back.
pub async fn error_pages(request: Request, next: Next) -> Response {
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
            "This request came from another site",
            "Open the page again and try from there.",
        ),
        StatusCode::METHOD_NOT_ALLOWED => Problem::words(
            status,
            "There’s no page at this address",
            "This address only accepts form submissions. Go back to the form, or start from the home page.",
        ),
        StatusCode::PAYLOAD_TOO_LARGE => Problem::words(
            status,
            "That’s too much at once",
            "Go back and shorten the text, or add some of the files later.",
        ),
        _ => Problem::words(
            status,
            "We couldn’t read that",
            "Something got garbled on the way. Go back, reload the page, and try again.",
        ),
    }
}
