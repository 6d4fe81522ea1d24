//! `POST …/subscriptions/{subscription}/state` for operators and `POST /portal/billing/subscription` for a client: pause,
//! resume, end with the period or keep it after all, end now.

use axum::response::Response;
use domain::{
    Error, Result as Done, Scope,
    billing::{
        commands::{self, PauseOutcome},
        queries,
    },
    ids::SubscriptionId,
};

use crate::web::{Cx, Member, Operator, Path, PostedForm, Problem, answer};

pub async fn update(
    Operator { cx, scope, .. }: Operator,
    Path(subscription): Path<SubscriptionId>,
    PostedForm(fields): PostedForm,
) -> Result<Response, Problem> {
    let (done, note) = change(&cx, &scope, subscription, fields.text("state")).await;
    Ok(answer(&cx.bare, done, &fields.back("/desk/billing"), note))
}

/// The subscription that the member's client holds.
pub async fn update_mine(
    Member { cx, scope, client, .. }: Member,
    PostedForm(fields): PostedForm,
) -> Result<Response, Problem> {
    let held = queries::find_subscription(cx.db(), &scope, client)
        .await
        .and_then(|held| held.ok_or(Error::NotFound));
    let (done, note) = match held {
        Ok(held) => change(&cx, &scope, held.id, fields.text("state")).await,
        Err(error) => (Err(error), ""),
    };
    Ok(answer(&cx.bare, done, "/portal/billing", note))
}

async fn change(
    cx: &Cx,
    scope: &Scope,
    subscription: SubscriptionId,
    state: &str,
) -> (Done<()>, &'static str) {
    let db = cx.db();
    match state {
        "paused" => match commands::pause(db, scope, subscription).await {
            Ok(PauseOutcome::Now) => (Ok(()), "Subscription paused. The remaining time is saved."),
            Ok(PauseOutcome::AfterWork) => (Ok(()), "It pauses when the work in hand is done."),
            Err(error) => (Err(error), ""),
        },
        "started" => (commands::begin_unpaid(db, scope, subscription).await, "Started. Work begins now."),
        "active" => {
            (commands::resume(db, scope, subscription).await, "Subscription resumed. Work is back on.")
        }
        "ending" => (
            commands::end_with_period(db, scope, subscription, true).await,
            "Set to end when this period does.",
        ),
        "kept" => (
            commands::end_with_period(db, scope, subscription, false).await,
            "Subscription kept. It will renew as usual.",
        ),
        "ended" => (commands::end_now(db, scope, subscription).await, "Subscription canceled."),
        _ => (Err(Error::NotFound), ""),
    }
}
