//! `GET /desk/agents/{agent}`, `POST /desk/agents/{agent}`: who an agent is, and how it is reached.

use axum::response::Response;
use domain::{
    agents::{self, Agent},
    ids::AgentId,
};

use super::{
    LIST,
    form::{Sheet, read_form},
    reach,
};
use crate::web::{Fields, Form, Operator, Path, PostedForm, Problem, redirect_with};

pub async fn edit(operator: Operator, Path(agent): Path<AgentId>) -> Result<Response, Problem> {
    let agent = find(&operator, agent).await?;
    let values = Fields::default()
        .with("name", agent.name.clone())
        .with("persona", agent.persona.clone())
        .with("client", agent.client.map(|client| client.to_string()).unwrap_or_default());
    let sheet = sheet(&operator, &agent, Form::of(reach::filled(values, &agent))).await?;
    sheet.draw(&operator).await
}

pub async fn save(
    operator: Operator,
    Path(agent): Path<AgentId>,
    PostedForm(fields): PostedForm,
) -> Result<Response, Problem> {
    let agent = find(&operator, agent).await?;
    if fields.text("do") == "try" {
        return try_out(&operator, &agent, fields).await;
    }
    let Operator { cx, scope, .. } = &operator;
    let done = match reach::read_form(&fields) {
        None => agents::commands::edit(cx.db(), scope, agent.id, read_form(&fields)).await,
        Some(reach) => match reach::check(&operator, &reach).await {
            Ok(()) => agents::commands::change(cx.db(), scope, agent.id, read_form(&fields), reach).await,
            refused => refused,
        },
    };
    match done {
        Ok(()) => Ok(redirect_with(LIST, "Saved.")),
        Err(error) => {
            let form = Form::failed(fields, error)?;
            sheet(&operator, &agent, form).await?.draw(&operator).await
        }
    }
}

/// Shows the form again with what came of trying; nothing is kept.
async fn try_out(operator: &Operator, agent: &Agent, fields: Fields) -> Result<Response, Problem> {
    let cx = &operator.cx;
    let kept = async {
        let reach = reach::read_form(&fields).unwrap_or_default();
        // The key goes only where it was set for.
        let kept = match reach.leads_elsewhere(agent) {
            true => None,
            false => agents::queries::kept_key(cx.db(), &operator.scope, agent.id).await?,
        };
        reach::try_out(operator, &reach, kept.map(|key| key.reveal().to_owned())).await
    };
    let (form, tried) = match kept.await {
        Ok(tried) => (Form::of(fields), Some(tried)),
        Err(error) => (Form::failed(fields, error)?, None),
    };
    let sheet = sheet(operator, agent, form).await?;
    Sheet { tried, ..sheet }.draw(operator).await
}

async fn sheet(operator: &Operator, agent: &Agent, form: Form) -> Result<Sheet, Problem> {
    let Operator { cx, scope, .. } = operator;
    let has_key = agents::queries::has_key(cx.db(), scope, agent.id).await?;
    let agent = Some((format!("{LIST}/{}", agent.id), agent.name.clone()));
    Ok(Sheet { form, agent, has_key, tried: None })
}

async fn find(operator: &Operator, agent: AgentId) -> domain::Result<Agent> {
    agents::queries::get(operator.cx.db(), &operator.scope, agent).await
}
