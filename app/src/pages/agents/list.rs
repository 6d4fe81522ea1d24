//! `GET /desk/agents`

use axum::response::Response;
use domain::agents::{self, AgentNow};
use islands::refresh::Refresh;
use leptos::prelude::*;

use super::rows;
use crate::{
    components::time::Times,
    pages::today::outlook,
    web::{DeskTab, FormToken, Frame, Operator, Page, Problem, fragment},
};

/// Everything on the page.
pub(super) struct AgentsView {
    pub agents: Vec<AgentNow>,
    pub times: Times,
    pub token: FormToken,
}

impl AgentsView {
    async fn load(operator: &Operator) -> Result<Self, Problem> {
        let Operator { cx, scope, .. } = operator;
        let agents = agents::queries::list_with_runs(cx.db(), scope).await?;
        Ok(Self { agents, times: Times::of(cx), token: cx.bare.token.clone() })
    }
}

pub async fn show(operator: Operator) -> Result<Response, Problem> {
    let outlook = outlook(&operator).await?;
    let agents = AgentsView::load(&operator).await?;
    let stream = outlook.stream.to_string();
    Ok(Page::new(&operator.cx, "Agents", Frame::Desk(DeskTab::Agents)).live().show(move || {
        view! {
            <div id="agents">{rows::all(&agents)}</div>
            <Refresh stream=stream from=outlook.next url="/desk/agents-parts" target="agents" />
        }
    }))
}

/// `GET /desk/agents-parts`: what the page reads again when something changes.
pub async fn parts(operator: Operator) -> Result<Response, Problem> {
    let agents = AgentsView::load(&operator).await?;
    Ok(fragment(|| rows::all(&agents)))
}
