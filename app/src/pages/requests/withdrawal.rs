//! Taking a request back.

use axum::response::Response;
use domain::{
    Result as Done,
    requests::{commands, queries},
};

use super::LIST;
use crate::web::{Member, Path, PostedForm, Problem, answer};

/// `POST /portal/requests/{number}/withdrawal`
pub async fn create(member: Member, Path(number): Path<u64>, _: PostedForm) -> Result<Response, Problem> {
    let bare = &member.cx.bare;
    let done = withdraw(&member, number).await;
    Ok(answer(bare, done, LIST, &format!("#{number} withdrawn.")))
}

async fn withdraw(member: &Member, number: u64) -> Done<()> {
    let request = queries::find(member.cx.db(), &member.scope, member.client, number).await?;
    commands::withdraw(member.cx.db(), &member.scope, request).await
}
