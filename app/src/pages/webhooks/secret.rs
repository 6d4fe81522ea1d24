//! `POST /desk/webhooks/{webhook}/secret`: another secret; and the one page that shows it.

use axum::response::Response;
use domain::{ids::WebhookId, webhooks};
use islands::copy::Copy;
use leptos::prelude::*;

use super::{LIST, find};
use crate::{
    components::page_head::PageHead,
    web::{Cx, DeskTab, Frame, Operator, Page, Path, PostedForm, Problem},
};

pub async fn create(
    operator: Operator,
    Path(webhook): Path<WebhookId>,
    PostedForm(_): PostedForm,
) -> Result<Response, Problem> {
    let found = find(&operator, webhook).await?;
    let Operator { cx, scope, .. } = &operator;
    let secret = webhooks::commands::rotate(cx.db(), scope, found.id).await?;
    Ok(show(cx, &found.url, &secret))
}

/// Shows the secret, this once.
pub(super) fn show(cx: &Cx, url: &str, secret: &str) -> Response {
    let (url, secret) = (url.to_owned(), secret.to_owned());
    Page::new(cx, "The webhook’s secret", Frame::Desk(DeskTab::None)).workshop().show(move || {
        view! {
            {PageHead::new("Signing secret")
                .crumbs(&[(LIST, "Webhooks")], &url)
                .subtitle("Copy it now. You won’t see it again, but you can always generate a new one.")
                .show()}
            <div class="code-block"><pre tabindex="0"><code>{secret.clone()}</code></pre><Copy text=secret /></div>
            <section class="section">
                <p>"Use it to verify each message with any library for "<a href="https://www.standardwebhooks.com" rel="noreferrer">"Standard Webhooks"</a>". Pass it the webhook-id, webhook-timestamp, and webhook-signature headers and the raw body. You may get the same message twice, so dedupe by webhook-id."</p>
                <div class="button-row"><a class="button primary" href=LIST>"I’ve saved it"</a></div>
            </section>
        }
    })
}
