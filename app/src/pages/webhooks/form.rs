//! `GET /desk/webhooks/new`, `POST /desk/webhooks`: making a webhook.

use axum::response::Response;
use domain::{
    Error, FieldErrors,
    webhooks::{self, EventKind, NewWebhook},
};
use leptos::prelude::*;
use url::Url;

use super::{LIST, secret};
use crate::{
    components::{
        field::{self, Field, checkbox},
        page_head::PageHead,
    },
    web::{DeskTab, Fields, Form, Frame, Operator, Page, PostedForm, Problem},
};

pub async fn new(operator: Operator) -> Result<Response, Problem> {
    let all =
        EventKind::ALL.iter().fold(Fields::default(), |fields, kind| fields.with("events", kind.as_str()));
    Ok(draw(&operator, &Form::of(all)))
}

pub async fn create(operator: Operator, PostedForm(fields): PostedForm) -> Result<Response, Problem> {
    let Operator { cx, scope, .. } = &operator;
    let made = match read_form(&operator, &fields).await {
        Ok(new) => webhooks::commands::create(cx.db(), scope, &new).await.map(|(_, secret)| (new, secret)),
        Err(error) => Err(error),
    };
    match made {
        Ok((new, text)) => Ok(secret::show(cx, &new.url, &text)),
        Err(error) => {
            let form = Form::failed(fields, error)?;
            Ok(draw(&operator, &form))
        }
    }
}

/// What was typed. Whether the address leads out is looked at whenever something is sent there, and now as far as it is
/// known.
pub(super) async fn read_form(operator: &Operator, fields: &Fields) -> domain::Result<NewWebhook> {
    let url = fields.text("url").to_owned();
    let is_web = Url::parse(&url).is_ok_and(|url| matches!(url.scheme(), "https" | "http") && url.has_host());
    let checked = match () {
        () if url.is_empty() => Ok(url.clone()),
        () if !is_web => Err("Enter a full URL, like https://example.com/hook.".to_owned()),
        () => operator.cx.bare.app.site.outward.check_known(&url).await,
    };
    if let Err(words) = checked {
        return Err(Error::Fields(FieldErrors::one("url", words)));
    }
    Ok(NewWebhook { url, events: fields.all("events").filter_map(|word| word.parse().ok()).collect() })
}

fn draw(operator: &Operator, form: &Form) -> Response {
    let page = Page::new(&operator.cx, "New webhook", Frame::Desk(DeskTab::None)).status(form.status());
    page.show(|| {
        view! {
            {PageHead::new("New webhook").crumbs(&[(LIST, "Webhooks")], "New webhook").show()}
            <form class="form" method="post" action=LIST novalidate>
                {field::token(&operator.cx)}
                {fields(form)}
                <div class="button-row">
                    <button class="button primary">"Create webhook"</button>
                    <a class="button quiet" href=LIST>"Back"</a>
                </div>
            </form>
        }
    })
}

/// The fields of a webhook, with what is wrong on top.
pub(super) fn fields(form: &Form) -> AnyView {
    let error = form.errors.of("events").map(str::to_owned);
    let chosen: Vec<&str> = form.values.all("events").collect();
    let boxes: Vec<_> = EventKind::ALL
        .into_iter()
        .map(|kind| {
            let checked = chosen.contains(&kind.as_str());
            let words = view! { {kind.label()}" "<small class="hint">{kind.as_str()}</small> };
            checkbox("events", Some(kind.as_str()), checked, words)
        })
        .collect();
    view! {
        {field::summary(form)}
        {Field::text(form, "url", "URL")
            .hint("We’ll POST events here. It has to be publicly reachable and return a 2xx within 15 seconds.")
            .required()
            .max(2_000)
            .show()}
        <fieldset class="field" id="events">
            <legend>"Events"</legend>
            <div class="choices">{boxes}</div>
            {error.map(|error| view! { <p class="field-error">{error}</p> })}
        </fieldset>
    }
    .into_any()
}
