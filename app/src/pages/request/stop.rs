//! `POST …/stop`: stops the work. Whoever asked is told what came of it, here or, once the agent has answered, in the
//! conversation.

use axum::response::Response;
use domain::controls::{self, Outcome};

use super::Here;
use crate::web::{PostedForm, answer};

pub async fn create(here: Here, PostedForm(fields): PostedForm) -> Response {
    let back = here.after(&fields);
    match stop(&here).await {
        Ok(note) => answer(&here.cx.bare, Ok(()), &back, note),
        Err(error) => answer(&here.cx.bare, Err(error), &back, ""),
    }
}

async fn stop(here: &Here) -> domain::Result<&'static str> {
    let request = here.request().await?;
    let asked = controls::commands::stop(here.cx.db(), &here.scope, request).await?;
    Ok(match asked.settled {
        None => "Stop requested. We’ll confirm here when work has stopped.",
        Some(Outcome::Done) => "Stopped.",
        Some(_) => "Work had already ended.",
    })
}
