//! Draws the [`Problem`] that a handler ended with in the surroundings of the page that was asked for. A handler only says
//! `?`: what the page knows about its request is kept here on the way in.

use std::sync::{Arc, OnceLock};

use axum::{extract::Request, http::Extensions, middleware::Next, response::Response};

use super::{Bare, Problem};

/// What was found out about a request, for its answer.
#[derive(Clone, Default)]
struct Surroundings(Arc<OnceLock<Bare>>);

/// Keeps what the request's extractor found out.
pub(super) fn learn(extensions: &Extensions, bare: &Bare) {
    if let Some(Surroundings(known)) = extensions.get() {
        // A second extractor of the same request finds the same.
        let _ = known.set(bare.clone());
    }
}

/// The middleware. A problem from before anything was known of the request (the database may be away) stays as plain as it is.
pub async fn dress_problems(mut request: Request, next: Next) -> Response {
    let surroundings = Surroundings::default();
    request.extensions_mut().insert(surroundings.clone());
    let mut response = next.run(request).await;
    match (response.extensions_mut().remove::<Problem>(), surroundings.0.get()) {
        (Some(problem), Some(bare)) => problem.dressed(bare),
        _ => response,
    }
}
