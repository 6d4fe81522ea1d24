//! Monthly recurring revenue as a small chart of twelve bars; the same numbers stand in its label.

use chrono::NaiveDate;
use domain::billing::queries::{Month, Recurring};
use leptos::prelude::*;

/// The share of the chart's width that a bar and the gap after it take, in percent.
const STEP: f64 = 100.0 / 12.0;
const BAR: f64 = STEP * 0.72;

/// The chart; nothing before there is any revenue.
pub fn chart(recurring: &Recurring) -> AnyView {
    let most = recurring.months.iter().map(|month| month.amount.minor).max().unwrap_or(0);
    if most <= 0 {
        return ().into_any();
    }
    let last = recurring.months.len().saturating_sub(1);
    let bars: Vec<_> =
        recurring.months.iter().enumerate().map(|(i, month)| bar(i, i == last, month, most)).collect();
    let labels: Vec<_> = recurring
        .months
        .iter()
        .map(|month| view! { <li>{month.first.format("%b").to_string()}</li> })
        .collect();
    let label: Vec<String> = recurring.months.iter().map(said).collect();
    view! {
        <section class="section"><figure class="chart">
            <figcaption><b>"Recurring a month"</b><span>{recurring.months.last().map(said)}</span></figcaption>
            <svg class="bars" role="img" aria-label=label.join(", ")>{bars}</svg>
            <ol class="bar-labels" aria-hidden="true">{labels}</ol>
        </figure></section>
    }
    .into_any()
}

fn bar(place: usize, is_last: bool, month: &Month, most: i64) -> impl IntoView + use<> {
    let height = percent(month.amount.minor, most);
    let x = (STEP - BAR) / 2.0 + STEP * f64::from(u32::try_from(place).unwrap_or(0));
    view! {
        <rect class=is_last.then_some("this") x=format!("{x:.2}%") y=format!("{:.2}%", 100.0 - height)
            width=format!("{BAR:.2}%") height=format!("{height:.2}%") />
    }
}

/// What part `minor` is of `most`, in percent; enough for a picture.
fn percent(minor: i64, most: i64) -> f64 {
    let thousandths = i128::from(minor.max(0)) * 100_000 / i128::from(most.max(1));
    f64::from(i32::try_from(thousandths).unwrap_or(100_000)) / 1_000.0
}

fn said(month: &Month) -> String {
    format!("{} in {}", month.amount, name(month.first))
}

fn name(first: NaiveDate) -> String {
    first.format("%B %Y").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_shares_of_the_highest() {
        assert!((percent(500_000, 500_000) - 100.0).abs() < 1e-9);
        assert!((percent(1, 3) - 33.333).abs() < 1e-9);
        assert!(percent(-5, 10).abs() < 1e-9);
        assert!((percent(i64::MAX, i64::MAX) - 100.0).abs() < 1e-9);
    }
}
