//! `POST /desk/webhooks/{webhook}/secret`: another secret; and the one page that shows it.

use axum::{extract::Path, response::Response};
use domain::webhooks;
use leptos::prelude::*;

use super::{LIST, find};
use crate::{
    components::crumbs::crumbs,
    islands::copy::Copy,
    web::{Cx, DeskTab, Frame, Operator, Page, Posted, Problem},
};

pub async fn create(
    operator: Operator,
    Path(webhook): Path<String>,
    Posted(_): Posted,
) -> Result<Response, Problem> {
    let found = find(&operator, &webhook).await?;
    let Operator { cx, scope, .. } = &operator;
    let secret = webhooks::rotate(cx.db(), scope, found.id).await;
    let secret = secret.map_err(|error| Problem::from(error).of(&cx.bare))?;
    Ok(show(cx, &found.url, &secret))
}

/// Shows the secret, this once.
pub(super) fn show(cx: &Cx, url: &str, secret: &str) -> Response {
    let (url, secret) = (url.to_owned(), secret.to_owned());
    Page::new(cx, "The webhook’s secret", Frame::Desk(DeskTab::None)).workshop().show(move || {
        view! {
            <div class="page-head"><div>
                {crumbs(&[(LIST, "Webhooks")], &url)}
                <h1>"Its secret"</h1>
                <p class="page-sub">"Copy it now: it is not shown again. You can always make another one."</p>
            </div></div>
            <div class="code-block"><pre tabindex="0"><code>{secret.clone()}</code></pre><Copy text=secret /></div>
            <section class="section">
                <p>"Your program checks each message with it, by any library for "<a href="https://www.standardwebhooks.com" rel="noreferrer">"Standard Webhooks"</a>": it reads the headers webhook-id, webhook-timestamp and webhook-signature, and the body as it came. The same message may come twice: go by its webhook-id."</p>
                <div class="button-row"><a class="button primary" href=LIST>"I have kept it"</a></div>
            </section>
        }
    })
}
