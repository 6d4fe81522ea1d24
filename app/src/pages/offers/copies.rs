//! `POST /desk/offers/{offer}/copies`: a draft with everything of another offer.

use axum::response::Response;
use domain::{ids::OfferId, offers::commands::duplicate};

use crate::web::{Operator, Path, PostedForm, Problem, redirect_with};

pub async fn create(
    Operator { cx, scope, .. }: Operator,
    Path(offer): Path<OfferId>,
    PostedForm(_): PostedForm,
) -> Result<Response, Problem> {
    let copy = duplicate(cx.db(), &scope, offer).await?;
    Ok(redirect_with(&format!("/desk/offers/{copy}"), "Duplicated as a draft."))
}
