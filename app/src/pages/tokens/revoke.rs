//! `POST /desk/tokens/{token}/revocation`: takes a token back.

use axum::{extract::Path, response::Response};
use domain::{Error, tokens};

use super::LIST;
use crate::web::{Operator, Posted, answer};

pub async fn create(
    Operator { cx, scope, .. }: Operator,
    Path(token): Path<String>,
    Posted(_): Posted,
) -> Response {
    let done = match token.parse() {
        Ok(token) => tokens::commands::revoke(cx.db(), &scope, token).await,
        Err(_) => Err(Error::NotFound),
    };
    answer(&cx.bare, done, LIST, "Token revoked. It no longer works.")
}
