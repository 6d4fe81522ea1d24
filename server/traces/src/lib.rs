//! Traces over OTLP, where `OTEL_EXPORTER_OTLP_ENDPOINT` is set: from a browser's request to its statements, and to what an
//! agent does about it and asks of its backend. See `docs/decisions/traces.md` for what is in them and what never is.
//!
//! Spans of [`TARGET`] are exported and no others, so that a field which somebody adds to the log goes nowhere else; events
//! of the log are not exported at all. `server/tests/nodes/traces.rs` plants words and secrets and looks for them.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test that cannot go on has failed"))]

mod attempt;
mod backend;
mod export;
mod parent;
mod request;
mod statement;

pub use attempt::attempt;
pub use backend::send;
pub use export::{Exporter, ExporterError};
pub use request::{REQUEST_ID, Traced, trace};

/// What the exported spans are marked with.
pub const TARGET: &str = "throughline::trace";
