//! `GET /desk/webhooks/{webhook}`: what was sent there lately, and how it is set.

use axum::response::Response;
use domain::{
    ids::WebhookId,
    webhooks::{self, Delivery, Webhook},
};
use leptos::prelude::*;

use super::{LIST, find, form, list, rows};
use crate::{
    components::{confirmation::Confirmation, field::token, page_head::PageHead, time::Times},
    web::{Cx, DeskTab, Fields, Form, Frame, Operator, Page, Path, Problem},
};

pub async fn show(operator: Operator, Path(webhook): Path<WebhookId>) -> Result<Response, Problem> {
    let found = find(&operator, webhook).await?;
    let values =
        found.events.iter().fold(Fields::default().with("url", found.url.clone()), |values, kind| {
            values.with("events", kind.as_str())
        });
    draw(&operator, found, Form::of(values)).await
}

/// The page, with its form as it was typed.
pub(super) async fn draw(operator: &Operator, of: Webhook, form: Form) -> Result<Response, Problem> {
    let Operator { cx, scope, .. } = operator;
    let sent = webhooks::queries::deliveries(cx.db(), scope, of.id).await;
    let sent = sent?;
    let times = Times::of(cx);
    let page = Page::new(cx, "Webhook", Frame::Desk(DeskTab::None)).status(form.status());
    Ok(page.show(|| view(cx, &of, &form, &sent, times)))
}

fn view(cx: &Cx, of: &Webhook, form: &Form, sent: &[Delivery], times: Times) -> AnyView {
    let base = format!("{LIST}/{}", of.id);
    view! {
        {PageHead::new("Webhook")
            .crumbs(&[(LIST, "Webhooks")], &of.url)
            .subtitle(view! { {list::state(of, times)}" "{of.url.clone()} })
            .show()}
        {failing(of)}
        <section class="section">
            <div class="section-head"><h2>"Recent deliveries"</h2></div>
            {rows::all(cx, &base, sent, times)}
            <form class="row-form" method="post" action=format!("{base}/deliveries")>
                {token(cx)}
                <label for="since">"Resend everything since"</label>
                <input class="input" type="datetime-local" id="since" name="since" required />
                <button class="button">"Send again"</button>
            </form>
        </section>
        <section class="section">
            <div class="section-head"><h2>"Settings"</h2></div>
            <form class="form" method="post" action=base.clone() novalidate>
                {token(cx)}
                {form::fields(form)}
                <div class="button-row"><button class="button primary">"Save"</button></div>
            </form>
        </section>
        {ends(cx, &base)}
    }
    .into_any()
}

fn failing(of: &Webhook) -> AnyView {
    let words = "This URL hasn’t accepted messages for three days, so we stopped retrying. Check the responses below, fix the problem, and resend.";
    let failing = of.failing_since.is_some();
    failing.then(|| view! { <div class="notice"><p dir="auto">{words}</p></div> }).into_any()
}

/// Another secret, and the end of it.
fn ends(cx: &Cx, base: &str) -> AnyView {
    view! {
        <section class="section">
            <div class="section-head"><h2>"Signing secret"</h2></div>
            <p>"You only see it once. A new secret replaces the old one right away, so update your app as soon as you have it."</p>
            <div class="button-row">
                <form method="post" action=format!("{base}/secret")>{token(cx)}<button class="button">"Generate new secret"</button></form>
                <button class="button quiet" type="button" popovertarget="remove">"Remove webhook"</button>
            </div>
{ Confirmation { id: "remove".to_owned(), question: "Remove this webhook?".to_owned(), action: format!("{base}/removal"), keep: "Keep", }.show("We’ll stop sending events and drop anything pending.", view! { { token(cx) }<button class = "button danger"> "Remove webhook"</ button> }) }
        </section>
    }
    .into_any()
}
