//! The answer to an address that is not there.

use axum::response::{IntoResponse, Response};

use crate::web::{Bare, Problem};

/// 404, in the surroundings of whoever asked.
pub async fn show(_: Bare) -> Response {
    Problem::not_found().into_response()
}
