use sqlx::types::Json;

use crate::{
    Db, FieldErrors, Result, Scope,
    audit::{self, NewEntry},
    payments::{ChasingPlan, ExcessPolicy},
    scope::operators_only,
};

/// The most days after which anything of the plan happens.
const MOST_DAYS: u32 = 365;
/// The most retries, and the most reminders.
const MOST_STEPS: usize = 6;

/// How a workspace takes money, as a form writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyInput {
    pub chasing: ChasingPlan,
    /// What becomes of money that is too much.
    pub excess_by_card: ExcessPolicy,
    pub excess_by_bank: ExcessPolicy,
}

/// Sets how the workspace chases what is not paid, and what becomes of money that is too much. It holds for what is open.
///
/// # Errors
/// Fields `retry_days`, `remind_days`, `hold_days`, `end_days`, `late_fee`; [`Error::NotFound`] for anyone but an operator.
pub async fn set_policy(db: &Db, scope: &Scope, input: &PolicyInput) -> Result<()> {
    operators_only(scope)?;
    check(&input.chasing)?;
    let mut tx = db.begin(scope).await?;
    sqlx::query!(
        "UPDATE workspace SET chasing = $2, excess_by_card = $3, excess_by_bank = $4 WHERE id = $1",
        scope.workspace.0,
        Json(&input.chasing) as _,
        input.excess_by_card.as_str(),
        input.excess_by_bank.as_str(),
    )
    .execute(tx.conn())
    .await?;
    audit::commands::record_in(&mut tx, scope, NewEntry::done("change_payment_plan", "")).await?;
    tx.commit().await
}

fn check(plan: &ChasingPlan) -> Result<()> {
    let mut errors = FieldErrors::new();
    for (field, days) in [("retry_days", &plan.retry_days), ("remind_days", &plan.remind_days)] {
        if days.len() > MOST_STEPS || days.iter().any(|day| !(1..=MOST_DAYS).contains(day)) {
            errors.add(field, "Enter up to six days, each from 1 to 365.");
        } else if !days.is_sorted_by(|one, next| one < next) {
            errors.add(field, "List the days from first to last, each only once.");
        }
    }
    for (field, days) in [("hold_days", plan.hold_days), ("end_days", plan.end_days)] {
        if days.is_some_and(|day| !(1..=MOST_DAYS).contains(&day)) {
            errors.add(field, "Enter 1 to 365 days, or leave it empty.");
        }
    }
    if let (Some(hold), Some(end)) = (plan.hold_days, plan.end_days)
        && end < hold
    {
        errors.add("end_days", "A subscription can’t end before its work is put on hold.");
    }
    if plan.late_fee.is_some_and(|fee| fee.minor < 0 || fee.level == 0) {
        errors.add("late_fee", "Enter an amount above zero, or leave it empty.");
    }
    errors.check()
}
