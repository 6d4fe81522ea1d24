//! `POST /desk/offers/{offer}/copies`: a draft with everything of another offer.

use axum::{extract::Path, response::Response};
use domain::offers::commands::duplicate;

use super::id;
use crate::web::{Operator, Posted, Problem, redirect_with};

pub async fn create(
    Operator { cx, scope, .. }: Operator,
    Path(offer): Path<String>,
    Posted(_): Posted,
) -> Result<Response, Problem> {
    let copy = duplicate(cx.db(), &scope, id(&offer)?).await?;
    Ok(redirect_with(&format!("/desk/offers/{copy}"), "Duplicated as a draft."))
}
