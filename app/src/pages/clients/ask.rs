//! `GET` and `POST /desk/clients/{client}/requests/new`: asking for work in a client's name.

use axum::response::Response;
use domain::{
    clients::Client,
    ids::ClientId,
    requests::{NewRequest, Priority, commands},
    secret,
};
use leptos::prelude::*;

use super::{LIST, find};
use crate::{
    components::{
        desk::{client_path, request_path},
        page_head::PageHead,
        post_form::PostForm,
    },
    pages::requests::form,
    web::{DeskTab, Fields, Form, Frame, Operator, Page, Path, PostedForm, Problem, redirect_with},
};

pub async fn new(operator: Operator, Path(client): Path<ClientId>) -> Result<Response, Problem> {
    let client = find(&operator, client).await?;
    let values = Fields::default().with("form_key", secret::random_token());
    draw(&operator, &client, &Form::of(values), false).await
}

pub async fn create(
    operator: Operator,
    Path(client): Path<ClientId>,
    PostedForm(fields): PostedForm,
) -> Result<Response, Problem> {
    let client = find(&operator, client).await?;
    let Operator { cx, scope, .. } = &operator;
    if fields.text("do") == "preview" {
        return draw(&operator, &client, &Form::of(fields), true).await;
    }
    match commands::create(cx.db(), &scope.within(client.id), read_form(&fields)).await {
        Ok(number) => Ok(redirect_with(&request_path(client.id, number), "Request added.")),
        Err(error) => {
            let form = Form::failed(fields, error)?;
            draw(&operator, &client, &form, false).await
        }
    }
}

fn read_form(fields: &Fields) -> NewRequest {
    let form_key = fields.text("form_key");
    NewRequest {
        title: fields.text("title").to_owned(),
        brief: fields.text("brief").to_owned(),
        priority: fields.text("priority").parse().unwrap_or(Priority::Normal),
        queue: fields.text("do") != "later",
        files: Vec::new(),
        form_key: (1..=80).contains(&form_key.len()).then(|| form_key.to_owned()),
    }
}

async fn draw(operator: &Operator, client: &Client, form: &Form, preview: bool) -> Result<Response, Problem> {
    let preview = form::preview(operator.cx.db(), &operator.scope, form, preview).await?;
    let page = Page::new(&operator.cx, "New request", Frame::Desk(DeskTab::Clients)).status(form.status());
    Ok(page.show(|| view(operator, client, form, preview)))
}

fn view(operator: &Operator, client: &Client, form: &Form, preview: Option<String>) -> AnyView {
    let back = client_path(client.id);
    view! {
        {PageHead::new(format!("New request for {}", client.name))
            .crumbs(&[(LIST, "Clients"), (&back, &client.name)], "New request")
            .show()}
        {PostForm::new(&operator.cx, format!("{back}/requests/new"), form)
            .fields(view! {
                <input type="hidden" name="form_key" value=form.values.text("form_key").to_owned() />
                {form::words(form, preview)}
                {form::priorities(form)}
            })
            .buttons(view! {
                <button class="button primary" name="do" value="ask">"Send request"</button>
                <button class="button" name="do" value="later">"Save to Backlog"</button>
                <p>"You can add files once it’s created."</p>
            })
            .show()}
    }
    .into_any()
}
