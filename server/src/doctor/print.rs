//! The doctor's report, for a terminal 80 columns wide and for a file alike.

use std::fmt::Write;

use super::{Finding, Severity};
use crate::settings::SettingRow;

const WIDTH: usize = 96;

/// The settings: the variable and its value, below it the reason, and the default where the value differs.
pub(super) fn settings(rows: &[SettingRow]) -> String {
    let widest = rows.iter().map(|row| row.name.len()).max().unwrap_or_default();
    let mut text = String::from("Settings\n");
    for row in rows {
        let value = if row.value.is_empty() { "(not set)" } else { &row.value };
        // Writing to a String cannot fail.
        let _ = writeln!(text, "  {:widest$}  {value}", row.name);
        let changed = !row.default.is_empty() && row.value != row.default;
        let default = if changed { format!(" [default: {}]", row.default) } else { String::new() };
        wrap(&mut text, widest + 4, &format!("{}{default}", row.reason));
    }
    text
}

/// The checks, one a line, each followed by what to do.
pub(super) fn findings(findings: &[Finding]) -> String {
    let widest = findings.iter().map(|finding| finding.subject.len()).max().unwrap_or_default();
    let mut text = String::from("\nChecks\n");
    for finding in findings {
        let mark = match finding.verdict {
            Severity::Ok => "ok  ",
            Severity::Warn => "warn",
            Severity::Fail => "FAIL",
        };
        let _ = write!(text, "  {mark}  {:widest$}  ", finding.subject);
        let mut lines = String::new();
        wrap(&mut lines, widest + 10, &finding.says);
        text.push_str(lines.trim_start());
        if !finding.mend.is_empty() {
            wrap(&mut text, widest + 10, &format!("→ {}", finding.mend));
        }
    }
    let count = |verdict| findings.iter().filter(|finding| finding.verdict == verdict).count();
    let _ = writeln!(
        text,
        "\n{} failed, {} warnings, {} OK",
        count(Severity::Fail),
        count(Severity::Warn),
        count(Severity::Ok)
    );
    text
}

/// Breaks a text at spaces, every line indented.
fn wrap(into: &mut String, indent: usize, words: &str) {
    let mut line = String::new();
    for word in words.split_whitespace() {
        if !line.is_empty() && indent + line.chars().count() + word.chars().count() >= WIDTH {
            let _ = writeln!(into, "{:indent$}{line}", "");
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    let _ = writeln!(into, "{:indent$}{line}", "");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_names_each_subject_and_what_to_do() {
        let found = [Finding::ok("Disk", "5 GB free"), Finding::fail("Port", "taken", "Stop what uses it.")];
        assert_eq!(
            findings(&found),
            "\nChecks\n  ok    Disk  5 GB free\n  FAIL  Port  taken\n              → Stop what uses it.\n\n1 failed, 0 warnings, 1 OK\n"
        );
    }
}
