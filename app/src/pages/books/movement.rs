//! How recurring revenue moved, as a picture: what came above the line, what went below it; the numbers stand in a table.

use domain::{books::MonthMovement, format};
use leptos::prelude::*;

/// The picture's height; what came takes as much of it as its share of the highest month with what went below it.
const HEIGHT: f64 = 200.0;
const STEP: f64 = 60.0;
const WIDTH: f64 = 40.0;

/// The chart with its table; a word where nothing has moved yet.
pub(super) fn chart(months: &[MonthMovement]) -> AnyView {
    let came = |month: &MonthMovement| month.new.minor.saturating_add(month.grown.minor);
    let went = |month: &MonthMovement| month.lost.minor.saturating_add(month.shrunk.minor);
    let (up, down) = (months.iter().map(came).max().unwrap_or(0), months.iter().map(went).max().unwrap_or(0));
    let all = up.saturating_add(down);
    if all == 0 {
        return view! { <p class="soft">"No recurring revenue is paid for yet."</p> }.into_any();
    }
    let line = share(up, all);
    let bars: Vec<_> = months
        .iter()
        .zip(0_u32..)
        .map(|(month, place)| {
            let x = STEP * f64::from(place) + (STEP - WIDTH) / 2.0;
            let (new, grown) = (share(month.new.minor, all), share(month.grown.minor, all));
            let (lost, shrunk) = (share(month.lost.minor, all), share(month.shrunk.minor, all));
            view! {
                {rect(x, line - new, new, true)}
                {rect(x, line - new - grown, grown, false)}
                {rect(x, line, lost, true)}
                {rect(x, line + lost, shrunk, false)}
            }
        })
        .collect();
    let rows: Vec<_> = months.iter().rev().map(row).collect();
    let width = STEP * f64::from(u32::try_from(months.len()).unwrap_or(1));
    view! {
        <section class="section" aria-labelledby="movement">
            <div class="section-head"><h2 id="movement">"Recurring revenue"</h2></div>
            <svg class="bars" viewBox=format!("0 0 {width:.0} {HEIGHT:.0}") preserveAspectRatio="none" aria-hidden="true">
                {bars}
                <path d=format!("M0 {line:.2}H{width:.0}") stroke="currentColor" stroke-width="1" vector-effect="non-scaling-stroke" />
            </svg>
            <p class="hint">"Above the line: new clients, and paler, clients who pay more. Below it: clients who left, and paler, clients who pay less. What each pays now is counted for the months before."</p>
            <table class="table stacks">
                <thead><tr>
                    <th scope="col">"Month"</th><th scope="col" class="end">"New"</th><th scope="col" class="end">"Grown"</th>
                    <th scope="col" class="end">"Shrunk"</th><th scope="col" class="end">"Lost"</th>
                    <th scope="col" class="end">"At its end"</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </section>
    }
    .into_any()
}

fn rect(x: f64, y: f64, height: f64, strong: bool) -> Option<impl IntoView + use<>> {
    (height > 0.0).then(|| {
        view! {
            <rect class=strong.then_some("this") x=format!("{x:.2}") y=format!("{y:.2}") width=format!("{WIDTH:.2}")
                height=format!("{height:.2}") />
        }
    })
}

fn row(month: &MonthMovement) -> impl IntoView + use<> {
    view! {
        <tr>
            <th scope="row">{format::month(month.first)}</th>
            <td data-label="New" class="end nowrap">{month.new.to_string()}</td>
            <td data-label="Grown" class="end nowrap">{month.grown.to_string()}</td>
            <td data-label="Shrunk" class="end nowrap">{month.shrunk.to_string()}</td>
            <td data-label="Lost" class="end nowrap">{month.lost.to_string()}</td>
            <td data-label="At its end" class="end nowrap">{month.amount.to_string()}</td>
        </tr>
    }
}

/// What part of the picture's height `amount` of `all` takes; enough for a picture.
fn share(amount: i64, all: i64) -> f64 {
    let thousandths = i128::from(amount.max(0)) * 1_000 / i128::from(all.max(1));
    f64::from(i32::try_from(thousandths).unwrap_or(1_000)) / 1_000.0 * HEIGHT
}
