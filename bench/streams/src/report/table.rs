//! The report as Markdown.

use std::fmt::Write;

use super::{Report, ServerResult, against::Ratio};
use crate::measurement::TurnFigures;

const HEAD: &str = "\
| work | server | events/s | p50 ms | p99 ms | CPU us/event | PSS MB | RSS MB | kB/follower | tool | others | goal |
|---|---|---|---|---|---|---|---|---|---|---|---|
";

const LEGEND: &str = "\
Events are appends, events read, or deliveries. CPU is that of all of a server's processes; memory is theirs at the end of
its last turn, with what earlier works left behind. tool: how busy the tool's one thread was (with the official client:
Node's, too). others: cores that other programs took meanwhile; over some tenths the figures are not to be trusted.
";

/// From what part of the asked rate on a server has kept up.
const KEPT_UP: f64 = 0.95;

/// The whole report. In brackets behind a figure: how many times the peer's it is, and of each round the least and most.
pub fn markdown(report: &Report) -> String {
    let machine = &report.machine;
    let mut text = format!(
        "\n{}. {} cores of {}, {:.1} GB, Linux {}; load before: {:.2}. {} rounds of {} s a turn.\n",
        report.date,
        machine.cores,
        machine.cpu,
        machine.memory_gb,
        machine.kernel,
        machine.load_before,
        report.rounds,
        report.seconds,
    );
    text.push_str(LEGEND);
    if let Some(peer) = &report.peer {
        let _ = writeln!(text, "In brackets: times {peer}'s (its rounds: least to most).");
    }
    text.push('\n');
    text.push_str(HEAD);
    report.rows.iter().for_each(|line| text.push_str(&row(line)));
    text.push('\n');
    report.rows.iter().for_each(|line| notes(line, &mut text));
    text
}

fn row(line: &ServerResult) -> String {
    let Some(figures) = &line.figures else {
        return format!("| {} | {} | failed | | | | | | | | | {} |\n", line.title, line.server, goals(line));
    };
    let against = line.against.as_ref();
    format!(
        "| {} | {} | {}{} | {} | {}{} | {}{} | {:.1}{} | {:.1} | {} | {:.0} % | {:.2} | {} |\n",
        line.title,
        line.server,
        thousands(figures.events_per_second),
        times(against.map(|ratios| ratios.rate)),
        two(figures.p50_ms),
        two(figures.p99_ms),
        times(against.and_then(|ratios| ratios.p99)),
        digits(figures.cpu_us_per_event),
        times(against.map(|ratios| ratios.cpu)),
        figures.pss_mb,
        times(against.map(|ratios| ratios.pss)),
        figures.rss_mb,
        two(figures.kb_per_follower),
        figures.tool_busy * 100.0,
        figures.other_cores,
        goals(line),
    )
}

fn goals(line: &ServerResult) -> String {
    let each = line.goals.iter().map(|verdict| {
        let reached = verdict.reached.map_or("-".to_owned(), |value| format!("{value:.2}"));
        format!("{}: {reached}, {}", verdict.goal, if verdict.met { "met" } else { "missed" })
    });
    each.collect::<Vec<_>>().join("; ")
}

/// What a reader of the table has to know beside it.
fn notes(line: &ServerResult, text: &mut String) {
    let mut note = |words: String| {
        let _ = writeln!(text, "- {}, {}: {words}", line.title, line.server);
    };
    line.failures.iter().for_each(|failure| note(format!("a turn failed: {failure}")));
    let Some(TurnFigures { missing, disorder, reconnects, of_asked, .. }) = line.figures else { return };
    if missing > 0 {
        note(format!("{missing} missing"));
    }
    if disorder > 0 {
        note(format!("{disorder} twice or out of order"));
    }
    if reconnects > 0 {
        note(format!("{reconnects} followers were cut off and came again"));
    }
    if let Some(part) = of_asked.filter(|part| *part < KEPT_UP) {
        note(format!("{:.0} % of the rate that was asked", part * 100.0));
    }
}

fn times(ratio: Option<Ratio>) -> String {
    match ratio {
        None => String::new(),
        Some(Ratio { all, least, most }) if least == most => format!(" ({all:.2})"),
        Some(Ratio { all, least, most }) => format!(" ({all:.2}; {least:.2} to {most:.2})"),
    }
}

fn two(value: Option<f64>) -> String {
    value.map_or(String::new(), |value| format!("{value:.2}"))
}

/// With as many places as three digits need.
fn digits(value: f64) -> String {
    let places = if value >= 100.0 {
        0
    } else if value >= 10.0 {
        1
    } else if value >= 1.0 {
        2
    } else {
        3
    };
    format!("{value:.places$}")
}

/// 38668 as 38,668.
fn thousands(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn numbers_have_commas() {
        assert_eq!(super::thousands(38_668.4), "38,668");
        assert_eq!(super::thousands(999.0), "999");
        assert_eq!(super::thousands(1_000_000.0), "1,000,000");
    }
}
