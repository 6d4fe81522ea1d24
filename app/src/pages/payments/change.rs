//! `POST /desk/payments/check` and `/removal`: looks at the key again, and forgets it.

use axum::response::Response;
use domain::payments::commands;

use super::PAGE;
use crate::web::{Operator, PostedForm, answer};

pub async fn check(Operator { cx, scope, .. }: Operator, PostedForm(_): PostedForm) -> Response {
    let providers = &*cx.bare.app.site.providers;
    let (done, words) = match commands::recheck(cx.db(), &scope, providers).await {
        Ok(account) if account.revoked_at.is_some() => (Ok(()), "Stripe doesn’t accept this key anymore."),
        Ok(account) if account.lacks.is_empty() => {
            (Ok(()), "The key works and has every permission it needs.")
        }
        Ok(_) => (Ok(()), "The key works, but it’s missing permissions."),
        Err(error) => (Err(error), ""),
    };
    answer(&cx.bare, done, PAGE, words)
}

pub async fn disconnect(Operator { cx, scope, .. }: Operator, PostedForm(_): PostedForm) -> Response {
    let done = commands::disconnect(cx.db(), &scope).await;
    answer(&cx.bare, done, PAGE, "Disconnected. Clients pay by bank transfer now.")
}
