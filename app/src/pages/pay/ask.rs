//! `POST /pay/{token}/questions`: writes to whoever sent the invoice.

use axum::response::Response;
use domain::payments::commands;
use leptos::prelude::*;

use super::{Opened, open, view};
use crate::{
    components::field::{self, Field},
    web::{Cx, Form, Path, PostedForm, Problem, redirect_with},
};

pub async fn create(
    cx: Cx,
    Path(token): Path<String>,
    PostedForm(fields): PostedForm,
) -> Result<Response, Problem> {
    let opened = open(&cx, token).await?;
    let asked =
        commands::ask_about_invoice(cx.db(), &opened.scope, opened.invoice, fields.text("question")).await;
    match asked {
        Ok(()) => Ok(redirect_with(&opened.path(), "Sent. We’ll answer by email.")),
        Err(error) => {
            let form = Form::failed(fields, error)?;
            let pay = opened.view(&cx).await?;
            Ok(view::page(&cx, &opened, &pay, &form))
        }
    }
}

/// The form, folded until somebody has a question.
pub(super) fn form(cx: &Cx, opened: &Opened, form: &Form) -> AnyView {
    let action = format!("{}/questions", opened.path());
    let summary = format!("Questions? Write to {}", cx.workspace.name);
    let is_open = form.values.has("question");
    view! {
        <details class="more" open=is_open>
            <summary>{summary}</summary>
            <form class="form" method="post" action=action>
                {field::token(cx)}
                {is_open.then(|| field::summary(form))}
                {Field::area(form, "question", "Your question", 3).required().max(2_000).show()}
                <div class="button-row"><button class="button">"Send question"</button></div>
            </form>
        </details>
    }
    .into_any()
}
