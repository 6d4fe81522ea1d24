//! `POST …/approval/{approval}`: answers a question. The first answer counts; who comes later is told whose it was.

use axum::{extract::Path, response::Response};
use domain::{
    Error,
    approvals::{self, AnswerOutcome},
    ids::ApprovalId,
};

use super::Here;
use crate::components::time::Times;
use crate::web::{Posted, answer};

pub async fn create(
    here: Here,
    Path(params): Path<Vec<(String, String)>>,
    Posted(fields): Posted,
) -> Response {
    let approval =
        params.iter().find(|(name, _)| name == "approval").and_then(|(_, value)| value.parse().ok());
    let back = here.after(&fields);
    match settle(&here, approval, fields.text("answer")).await {
        Ok(note) => answer(&here.cx.bare, Ok(()), &back, &note),
        Err(error) => answer(&here.cx.bare, Err(error), &back, ""),
    }
}

async fn settle(here: &Here, approval: Option<ApprovalId>, key: &str) -> domain::Result<String> {
    let approval = approval.ok_or(Error::NotFound)?;
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
