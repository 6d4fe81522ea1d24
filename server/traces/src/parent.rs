//! W3C's `traceparent`, in which a span is named to others.

use std::collections::HashMap;

use http::HeaderMap;
use opentelemetry::{
    Context,
    propagation::{Extractor, TextMapPropagator},
    trace::{SpanContext, TraceContextExt},
};
use opentelemetry_http::HeaderExtractor;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

/// How a span is named; nothing where traces are off or this one is not sampled.
pub(super) fn name(span: &Span) -> Option<String> {
    let context = span.context();
    let span = context.span();
    let named = span.span_context();
    (named.is_valid() && named.is_sampled())
        .then(|| format!("00-{}-{}-{:02x}", named.trace_id(), named.span_id(), named.trace_flags().to_u8()))
}

/// The span that a name of ours means, to be another's parent.
pub(super) fn context(name: &str) -> Context {
    let carrier = HashMap::from([("traceparent".to_owned(), name.to_owned())]);
    TraceContextPropagator::new().extract_with_context(&Context::new(), &carrier)
}

/// The span in which somebody else sent a request, if they say so.
pub(super) fn of_sender(headers: &HeaderMap) -> Option<SpanContext> {
    let headers = HeaderExtractor(headers);
    headers.get("traceparent")?;
    let context = TraceContextPropagator::new().extract_with_context(&Context::new(), &headers);
    let sender = context.span().span_context().clone();
    sender.is_valid().then(|| {
        SpanContext::new(
            sender.trace_id(),
            sender.span_id(),
            sender.trace_flags(),
            true,
            // Free text of theirs.
            opentelemetry::trace::TraceState::NONE,
        )
    })
}
