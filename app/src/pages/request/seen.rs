//! `POST …/seen`: what the other side wrote has been looked at.

use axum::response::Response;
use domain::requests::commands;

use super::Here;
use crate::web::{PostedForm, answer};

pub async fn create(here: Here, PostedForm(fields): PostedForm) -> Response {
    let done = see(&here).await;
    answer(&here.cx.bare, done, &here.after(&fields), "")
}

async fn see(here: &Here) -> domain::Result<()> {
    let request = here.request().await?;
    commands::see(here.cx.db(), &here.scope, request).await
}
