//! A small chart of bars, such as of twelve months; the same numbers stand in its label.

use leptos::prelude::*;

/// One bar.
pub struct Bar {
    /// What stands under it.
    pub short: String,
    /// What it says: `$5,000 in May 2026`.
    pub said: String,
    pub amount: i64,
    /// It is the one that the page is about.
    pub this: bool,
    /// Where it leads.
    pub href: Option<String>,
}

/// The share of a bar's place that the bar takes.
const FILLED: f64 = 0.72;

/// The chart with its caption; nothing where there is nothing to show yet.
pub fn chart(caption: &'static str, bars: &[Bar]) -> AnyView {
    let most = bars.iter().map(|bar| bar.amount).max().unwrap_or(0);
    if most <= 0 {
        return ().into_any();
    }
    let step = 100.0 / f64::from(u32::try_from(bars.len()).unwrap_or(1).max(1));
    let drawn: Vec<_> = bars
        .iter()
        .zip(0_u32..)
        .map(|(bar, place)| rect(bar, step * f64::from(place), step, percent(bar.amount, most)))
        .collect();
    let labels: Vec<_> = bars.iter().map(label).collect();
    let spoken: Vec<&str> = bars.iter().map(|bar| bar.said.as_str()).collect();
    let this = bars.iter().find(|bar| bar.this).map(|bar| bar.said.clone());
    // Links have to be read, where the bars say the same as their picture's label.
    let hidden = bars.iter().all(|bar| bar.href.is_none()).then_some("true");
    view! {
        <section class="section"><figure class="chart">
            <figcaption><b>{caption}</b><span>{this}</span></figcaption>
            <svg class="bars" role="img" aria-label=spoken.join(", ")>{drawn}</svg>
            <ol class="bar-labels" aria-hidden=hidden>{labels}</ol>
        </figure></section>
    }
    .into_any()
}

fn rect(bar: &Bar, x: f64, step: f64, height: f64) -> impl IntoView + use<> {
    let width = step * FILLED;
    view! {
        <rect class=bar.this.then_some("this") x=format!("{:.2}%", x + (step - width) / 2.0) y=format!("{:.2}%", 100.0 - height)
            width=format!("{width:.2}%") height=format!("{height:.2}%") />
    }
}

fn label(bar: &Bar) -> impl IntoView + use<> {
    let current = bar.this.then_some("true");
    let (short, said) = (bar.short.clone(), bar.said.clone());
    match bar.href.clone() {
        Some(href) => {
            view! { <li><a href=href aria-current=current aria-label=said>{short}</a></li> }.into_any()
        }
        None => view! { <li>{short}</li> }.into_any(),
    }
}

/// What part `amount` is of `most`, in percent; enough for a picture.
fn percent(amount: i64, most: i64) -> f64 {
    let thousandths = i128::from(amount.max(0)) * 100_000 / i128::from(most.max(1));
    f64::from(i32::try_from(thousandths).unwrap_or(100_000)) / 1_000.0
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
