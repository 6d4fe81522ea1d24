//! Monthly recurring revenue as a small chart of twelve bars.

use domain::{
    billing::queries::{MonthRevenue, Recurring},
    format,
};
use leptos::prelude::*;

use crate::components::bars::{self, Bar};

/// The chart; nothing before there is any revenue.
pub fn chart(recurring: &Recurring) -> AnyView {
    let last = recurring.months.len().saturating_sub(1);
    let bar = |(place, month): (usize, &MonthRevenue)| Bar {
        short: format::short_month(month.first),
        said: format!("{} in {}", month.amount, format::month(month.first)),
        amount: month.amount.minor,
        this: place == last,
        href: None,
    };
    let bars: Vec<Bar> = recurring.months.iter().enumerate().map(bar).collect();
    bars::chart("Monthly recurring revenue", &bars)
}
