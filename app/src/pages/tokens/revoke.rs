//! `POST /desk/tokens/{token}/revocation`: takes a token back.

use axum::response::Response;
use domain::{ids::TokenId, tokens};

use super::LIST;
use crate::web::{Operator, Path, PostedForm, answer};

pub async fn create(
    Operator { cx, scope, .. }: Operator,
    Path(token): Path<TokenId>,
    PostedForm(_): PostedForm,
) -> Response {
    let done = tokens::commands::revoke(cx.db(), &scope, token).await;
    answer(&cx.bare, done, LIST, "Token revoked. It no longer works.")
}
