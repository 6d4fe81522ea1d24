//! `POST /desk/offers/{offer}/place`: one place up or down.

use axum::{extract::Path, response::Response};
use domain::{
    Error,
    offers::commands::{Direction, reorder},
};

use super::id;
use crate::web::{Operator, Posted, Problem, answer};

pub async fn update(
    Operator { cx, scope, .. }: Operator,
    Path(offer): Path<String>,
    Posted(fields): Posted,
) -> Result<Response, Problem> {
    let offer = id(&offer)?;
    let done = match fields.text("towards") {
        "up" => reorder(cx.db(), &scope, offer, Direction::Up).await,
        "down" => reorder(cx.db(), &scope, offer, Direction::Down).await,
        _ => Err(Error::NotFound),
    };
    Ok(answer(&cx.bare, done, "/desk/offers", ""))
}
