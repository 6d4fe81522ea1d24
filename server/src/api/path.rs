use axum::{
    extract::{FromRequestParts, Path as Texts},
    http::request::Parts,
};
use serde::de::DeserializeOwned;

use super::Problem;

/// The ids in an address. One that is none is the id of nothing: 404.
pub(super) struct Path<T>(pub(super) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Texts::from_request_parts(parts, state).await {
            Ok(Texts(ids)) => Ok(Self(ids)),
            Err(_) => Err(Problem::not_found()),
        }
    }
}
