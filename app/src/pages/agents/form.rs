//! `GET /desk/agents/new`, `POST /desk/agents`: taking on an agent.

use axum::{extract::Query, response::Response};
use domain::{
    agents::{self, NewAgent},
    clients,
};
use leptos::prelude::*;
use serde::Deserialize;

use super::{LIST, reach};
use crate::{
    components::{field::Field, page_head::PageHead, post_form::PostForm},
    web::{DeskTab, Fields, Form, Frame, Operator, Page, PostedForm, Problem, redirect_with},
};

/// More clients than a person picks from a list; an agent of another one is made on that client's page.
const CHOICES: u32 = 200;

pub async fn new(operator: Operator, Query(wanted): Query<NewAgentQuery>) -> Result<Response, Problem> {
    let form = Form::of(reach::fresh(Fields::default().with("client", wanted.client)));
    Sheet::new(form).draw(&operator).await
}

/// For whom, where that is known already.
#[derive(Deserialize)]
pub struct NewAgentQuery {
    #[serde(default)]
    client: String,
}

pub async fn create(operator: Operator, PostedForm(fields): PostedForm) -> Result<Response, Problem> {
    if fields.text("do") == "try" {
        return try_out(&operator, fields).await;
    }
    let Operator { cx, scope, .. } = &operator;
    let done = match reach::read_form(&fields) {
        None => agents::commands::create(cx.db(), scope, read_form(&fields)).await,
        Some(reach) => match reach::check(&operator, &reach).await {
            Ok(()) => agents::commands::hire(cx.db(), scope, read_form(&fields), reach).await,
            Err(refused) => Err(refused),
        },
    };
    match done {
        Ok(_) => Ok(redirect_with(LIST, &format!("Added {}.", fields.text("name")))),
        Err(error) => {
            let form = Form::failed(fields, error)?;
            Sheet::new(form).draw(&operator).await
        }
    }
}

/// Shows the form again with what came of trying; nothing is kept.
async fn try_out(operator: &Operator, fields: Fields) -> Result<Response, Problem> {
    let reach = reach::read_form(&fields).unwrap_or_default();
    let (form, tried) = match reach::try_out(operator, &reach, None).await {
        Ok(tried) => (Form::of(fields), Some(tried)),
        Err(error) => (Form::failed(fields, error)?, None),
    };
    Sheet { tried, ..Sheet::new(form) }.draw(operator).await
}

/// What was typed. A client that is none is told at its field.
pub(super) fn read_form(fields: &Fields) -> NewAgent {
    NewAgent {
        name: fields.text("name").to_owned(),
        persona: fields.text("persona").to_owned(),
        client: fields.text("client").parse().ok(),
    }
}

/// The form as it is shown.
pub(super) struct Sheet {
    pub form: Form,
    /// The address and name of the one that is changed.
    pub agent: Option<(String, String)>,
    /// A key is set.
    pub has_key: bool,
    /// What came of trying it.
    pub tried: Option<Result<String, String>>,
}

impl Sheet {
    /// For one that is not there yet.
    fn new(form: Form) -> Self {
        Self { form, agent: None, has_key: false, tried: None }
    }

    pub(super) async fn draw(self, operator: &Operator) -> Result<Response, Problem> {
        let cx = &operator.cx;
        let choices = choices(operator, self.form.values.text("client")).await?;
        let title = self.agent.as_ref().map_or("New agent".to_owned(), |(_, name)| name.clone());
        let page = Page::new(cx, &title, Frame::Desk(DeskTab::Agents)).status(self.form.status());
        Ok(page.show(|| view(operator, self, choices)))
    }
}

/// Everyone, then the clients by name, with the chosen one among them.
async fn choices(operator: &Operator, chosen: &str) -> domain::Result<Vec<(String, String)>> {
    let Operator { cx, scope, .. } = operator;
    let found = clients::queries::search(cx.db(), scope, "", CHOICES).await?;
    let mut choices = vec![(String::new(), "All clients".to_owned())];
    choices.extend(found.into_iter().map(|client| (client.id.to_string(), client.name)));
    if let Ok(id) = chosen.parse()
        && !choices.iter().any(|(value, _)| value == chosen)
        && let Ok(client) = clients::queries::get(cx.db(), scope, id).await
    {
        choices.push((chosen.to_owned(), client.name));
    }
    Ok(choices)
}

fn view(operator: &Operator, sheet: Sheet, choices: Vec<(String, String)>) -> AnyView {
    let Sheet { form, agent, has_key, tried } = sheet;
    let form = &form;
    let (action, heading, word) = match agent {
        Some((action, name)) => (action, name, "Save"),
        None => (LIST.to_owned(), "New agent".to_owned(), "Add agent"),
    };
    view! {
        {PageHead::named(&heading).crumbs(&[(LIST, "Agents")], &heading).show()}
        {PostForm::new(&operator.cx, action, form).class("form agent-form")
            .fields(view! {
                {Field::text(form, "name", "Name").hint("Clients see this name on everything the agent writes.").required().max(60).show()}
                {Field::select(form, "client", "Works for", choices).required().show()}
                {Field::area(form, "persona", "How this agent works and writes", 8)
                    .hint("In your own words: tone, habits, what to avoid. The agent reads this before every request.")
                    .max(10_000)
                    .show()}
                {reach::fields(form, has_key)}
                {tried.map(found)}
            })
            .buttons(view! {
                <button class="button primary">{word}</button>
                <button class="button" name="do" value="try">"Test connection"</button>
                <a class="button quiet" href=LIST>"Back"</a>
            })
            .show()}
    }
    .into_any()
}

fn found(tried: Result<String, String>) -> AnyView {
    let (class, words) = match tried {
        Ok(words) => ("notice good", words),
        Err(words) => ("notice stop", words),
    };
    view! { <div class=class role="status" tabindex="-1" autofocus><p dir="auto">{words}</p></div> }
        .into_any()
}
