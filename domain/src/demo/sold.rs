//! What the workspace sells.

use crate::{
    money::{Currency, Money},
    offers::{IntakeField, IntakeKind, Interval, OfferDraft, PricingOptions, Starts, Terms},
};

pub(super) fn two_at_a_time() -> OfferDraft {
    draft(
        "Two at a time",
        "For offices with something always in the works.",
        500_000,
        2,
        None,
        &["Pause any time and keep your unused days"],
    )
}

pub(super) fn one_at_a_time() -> OfferDraft {
    draft(
        "One at a time",
        "For steady work, one thing after another.",
        300_000,
        1,
        Some(2),
        &["Pause any time and keep your unused days"],
    )
}

fn draft(
    name: &str,
    summary: &str,
    minor: i64,
    active_limit: u32,
    revisions: Option<u32>,
    points: &[&str],
) -> OfferDraft {
    OfferDraft {
        name: name.into(),
        summary: summary.into(),
        vertical: "law offices, insurance agencies, and real estate agencies".into(),
        terms: Terms {
            price: Money::new(minor, Currency::USD),
            interval: Interval::Month,
            active_limit,
            cycle_hours: 48,
            revisions,
            starts: Starts::AtOnce,
            pricing: PricingOptions::default(),
        },
        points: points.iter().map(|point| (*point).to_owned()).collect(),
        intake: intake(),
    }
}

fn intake() -> Vec<IntakeField> {
    let field = |key: &str, label: &str, hint: &str, kind, options: &[&str], required| IntakeField {
        key: key.into(),
        label: label.into(),
        hint: hint.into(),
        kind,
        options: options.iter().map(|option| (*option).to_owned()).collect(),
        required,
    };
    vec![
        field("field", "What does your business do?", "A sentence is enough.", IntakeKind::Text, &[], true),
        field(
            "tone",
            "How do you write to your clients?",
            "",
            IntakeKind::Choice,
            &["Formal", "Friendly and plain", "Brief"],
            true,
        ),
        field(
            "first",
            "What would you hand off first?",
            "Whatever keeps you late at the office.",
            IntakeKind::Long,
            &[],
            false,
        ),
    ]
}
