//! Signing out.

use axum::response::Response;

use crate::web::{Cx, PostedForm, Problem, redirect_with};

/// Forgets this browser.
pub async fn submit(cx: Cx, PostedForm(_): PostedForm) -> Result<Response, Problem> {
    cx.bare.session.flush().await.map_err(Problem::store)?;
    Ok(redirect_with("/sign-in", "You’re signed out."))
}
