//! Changing what was asked, while nobody has started on it.

use axum::response::Response;
use domain::requests::{Column, Detail, commands, queries};
use islands::ask::Ask;
use leptos::prelude::*;

use super::{LIST, form};
use crate::{
    components::{confirmation::Confirmation, field, page_head::PageHead, request},
    web::{Fields, Form, Frame, Member, Page, Path, PortalTab, PostedForm, Problem, redirect_with},
};

const STARTED: &str = "Work has already started. Post your change in the conversation instead.";

/// `GET /portal/requests/{number}/edit`
pub async fn show(member: Member, Path(number): Path<u64>) -> Result<Response, Problem> {
    let detail = load(&member, number).await?;
    if !is_open(&detail) {
        return Ok(redirect_with(&request::path(detail.card.number), STARTED));
    }
    let values =
        Fields::default().with("title", detail.card.title.clone()).with("brief", detail.brief.clone());
    draw(&member, &detail, &Form::of(values), false).await
}

/// `POST /portal/requests/{number}/edit`: `do` is preview, or anything else to save.
pub async fn save(
    member: Member,
    Path(number): Path<u64>,
    PostedForm(fields): PostedForm,
) -> Result<Response, Problem> {
    let detail = load(&member, number).await?;
    if fields.text("do") == "preview" {
        return draw(&member, &detail, &Form::of(fields), true).await;
    }
    let (title, brief) = (fields.text("title"), fields.text("brief"));
    match commands::edit(member.cx.db(), &member.scope, detail.card.id, title, brief).await {
        Ok(()) => Ok(redirect_with(&request::path(detail.card.number), "Saved.")),
        Err(error) => {
            let form = Form::failed(fields, error)?;
            draw(&member, &detail, &form, false).await
        }
    }
}

async fn load(member: &Member, number: u64) -> domain::Result<Detail> {
    queries::by_number(member.cx.db(), &member.scope, member.client, number).await
}

fn is_open(detail: &Detail) -> bool {
    detail.withdrawn_at.is_none() && matches!(detail.card.column, Column::Backlog | Column::UpNext)
}

async fn draw(member: &Member, detail: &Detail, form: &Form, preview: bool) -> Result<Response, Problem> {
    let preview = form::preview(member.cx.db(), &member.scope, form, preview).await?;
    let page = Page::new(&member.cx, "Edit request", Frame::Portal(PortalTab::Requests)).workshop();
    Ok(page.status(form.status()).show(|| view(member, detail, form, preview)))
}

fn view(member: &Member, detail: &Detail, form: &Form, preview: Option<String>) -> AnyView {
    let path = request::path(detail.card.number);
    let above = [(LIST, "Requests"), (&path, &format!("#{}", detail.card.number))];
    view! {
        {PageHead::new("Edit your request")
            .crumbs(&above, "Change")
            .actions(view! { <button class="button danger" type="button" popovertarget="withdraw">"Withdraw…"</button> })
            .show()}
        <form class="form" id="ask" method="post" action=format!("{path}/edit")>
            {field::token(&member.cx)}
            {field::summary(form)}
            {form::words(form, preview)}
            <div class="button-row">
                <button class="button primary" name="do" value="save">"Save changes"</button>
                <a class="button quiet" href=path.clone()>"Cancel"</a>
            </div>
        </form>
        {withdrawal(member, &path, detail.card.number)}
        <Ask form="ask" />
    }
    .into_any()
}

/// Taking it back asks once, without a script.
fn withdrawal(member: &Member, path: &str, number: u64) -> AnyView {
    view! {
        {Confirmation {
            id: "withdraw".to_owned(),
            question: format!("Withdraw #{number}?"),
            action: format!("{path}/withdrawal"),
            keep: "Keep request",
        }
        .show("We won’t work on it. You can still open it by its number.", view! {
            {field::token(&member.cx)}
            <button class="button danger">"Withdraw request"</button>
        })}
    }
    .into_any()
}
