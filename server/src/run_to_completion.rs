//! What was begun is finished, whoever still listens.

use axum::{
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};
use tracing::Instrument;

use traces::Traced;

/// Carries a request out in a task of its own: a browser that goes away would otherwise drop its handler wherever it
/// just waits, with a change half told or a connection whose transaction the pool does not know of.
pub async fn run_to_completion(request: Request, next: Next) -> Response {
    let traced = request.extensions().get::<Traced>().cloned();
    let work = next.run(request).in_current_span();
    let work = match traced {
        Some(traced) => tokio::spawn(traced.scope(work)),
        None => tokio::spawn(work),
    };
    match work.await {
        Ok(response) => response,
        Err(ended) => match ended.try_into_panic() {
            // Caught further out, like any handler's.
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => app::web::Problem::bug("a handler was cancelled").into_response(),
        },
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::{Router, body::Body, middleware::from_fn, routing::get};
    use http::Request;
    use tokio::sync::Notify;
    use tower::ServiceExt;

    #[tokio::test]
    async fn a_browser_that_goes_away_cuts_nothing_short() {
        let (begun, go_on, done) =
            (Arc::new(Notify::new()), Arc::new(Notify::new()), Arc::new(Notify::new()));
        let marks = (begun.clone(), go_on.clone(), done.clone());
        let handler = move || async move {
            marks.0.notify_one();
            marks.1.notified().await;
            marks.2.notify_one();
        };
        let router = Router::new().route("/", get(handler)).layer(from_fn(super::run_to_completion));
        let asked = tokio::spawn(router.oneshot(Request::new(Body::empty())));
        begun.notified().await;
        asked.abort();
        assert!(asked.await.unwrap_err().is_cancelled());
        go_on.notify_one();
        done.notified().await;
    }
}
