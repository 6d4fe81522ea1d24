//! `GET /desk/tokens/new`, `POST /desk/tokens`: making a token.

use axum::{extract::Query, response::Response};
use domain::{
    agents, clients,
    tokens::{self, NewToken, Right},
};
use leptos::prelude::*;
use serde::Deserialize;

use super::{LIST, made};
use crate::{
    components::{
        field::{Field, checkbox},
        page_head::PageHead,
        post_form::PostForm,
    },
    web::{DeskTab, Fields, Form, Frame, Operator, Page, PostedForm, Problem},
};

/// More clients than a person picks from a list.
const CHOICES: u32 = 200;

/// For which agent, where that is known already.
#[derive(Deserialize)]
pub struct NewTokenQuery {
    #[serde(default)]
    agent: String,
}

pub async fn new(operator: Operator, Query(wanted): Query<NewTokenQuery>) -> Result<Response, Problem> {
    draw(&operator, Form::of(Fields::default().with("agent", wanted.agent).with("read", "on"))).await
}

pub async fn create(operator: Operator, PostedForm(fields): PostedForm) -> Result<Response, Problem> {
    let Operator { cx, scope, .. } = &operator;
    let new = read_form(&fields);
    match tokens::commands::create(cx.db(), scope, new.clone()).await {
        Ok((_, text)) => Ok(made::show(cx, &new, &text)),
        Err(error) => {
            let form = Form::failed(fields, error)?;
            draw(&operator, form).await
        }
    }
}

fn read_form(fields: &Fields) -> NewToken {
    let boxes = [("read", Right::Read), ("write", Right::Write), ("dangerous", Right::Dangerous)];
    let ticked = boxes.into_iter().filter(|(name, _)| fields.has(name));
    NewToken {
        name: fields.text("name").to_owned(),
        agent: fields.text("agent").parse().ok(),
        client: fields.text("client").parse().ok(),
        rights: ticked.map(|(_, right)| right).collect(),
    }
}

type Choices = Vec<(String, String)>;

async fn draw(operator: &Operator, form: Form) -> Result<Response, Problem> {
    let cx = &operator.cx;
    let (agents, clients) = choices(operator).await?;
    let page = Page::new(cx, "New token", Frame::Desk(DeskTab::None)).status(form.status());
    Ok(page.show(|| view(operator, &form, agents, clients)))
}

async fn choices(operator: &Operator) -> domain::Result<(Choices, Choices)> {
    let Operator { cx, scope, .. } = operator;
    let mut agents = vec![(String::new(), "Me".to_owned())];
    let all = agents::queries::list(cx.db(), scope).await?.into_iter();
    agents.extend(all.map(|agent| (agent.id.to_string(), agent.name)));
    let mut clients = vec![(String::new(), "All clients".to_owned())];
    let all = clients::queries::search(cx.db(), scope, "", CHOICES).await?.into_iter();
    clients.extend(all.map(|client| (client.id.to_string(), client.name)));
    Ok((agents, clients))
}

fn view(operator: &Operator, form: &Form, agents: Choices, clients: Choices) -> AnyView {
    view! {
        {PageHead::new("New token").crumbs(&[(LIST, "Tokens")], "New token").show()}
        {PostForm::new(&operator.cx, LIST, form)
            .fields(view! {
                {Field::text(form, "name", "Name").hint("What will use it, like “Juno’s server”.").required().max(60).show()}
                {Field::select(form, "agent", "Acts as", agents)
                    .hint("An agent’s token can claim that agent’s runs and nothing else.")
                    .required()
                    .show()}
                {Field::select(form, "client", "Clients", clients).hint("If you limit it to one client, it can’t see the others.").required().show()}
                {rights(form)}
            })
            .submit_or_leave("Create token", "Back", LIST)
            .show()}
    }
    .into_any()
}

fn rights(form: &Form) -> AnyView {
    let boxes = [
        ("read", "Read", "Clients, requests, conversations, invoices."),
        ("write", "Write", "Changes you can undo: requests, moves, notes."),
        (
            "dangerous",
            "Request approval",
            "For anything that goes out or can’t be undone. Each one waits for your OK on Today.",
        ),
    ];
    let error = form.errors.of("rights").map(str::to_owned);
    let boxes: Vec<_> = boxes
        .into_iter()
        .map(|(name, word, hint)| {
            let checked = form.values.has(name);
            checkbox(name, None, checked, view! { {word}" "<small class="hint">{hint}</small> })
        })
        .collect();
    view! {
        <fieldset class="field" id="rights">
            <legend>"Permissions"</legend>
            <div class="choices">{boxes}</div>
            {error.map(|error| view! { <p class="field-error">{error}</p> })}
        </fieldset>
    }
    .into_any()
}
