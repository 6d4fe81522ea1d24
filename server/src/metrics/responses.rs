//! How many requests were answered how. For the process as a whole: whoever watches wants one number for a node.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::{extract::Request, middleware::Next, response::Response};
use http::StatusCode;

/// By the first digit of the status, from 1 to 5.
static ANSWERED: [AtomicU64; 5] = [const { AtomicU64::new(0) }; 5];

const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

/// Counts the answer to a request.
pub async fn count(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    count_status(response.status());
    response
}

fn count_status(status: StatusCode) {
    if let Some(class) = usize::from(status.as_u16() / 100).checked_sub(1).and_then(|at| ANSWERED.get(at)) {
        class.fetch_add(1, Ordering::Relaxed);
    }
}

/// The answers of each class since the start.
pub(super) fn all() -> [(&'static str, u64); 5] {
    std::array::from_fn(|at| (CLASSES[at], ANSWERED[at].load(Ordering::Relaxed)))
}
