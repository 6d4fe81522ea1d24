//! What was measured, as a table for people and as JSON for whoever compares runs.

use serde::Serialize;

/// One page beside one install. Times in milliseconds.
#[derive(Clone, Debug, Serialize)]
pub struct PageTimings {
    pub install: &'static str,
    pub page: &'static str,
    pub p50: f64,
    pub p99: f64,
    /// Of it, the time in which the page waited for Postgres: the median.
    pub sql_p50: f64,
    pub statements: u64,
    pub bytes: usize,
}

impl PageTimings {
    /// The page's time as a multiple of its SQL's. The goal is 2 at most.
    pub fn times_sql(&self) -> f64 {
        self.p50 / self.sql_p50
    }
}

/// The value below which `share` of the sorted samples lie.
pub fn quantile(sorted: &[f64], share: f64) -> f64 {
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "an index"
    )]
    let place = ((sorted.len() as f64 - 1.0) * share).round() as usize;
    sorted.get(place).copied().unwrap_or(f64::NAN)
}

/// Prints the table; each page of the big install with the ratio to the small one's.
pub fn print(rows: &[PageTimings]) {
    println!(
        "\n| page | install | p50 ms | p99 ms | SQL p50 ms | statements | page / SQL | big / small | kB |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    for row in rows {
        let small =
            rows.iter().find(|other| other.page == row.page).map_or(f64::NAN, |first| row.p50 / first.p50);
        println!(
            "| {} | {} | {:.2} | {:.2} | {:.2} | {} | {:.2} | {small:.2} | {} |",
            row.page,
            row.install,
            row.p50,
            row.p99,
            row.sql_p50,
            row.statements,
            row.times_sql(),
            row.bytes / 1024,
        );
    }
    match serde_json::to_string(rows) {
        Ok(json) => println!("\n{json}"),
        Err(error) => eprintln!("no JSON: {error}"),
    }
}
