//! Structured logs on standard error. Standard output is left to what a person at the terminal should read.

use std::error::Error;
use std::io::IsTerminal;

use clap::ValueEnum;
use tracing_subscriber::{
    EnvFilter, Layer,
    filter::{FilterExt, LevelFilter, dynamic_filter_fn},
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

use traces::Exporter;

/// How a log line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// `compact` on a terminal, `json` otherwise.
    Auto,
    /// One short line for people.
    Compact,
    /// One JSON object a line, for machines.
    Json,
}

/// Sends the log to standard error from here on, and spans of the trace to a collector where there is one. Fails when
/// `filter` is not understood or a log was started before.
pub fn start(format: Format, filter: &str, exporter: Option<&Exporter>) -> Result<(), Box<dyn Error>> {
    let filter = EnvFilter::try_new(filter).map_err(|reason| {
        format!("THROUGHLINE_LOG is not a log filter ({reason}); write something like 'info,server=debug'")
    })?;
    // The trace's spans say what the log's own say already.
    // Asked anew for each line: a library that only asks whether anybody listens (sqlx does) leaves its answer behind on the
    // thread, and a line whose answer is known for good would be dropped by it.
    let others = dynamic_filter_fn(|metadata, _| metadata.target() != traces::TARGET);
    // Without a level of its own it would take the other filter's away, and everything be asked each time.
    let filter = filter.and(others.with_max_level_hint(LevelFilter::TRACE));
    let terminal = std::io::stderr().is_terminal();
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let lines = match (format, terminal) {
        (Format::Json, _) | (Format::Auto, false) => lines.json().flatten_event(true).boxed(),
        (Format::Compact, _) | (Format::Auto, true) => {
            lines.compact().with_target(false).with_ansi(terminal).boxed()
        }
    };
    let log = tracing_subscriber::registry().with(lines.with_filter(filter));
    // Not an `Option` of a layer: that does not hand on of which subscriber it is a part.
    let started = match exporter {
        Some(exporter) => log.with(exporter.layer()).try_init(),
        None => log.try_init(),
    };
    started.map_err(Into::into)
}
