//! `POST /desk/agents/{agent}/rest`: an agent rests, or takes work again. What it has in hand it finishes.

use axum::{extract::Path, response::Response};
use domain::{Error, agents};

use super::LIST;
use crate::web::{Operator, Posted, answer};

pub async fn create(operator: Operator, Path(agent): Path<String>, Posted(fields): Posted) -> Response {
    let Operator { cx, scope, .. } = operator;
    let ready = fields.text("ready") == "yes";
    let done = match agent.parse() {
        Ok(agent) => agents::commands::set_ready(cx.db(), &scope, agent, ready).await,
        Err(_) => Err(Error::NotFound),
    };
    answer(
        &cx.bare,
        done,
        LIST,
        if ready { "Resumed. Taking work again." } else { "Will pause after finishing current work." },
    )
}
