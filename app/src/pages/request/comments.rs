//! `POST …/comments`: a word to everyone who follows the request.

use axum::response::Response;
use domain::{Error, requests::commands};

use super::{Here, show};
use crate::web::{PostedForm, Problem, answer};

pub async fn create(here: Here, PostedForm(fields): PostedForm) -> Result<Response, Problem> {
    let text = fields.text("text");
    let done = comment(&here, text).await;
    match done {
        Err(error @ (Error::Fields(_) | Error::Refused(_))) if !here.cx.bare.wants_json => {
            show::draw_with_draft(&here, text, error).await
        }
        done => Ok(answer(&here.cx.bare, done, &format!("{}#now", here.base()), "")),
    }
}

async fn comment(here: &Here, text: &str) -> domain::Result<()> {
    let request = here.request().await?;
    commands::comment(here.cx.db(), &here.scope, request, text, &[]).await
}
