//! Calls of agents' backends.

use reqwest::{RequestBuilder, Response};
use tracing::{Instrument, field::Empty};

use super::TARGET;

/// Sends a request to an agent's backend in a span of its own, which ends when the answer begins. `what`: the call's name,
/// such as `model answer`. The backend is not told of the trace: whose servers these are, and what they keep, is not ours to
/// say.
///
/// # Errors
/// As the request does.
pub async fn send(what: &'static str, asked: RequestBuilder) -> reqwest::Result<Response> {
    let span = tracing::info_span!(
        target: TARGET,
        "backend",
        otel.name = what,
        otel.kind = "client",
        otel.status_code = Empty,
        http.response.status_code = Empty,
    );
    let sent = asked.send().instrument(span.clone()).await;
    match &sent {
        Ok(answer) if answer.status().is_success() => {
            span.record("http.response.status_code", answer.status().as_u16());
        }
        Ok(answer) => {
            span.record("http.response.status_code", answer.status().as_u16());
            span.record("otel.status_code", "ERROR");
        }
        Err(_) => {
            span.record("otel.status_code", "ERROR");
        }
    }
    sent
}
