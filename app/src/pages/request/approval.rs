//! `POST …/approval/{approval}`: answers a question. The first answer counts; who comes later is told whose it was.

use axum::response::Response;
use domain::{
    Error,
    approvals::{self, AnswerOutcome},
    ids::ApprovalId,
};
use serde::Deserialize;

use super::Here;
use crate::components::time::Times;
use crate::web::{Path, PostedForm, answer};
/// Which question.
#[derive(Deserialize)]
pub struct ApprovalPath {
    approval: ApprovalId,
}

pub async fn create(
    here: Here,
    Path(ApprovalPath { approval }): Path<ApprovalPath>,
    PostedForm(fields): PostedForm,
) -> Response {
    let back = here.after(&fields);
    match settle(&here, approval, fields.text("answer")).await {
        Ok(note) => answer(&here.cx.bare, Ok(()), &back, &note),
        Err(error) => answer(&here.cx.bare, Err(error), &back, ""),
    }
}

async fn settle(here: &Here, approval: ApprovalId, key: &str) -> domain::Result<String> {
    match approvals::commands::answer(here.cx.db(), &here.scope, approval, key).await? {
        AnswerOutcome::Won { label } => Ok(format!("You answered “{label}”.")),
        AnswerOutcome::Kept { label, goes_on } => Ok(format!("You answered “{label}”. {goes_on}")),
        AnswerOutcome::Lost { by, label, at } => {
            let ago = Times::of(&here.cx).ago(at);
            Err(Error::refused(format!("{by} already answered “{label}” {ago}. You’re all set.")))
        }
        AnswerOutcome::Expired => Err(Error::refused(
            "Time ran out on this question, so work continued without an answer. Send a message to change course.",
        )),
    }
}
