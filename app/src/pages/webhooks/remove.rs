//! `POST /desk/webhooks/{webhook}/removal`

use axum::response::Response;
use domain::{ids::WebhookId, webhooks};

use super::LIST;
use crate::web::{Operator, Path, PostedForm, answer};

pub async fn create(
    Operator { cx, scope, .. }: Operator,
    Path(webhook): Path<WebhookId>,
    PostedForm(_): PostedForm,
) -> Response {
    let done = webhooks::commands::remove(cx.db(), &scope, webhook).await;
    answer(&cx.bare, done, LIST, "Webhook removed. We’ve stopped sending events to it.")
}
