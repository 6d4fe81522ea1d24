//! `POST /desk/agents/{agent}/rest`: an agent rests, or takes work again. What it has in hand it finishes.

use axum::response::Response;
use domain::{agents, ids::AgentId};

use super::LIST;
use crate::web::{Operator, Path, PostedForm, answer};

pub async fn create(
    operator: Operator,
    Path(agent): Path<AgentId>,
    PostedForm(fields): PostedForm,
) -> Response {
    let Operator { cx, scope, .. } = operator;
    let ready = fields.text("ready") == "yes";
    let done = agents::commands::set_ready(cx.db(), &scope, agent, ready).await;
    answer(
        &cx.bare,
        done,
        LIST,
        if ready { "Resumed. Taking work again." } else { "Will pause after finishing current work." },
    )
}
