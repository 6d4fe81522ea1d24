//! `POST …/retry`: takes the work up again after it was stopped or broke off.

use axum::response::Response;
use domain::runs;

use super::Here;
use crate::web::{PostedForm, answer};

pub async fn create(here: Here, PostedForm(fields): PostedForm) -> Response {
    let done = async {
        let request = here.request().await?;
        runs::commands::retry(here.cx.db(), &here.scope, request).await
    };
    answer(&here.cx.bare, done.await, &here.after(&fields), "Work will resume in a moment.")
}
