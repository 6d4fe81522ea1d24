//! Markdown as it will read, and files on their way, while a request is being written.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use domain::{Error, files, markdown};
use leptos::prelude::*;

use super::form;
use crate::{
    pages::files::upload::FormWithFiles,
    web::{Member, PostedForm, Problem, fragment},
};

/// `POST /portal/markdown`: what `brief` reads like, as a part of the page.
pub async fn markdown(member: Member, PostedForm(fields): PostedForm) -> Result<Response, Problem> {
    let html = markdown::preview(member.cx.db(), &member.scope, fields.raw("brief")).await?;
    Ok(fragment(move || view! { <div class="prose" inner_html=html></div> }))
}

/// `POST /portal/files`: a file that is chosen before its form is sent; answers how the form shows it.
pub async fn file(member: Member, form: FormWithFiles) -> Result<Response, Problem> {
    let bare = &member.cx.bare;
    let received = form.receive(bare, &member.scope, None).await?;
    let Some(id) = received.files.first() else {
        return Err(Error::refused("We didn’t get a file. Choose it again.").into());
    };
    let file = files::queries::get(member.cx.db(), &member.scope, *id).await?;
    let html = form::file(&file).to_html();
    Ok(Json(serde_json::json!({ "ok": true, "html": html })).into_response())
}
