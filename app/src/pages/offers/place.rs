//! `POST /desk/offers/{offer}/place`: one place up or down.

use axum::response::Response;
use domain::{
    Error,
    ids::OfferId,
    offers::commands::{Direction, reorder},
};

use crate::web::{Operator, Path, PostedForm, Problem, answer};

pub async fn update(
    Operator { cx, scope, .. }: Operator,
    Path(offer): Path<OfferId>,
    PostedForm(fields): PostedForm,
) -> Result<Response, Problem> {
    let done = match fields.text("towards") {
        "up" => reorder(cx.db(), &scope, offer, Direction::Up).await,
        "down" => reorder(cx.db(), &scope, offer, Direction::Down).await,
        _ => Err(Error::NotFound),
    };
    Ok(answer(&cx.bare, done, "/desk/offers", ""))
}
