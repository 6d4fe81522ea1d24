//! `GET` and `POST /desk/settings`: the workspace's name, storefront, working days, colour, terms and sender of invoices.

mod calendar;
mod form;
mod parts;
pub mod tax;
mod tax_view;

use axum::response::Response;
use domain::workspaces::{SettingsForm, commands, queries};
use leptos::prelude::*;

use crate::{
    components::field::{summary, token},
    components::page_head::PageHead,
    web::{Cx, DeskTab, Form, Frame, Operator, Page, PostedForm, Problem, redirect_with},
};

pub async fn show(Operator { cx, scope, .. }: Operator) -> Result<Response, Problem> {
    let settings = queries::settings(cx.db(), &scope).await?;
    Ok(page(&cx, &Form::of(form::fields(&SettingsForm::from(&settings)))))
}

pub async fn update(
    Operator { cx, scope, .. }: Operator,
    PostedForm(fields): PostedForm,
) -> Result<Response, Problem> {
    let mut typed = form::read_form(&fields);
    if form::restore(&mut typed, fields.text("restore")) {
        return Ok(page(&cx, &Form::of(form::fields(&typed))));
    }
    let kept = match typed.read() {
        Ok(settings) => commands::update(cx.db(), &scope, &settings).await,
        Err(error) => Err(error),
    };
    match kept {
        Ok(()) => Ok(redirect_with("/desk/settings", "Saved.")),
        Err(error) => {
            let form = Form::failed(form::fields(&typed), error)?;
            Ok(page(&cx, &form))
        }
    }
}

fn page(cx: &Cx, form: &Form) -> Response {
    Page::new(cx, "Settings", Frame::Desk(DeskTab::None)).status(form.status()).show(|| {
        view! {
            {PageHead::new("Settings")
                .actions(view! { <a class="button" href="/desk/payments">"Payments"</a> <a class="button" href="/desk/settings/tax">"Tax"</a>
                    <a class="button" href="/desk/audit">"Audit log"</a> })
                .show()}
            <form class="form" method="post" action="/desk/settings" novalidate>
                {token(cx)}
                {summary(form)}
                {parts::business(form)}
                {calendar::calendar(form, cx.workspace.locale)}
                {parts::colour(form)}
                {parts::papers(form)}
                <div class="button-row"><button class="button primary">"Save"</button></div>
                {parts::default_text()}
            </form>
        }
    })
}
