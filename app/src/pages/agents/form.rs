//! `GET /desk/agents/new`, `POST /desk/agents`: taking on an agent.

use axum::{extract::Query, response::Response};
use domain::{
    agents::{self, NewAgent},
    clients,
};
use leptos::prelude::*;
use serde::Deserialize;

use super::LIST;
use crate::{
    components::field::{self, Field},
    web::{DeskTab, Fields, Form, Frame, Operator, Page, Posted, Problem, redirect_with},
};

/// More clients than a person picks from a list; an agent of another one is made on that client's page.
const CHOICES: u32 = 200;

pub async fn new(operator: Operator, Query(wanted): Query<Wanted>) -> Result<Response, Problem> {
    let form = Form::of(Fields::default().with("client", wanted.client));
    draw(&operator, form, None).await
}

/// For whom, where that is known already.
#[derive(Deserialize)]
pub struct Wanted {
    #[serde(default)]
    client: String,
}

pub async fn create(operator: Operator, Posted(fields): Posted) -> Result<Response, Problem> {
    let Operator { cx, scope, .. } = &operator;
    match agents::create(cx.db(), scope, typed(&fields)).await {
        Ok(_) => Ok(redirect_with(LIST, &format!("{} is here.", fields.text("name")))),
        Err(error) => {
            let form = Form::failed(fields, error).map_err(|problem| problem.of(&cx.bare))?;
            draw(&operator, form, None).await
        }
    }
}

/// What was typed. A client that is none is told at its field.
pub(super) fn typed(fields: &Fields) -> NewAgent {
    NewAgent {
        name: fields.text("name").to_owned(),
        persona: fields.text("persona").to_owned(),
        client: fields.text("client").parse().ok(),
    }
}

/// The form; `agent`: the address and name of the one that is changed.
pub(super) async fn draw(
    operator: &Operator,
    form: Form,
    agent: Option<(String, String)>,
) -> Result<Response, Problem> {
    let cx = &operator.cx;
    let choices = choices(operator, form.values.text("client"))
        .await
        .map_err(|error| Problem::from(error).of(&cx.bare))?;
    let title = agent.as_ref().map_or("New agent".to_owned(), |(_, name)| name.clone());
    let page = Page::new(cx, &title, Frame::Desk(DeskTab::Agents)).status(form.status());
    Ok(page.show(|| view(operator, &form, choices, agent)))
}

/// Everyone, then the clients by name, with the chosen one among them.
async fn choices(operator: &Operator, chosen: &str) -> domain::Result<Vec<(String, String)>> {
    let Operator { cx, scope, .. } = operator;
    let found = clients::queries::find(cx.db(), scope, "", CHOICES).await?;
    let mut choices = vec![(String::new(), "Everyone".to_owned())];
    choices.extend(found.into_iter().map(|client| (client.id.to_string(), client.name)));
    if let Ok(id) = chosen.parse()
        && !choices.iter().any(|(value, _)| value == chosen)
        && let Ok(client) = clients::queries::get(cx.db(), scope, id).await
    {
        choices.push((chosen.to_owned(), client.name));
    }
    Ok(choices)
}

fn view(
    operator: &Operator,
    form: &Form,
    choices: Vec<(String, String)>,
    agent: Option<(String, String)>,
) -> AnyView {
    let (action, heading, word) = match agent {
        Some((action, name)) => (action, name, "Save"),
        None => (LIST.to_owned(), "New agent".to_owned(), "Take on"),
    };
    view! {
        <div class="page-head">
            <div>
                <nav class="crumbs" aria-label="Where you are">
                    <a href=LIST>"Agents"</a>
                    <span aria-current="page">{heading.clone()}</span>
                </nav>
                <h1>{heading}</h1>
            </div>
        </div>
        <form class="form" method="post" action=action novalidate>
            {field::token(&operator.cx)}
            {field::summary(form)}
            {Field::text(form, "name", "Name").hint("Clients see it beside everything they write.").required().max(60).show()}
            {Field::select(form, "client", "Works for", choices).required().show()}
            {Field::area(form, "persona", "How they work and speak", 8)
                .hint("In your words: tone, habits, what they never do. They read it before every piece of work.")
                .max(10_000)
                .show()}
            <div class="button-row">
                <button class="button primary">{word}</button>
                <a class="button quiet" href=LIST>"Back"</a>
            </div>
        </form>
    }
    .into_any()
}
