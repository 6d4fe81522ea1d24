//! The plan for what is not paid: when a card is tried again, when reminders go out, when work stands still, when it ends. One
//! pure function says it all, so that the page, the mails and the job never tell three stories.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::money::Money;

/// How a workspace goes after what is not paid. Days are whole days of 24 hours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ChasingPlan {
    /// Days after the first try on which a card is charged again.
    pub retry_days: Vec<u32>,
    /// Days after the due date on which a reminder goes out; each is a level of its own.
    pub remind_days: Vec<u32>,
    /// Days after the due date when work stands still; none: never.
    pub hold_days: Option<u32>,
    /// Days after the due date when the subscription ends; none: never.
    pub end_days: Option<u32>,
    pub late_fee: Option<LateFee>,
}

/// What is billed for being late.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LateFee {
    /// With which reminder, from 1.
    pub level: u32,
    /// In minor units of the invoice's own currency.
    pub minor: i64,
}

impl Default for ChasingPlan {
    fn default() -> Self {
        Self {
            retry_days: vec![3, 5, 7],
            remind_days: vec![3, 10, 20],
            hold_days: Some(14),
            end_days: Some(30),
            late_fee: None,
        }
    }
}

/// What the plan asks of an invoice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChasedInvoice {
    pub issued_at: DateTime<Utc>,
    pub due_at: DateTime<Utc>,
    /// It is the renewal of a subscription that runs: its card is charged by itself, and work may stand still for it.
    pub is_renewal: bool,
    /// Whether there is a card to charge.
    pub has_card: bool,
    /// What is left to pay.
    pub rest: Money,
}

/// A try with the card on file that nobody pressed for, and whether another one may help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChasingTry {
    pub at: DateTime<Utc>,
    pub may_retry: bool,
}

/// What happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlanStepKind {
    /// The card on file is charged; `nth` counts from 1.
    Charge { nth: u32 },
    /// It is due: the last day on which it is in time.
    Due,
    /// A reminder goes out, from level 1; with what it adds to the bill.
    Remind { level: u32, fee: Option<Money> },
    /// Work stands still.
    Hold,
    /// The subscription ends.
    End,
}

/// A step of the plan, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanStep {
    pub at: DateTime<Utc>,
    pub kind: PlanStepKind,
    /// Its time has come.
    pub is_past: bool,
}

impl PlanStepKind {
    /// What happens, in the words of the page and the mails.
    pub fn label(&self) -> String {
        match self {
            Self::Charge { nth: 1 } => "We charge your card".to_owned(),
            Self::Charge { .. } => "We try your card again".to_owned(),
            Self::Due => "Payment is due".to_owned(),
            Self::Remind { fee: Some(fee), .. } => format!("We send a reminder and bill a late fee of {fee}"),
            Self::Remind { .. } => "We send a reminder".to_owned(),
            Self::Hold => "Work is put on hold until the invoice is paid".to_owned(),
            Self::End => "Your subscription ends".to_owned(),
        }
    }
}

/// What happens when, oldest first: what has happened, and what will as long as it is not paid.
pub fn plan_for(
    invoice: &ChasedInvoice,
    plan: &ChasingPlan,
    tries: &[ChasingTry],
    now: DateTime<Utc>,
) -> Vec<PlanStep> {
    let mut steps = charges(invoice, plan, tries);
    let after_due = |days: u32| invoice.due_at + TimeDelta::days(days.into());
    steps.push((invoice.due_at, PlanStepKind::Due));
    for (level, days) in (1..).zip(&plan.remind_days) {
        let fee = plan.late_fee.filter(|fee| fee.level == level && fee.minor > 0);
        let fee = fee.map(|fee| Money::new(fee.minor, invoice.rest.currency));
        steps.push((after_due(*days), PlanStepKind::Remind { level, fee }));
    }
    if invoice.is_renewal {
        steps.extend(plan.hold_days.map(|days| (after_due(days), PlanStepKind::Hold)));
        steps.extend(plan.end_days.map(|days| (after_due(days), PlanStepKind::End)));
    }
    steps.sort_by_key(|(at, _)| *at);
    // Nothing follows the end.
    if let Some(end) = steps.iter().position(|(_, kind)| *kind == PlanStepKind::End) {
        steps.truncate(end + 1);
    }
    steps.into_iter().map(|(at, kind)| PlanStep { at, kind, is_past: at <= now }).collect()
}

/// The charges that were made, and those to come: the first when it is issued, the others so many days after that one.
fn charges(
    invoice: &ChasedInvoice,
    plan: &ChasingPlan,
    tries: &[ChasingTry],
) -> Vec<(DateTime<Utc>, PlanStepKind)> {
    let made = (1..).zip(tries).map(|(nth, made)| (made.at, PlanStepKind::Charge { nth }));
    let mut all: Vec<_> = made.collect();
    if invoice.is_renewal
        && let Some(at) = next_charge(invoice, plan, tries)
    {
        let first = tries.first().map_or(at, |made| made.at);
        let after = plan.retry_days.iter().map(|days| first + TimeDelta::days((*days).into()));
        let to_come: Vec<_> = std::iter::once(at).chain(after.filter(|later| *later > at)).collect();
        let nth = u32::try_from(tries.len()).unwrap_or(u32::MAX).saturating_add(1);
        all.extend((nth..).zip(to_come).map(|(nth, at)| (at, PlanStepKind::Charge { nth })));
    }
    all
}

/// When the card on file is charged next; none where the plan is at its end, or another try with that card is no use.
pub fn next_charge(
    invoice: &ChasedInvoice,
    plan: &ChasingPlan,
    tries: &[ChasingTry],
) -> Option<DateTime<Utc>> {
    if !invoice.is_renewal || !invoice.has_card {
        return None;
    }
    let Some(first) = tries.first() else { return Some(invoice.issued_at) };
    if tries.last().is_some_and(|last| !last.may_retry) {
        return None;
    }
    let days = plan.retry_days.get(tries.len() - 1)?;
    Some(first.at + TimeDelta::days((*days).into()))
}
