//! Taking a request back.

use axum::{extract::Path, response::Response};
use domain::{
    Result as Done,
    requests::{commands, queries},
};

use super::LIST;
use crate::web::{Member, Posted, Problem, answer};

/// `POST /portal/requests/{number}/withdrawal`
pub async fn create(member: Member, Path(number): Path<String>, _: Posted) -> Result<Response, Problem> {
    let bare = &member.cx.bare;
    let number = number.parse().map_err(|_| Problem::not_found())?;
    let done = withdraw(&member, number).await;
    Ok(answer(bare, done, LIST, &format!("#{number} withdrawn.")))
}

async fn withdraw(member: &Member, number: u64) -> Done<()> {
    let request = queries::find(member.cx.db(), &member.scope, member.client, number).await?;
    commands::withdraw(member.cx.db(), &member.scope, request).await
}
