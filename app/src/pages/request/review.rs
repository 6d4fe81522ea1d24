//! `POST …/review`: the client's word on what was delivered: approved, or a change and which.

use axum::response::Response;
use domain::{Error, reviews};

use super::{Here, show};
use crate::web::{Fields, PostedForm, Problem, answer};

pub async fn create(here: Here, PostedForm(fields): PostedForm) -> Result<Response, Problem> {
    let back = format!("{}#now", here.base());
    match review(&here, &fields).await {
        Ok(note) => Ok(answer(&here.cx.bare, Ok(()), &back, note)),
        Err(error @ (Error::Fields(_) | Error::Refused(_))) if wants_words(&here, &fields) => {
            show::draw_with_reason(&here, fields.text("reason"), error).await
        }
        Err(error) => Ok(answer(&here.cx.bare, Err(error), &back, "")),
    }
}

/// Whether a change was asked for in words, which must not be lost with the answer.
fn wants_words(here: &Here, fields: &Fields) -> bool {
    !here.cx.bare.wants_json && fields.text("verdict") == "change"
}

async fn review(here: &Here, fields: &Fields) -> domain::Result<&'static str> {
    let request = here.request().await?;
    let db = here.cx.db();
    match fields.text("verdict") {
        "approve" => reviews::commands::approve(db, &here.scope, request).await.map(|()| "Approved. Thanks!"),
        "change" => reviews::commands::ask_for_change(db, &here.scope, request, fields.text("reason"))
            .await
            .map(|()| "Sent back. We’re working on your revision."),
        _ => Err(Error::refused("Approve it or ask for a revision.")),
    }
}
