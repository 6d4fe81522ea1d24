//! Structured logs on standard error. Standard output is left to what a person at the terminal should read.

use std::error::Error;
use std::io::IsTerminal;

use clap::ValueEnum;
use tracing_subscriber::EnvFilter;

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

/// Sends the log to standard error from here on. Fails when `filter` is not understood or a log was started before.
pub fn start(format: Format, filter: &str) -> Result<(), Box<dyn Error>> {
    let filter = EnvFilter::try_new(filter).map_err(|reason| {
        format!("THROUGHLINE_LOG is not a log filter ({reason}); write something like 'info,server=debug'")
    })?;
    let terminal = std::io::stderr().is_terminal();
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = match (format, terminal) {
        (Format::Json, _) | (Format::Auto, false) => lines.json().flatten_event(true).try_init(),
        (Format::Compact, _) | (Format::Auto, true) => {
            lines.compact().with_target(false).with_ansi(terminal).try_init()
        }
    };
    started.map_err(|reason| reason as Box<dyn Error>)
}
