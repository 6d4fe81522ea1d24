//! `GET /desk/agents/{agent}`, `POST /desk/agents/{agent}`: who an agent is.

use axum::{extract::Path, response::Response};
use domain::{
    Error,
    agents::{self, Agent},
};

use super::{
    LIST,
    form::{draw, typed},
};
use crate::web::{Fields, Form, Operator, Posted, Problem, redirect_with};

pub async fn edit(operator: Operator, Path(agent): Path<String>) -> Result<Response, Problem> {
    let agent = find(&operator, &agent).await?;
    let values = Fields::default()
        .with("name", agent.name.clone())
        .with("persona", agent.persona.clone())
        .with("client", agent.client.map(|client| client.to_string()).unwrap_or_default());
    draw(&operator, Form::of(values), Some(place(&agent))).await
}

pub async fn save(
    operator: Operator,
    Path(agent): Path<String>,
    Posted(fields): Posted,
) -> Result<Response, Problem> {
    let agent = find(&operator, &agent).await?;
    let Operator { cx, scope, .. } = &operator;
    match agents::edit(cx.db(), scope, agent.id, typed(&fields)).await {
        Ok(()) => Ok(redirect_with(LIST, "Saved.")),
        Err(error) => {
            let form = Form::failed(fields, error).map_err(|problem| problem.of(&cx.bare))?;
            draw(&operator, form, Some(place(&agent))).await
        }
    }
}

fn place(agent: &Agent) -> (String, String) {
    (format!("{LIST}/{}", agent.id), agent.name.clone())
}

async fn find(operator: &Operator, agent: &str) -> Result<Agent, Problem> {
    let Operator { cx, scope, .. } = operator;
    let found = match agent.parse() {
        Ok(id) => agents::get(cx.db(), scope, id).await,
        Err(_) => Err(Error::NotFound),
    };
    found.map_err(|error| Problem::from(error).of(&cx.bare))
}
