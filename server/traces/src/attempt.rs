//! An agent's attempt at a run.

use domain::{Origin, runs::ClaimedRun};
use tracing::Instrument;
use tracing_opentelemetry::OpenTelemetrySpanExt;

use super::{TARGET, parent};

/// Carries an attempt out in a span of its own, in the trace of whoever's request queued the run: on this node or another,
/// now or hours ago.
pub async fn attempt<W: Future>(claimed: &ClaimedRun, work: W) -> W::Output {
    let span = tracing::info_span!(
        target: TARGET,
        "agent run",
        otel.kind = "consumer",
        run.id = %claimed.run,
        run.attempt = claimed.attempt,
    );
    if let Some(queued_by) = &claimed.trace_parent {
        // Fails where traces are off, which is well.
        let _ = span.set_parent(parent::context(queued_by));
    }
    let origin = Origin { request_id: claimed.run.to_string(), trace_parent: parent::name(&span) };
    origin.scope(work).instrument(span).await
}
