//! `POST /desk/webhooks/{webhook}/removal`

use axum::{extract::Path, response::Response};
use domain::{Error, webhooks};

use super::LIST;
use crate::web::{Operator, Posted, answer};

pub async fn create(
    Operator { cx, scope, .. }: Operator,
    Path(webhook): Path<String>,
    Posted(_): Posted,
) -> Response {
    let done = match webhook.parse() {
        Ok(webhook) => webhooks::commands::remove(cx.db(), &scope, webhook).await,
        Err(_) => Err(Error::NotFound),
    };
    answer(&cx.bare, done, LIST, "Webhook removed. We’ve stopped sending events to it.")
}
