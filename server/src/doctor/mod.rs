//! `throughline doctor`: what is set, what is wrong, and how to mend it. It changes nothing but, where the private
//! cluster is not running, starts it for the check and stops it again.

mod checks;
mod finding;
mod print;

use std::process::ExitCode;

pub use finding::{Finding, Severity};

use crate::settings::{Settings, table};

/// Prints the settings and what the checks found. Fails when a check failed; a warning is no failure.
pub async fn run(settings: &Settings) -> ExitCode {
    print!("{}", print::settings(&table(settings)));
    let findings = checks::all(settings).await;
    print!("{}", print::findings(&findings));
    if findings.iter().any(|finding| finding.verdict == Severity::Fail) {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}
