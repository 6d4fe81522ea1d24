//! `POST …/steer`: a word to the agent at work. What came of it stands in the conversation.

use axum::response::Response;
use domain::{Error, controls};

use super::{Here, show};
use crate::web::{PostedForm, Problem, answer};

pub async fn create(here: Here, PostedForm(fields): PostedForm) -> Result<Response, Problem> {
    let text = fields.text("text");
    match steer(&here, text).await {
        Err(error @ (Error::Fields(_) | Error::Refused(_))) if !here.cx.bare.wants_json => {
            show::draw_with_draft(&here, text, error).await
        }
        done => Ok(answer(&here.cx.bare, done, &format!("{}#now", here.base()), "")),
    }
}

async fn steer(here: &Here, text: &str) -> domain::Result<()> {
    let request = here.request().await?;
    controls::commands::steer(here.cx.db(), &here.scope, request, text).await.map(drop)
}
