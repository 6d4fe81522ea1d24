//! `GET` and `POST /desk/payments/plan`: when a card is tried again, when reminders go out, when work stands still, when it ends, and
//! what becomes of money that is too much.

use axum::response::Response;
use domain::{
    Error, FieldErrors,
    money::{Currency, Money},
    payments::{
        ChasingPlan, ExcessPolicy, LateFee,
        commands::{self, PolicyInput},
        queries,
    },
};
use leptos::prelude::*;

use super::PAGE;
use crate::{
    components::{
        field::{Field, summary, token},
        page_head::PageHead,
    },
    web::{Cx, DeskTab, Fields, Form, Frame, Operator, Page, PostedForm, Problem, redirect_with},
};

pub async fn show(Operator { cx, scope, .. }: Operator) -> Result<Response, Problem> {
    let policy = queries::policy(cx.db(), &scope).await?;
    let form = Form::of(fields_of(&policy, currency(&cx)?));
    Ok(page(&cx, &form))
}

pub async fn save(
    Operator { cx, scope, .. }: Operator,
    PostedForm(fields): PostedForm,
) -> Result<Response, Problem> {
    let saved = match read(&fields, currency(&cx)?) {
        Ok(policy) => commands::set_policy(cx.db(), &scope, &policy).await,
        Err(error) => Err(error),
    };
    match saved {
        Ok(()) => Ok(redirect_with(PAGE, "Saved. It holds for what is open now, too.")),
        Err(error) => Ok(page(&cx, &Form::failed(fields, error)?)),
    }
}

fn currency(cx: &Cx) -> Result<Currency, Problem> {
    cx.workspace.currency.parse().map_err(|_| Problem::bug("a workspace has no currency"))
}

fn fields_of(policy: &PolicyInput, currency: Currency) -> Fields {
    let list = |days: &[u32]| days.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let day = |days: Option<u32>| days.map(|days| days.to_string()).unwrap_or_default();
    let plan = &policy.chasing;
    let fee = plan.late_fee.map(|fee| Money::new(fee.minor, currency).in_full());
    let fee = fee.map(|fee| fee.chars().filter(|c| c.is_ascii_digit() || *c == '.').collect::<String>());
    Fields::default()
        .with("retry_days", list(&plan.retry_days))
        .with("remind_days", list(&plan.remind_days))
        .with("hold_days", day(plan.hold_days))
        .with("end_days", day(plan.end_days))
        .with("late_fee", fee.unwrap_or_default())
        .with("fee_level", plan.late_fee.map_or(2, |fee| fee.level).to_string())
        .with("excess_by_card", policy.excess_by_card.as_str())
        .with("excess_by_bank", policy.excess_by_bank.as_str())
}

fn read(fields: &Fields, currency: Currency) -> Result<PolicyInput, Error> {
    let mut errors = FieldErrors::new();
    let retry_days = days(&mut errors, fields, "retry_days");
    let remind_days = days(&mut errors, fields, "remind_days");
    let hold_days = day(&mut errors, fields, "hold_days");
    let end_days = day(&mut errors, fields, "end_days");
    let late_fee = match fields.text("late_fee") {
        "" => None,
        typed => match Money::parse(typed, currency) {
            Ok(money) => {
                Some(LateFee { level: fields.text("fee_level").parse().unwrap_or(2), minor: money.minor })
            }
            Err(error) => {
                errors.add("late_fee", error.to_string());
                None
            }
        },
    };
    errors.check()?;
    let excess = |name: &str, usual| fields.text(name).parse().unwrap_or(usual);
    Ok(PolicyInput {
        chasing: ChasingPlan { retry_days, remind_days, hold_days, end_days, late_fee },
        excess_by_card: excess("excess_by_card", ExcessPolicy::Refund),
        excess_by_bank: excess("excess_by_bank", ExcessPolicy::Balance),
    })
}

/// `3, 5, 7`.
fn days(errors: &mut FieldErrors, fields: &Fields, name: &str) -> Vec<u32> {
    let words =
        fields.text(name).split(|c: char| c == ',' || c.is_whitespace()).filter(|word| !word.is_empty());
    words.map(str::parse).collect::<Result<_, _>>().unwrap_or_else(|_| {
        errors.add(name, "List days as numbers, like 3, 5, 7.");
        Vec::new()
    })
}

fn day(errors: &mut FieldErrors, fields: &Fields, name: &str) -> Option<u32> {
    let typed = fields.text(name);
    if typed.is_empty() {
        return None;
    }
    let day = typed.parse().ok();
    if day.is_none() {
        errors.add(name, "Enter 1 to 365 days, or leave it empty.");
    }
    day
}

fn page(cx: &Cx, form: &Form) -> Response {
    let unit = cx.workspace.currency.parse().map_or("", Currency::code);
    let levels = (1..=6).map(|level: u32| (level.to_string(), format!("Reminder {level}"))).collect();
    let excess = || {
        vec![
            ("refund".to_owned(), "Send it back".to_owned()),
            ("balance".to_owned(), "Keep it as the client’s balance".to_owned()),
        ]
    };
    Page::new(cx, "Late payments", Frame::Desk(DeskTab::None)).status(form.status()).show(|| {
        view! {
            {PageHead::new("Late payments")
                .crumbs(&[("/desk/settings", "Settings"), (PAGE, "Payments")], "Late payments")
                .subtitle("What happens when an invoice isn’t paid. Clients see the dates where they pay and in each email.")
                .show()}
            <form class="form" method="post" action=format!("{PAGE}/plan") novalidate>
                {token(cx)}
                {summary(form)}
                {Field::text(form, "retry_days", "Try the card again").hint("Days after the first try, like 3, 5, 7. The client gets an email each time.").max(60).show()}
                {Field::text(form, "remind_days", "Send reminders").hint("Days after the due date.").max(60).show()}
                <div class="form-row">
                    {Field::number(form, "hold_days", "Pause work after", "days").hint("After the due date. It goes on the minute they pay. Empty for never.").max(3).show()}
                    {Field::number(form, "end_days", "End the subscription after", "days").hint("After the due date. Empty for never.").max(3).show()}
                </div>
                <div class="form-row">
                    {Field::number(form, "late_fee", "Late fee", unit).hint("Empty for none.").max(24).show()}
                    {Field::select(form, "fee_level", "Billed with", levels).show()}
                </div>
                <div class="form-row">
                    {Field::select(form, "excess_by_card", "Too much by card", excess()).show()}
                    {Field::select(form, "excess_by_bank", "Too much by bank", excess()).show()}
                </div>
                <div class="button-row">
                    <button class="button primary">"Save plan"</button>
                    <a class="button quiet" href=PAGE>"Cancel"</a>
                </div>
            </form>
        }
    })
}
