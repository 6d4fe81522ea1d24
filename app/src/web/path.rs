//! What stands in an address, as what it is: ids and numbers rather than texts.

use axum::{
    extract::{FromRequestParts, Path as Texts, path::ErrorKind, rejection::PathRejection},
    http::request::Parts,
    response::{IntoResponse, Response},
};
use serde::de::DeserializeOwned;

use super::{App, Problem};

/// The parameters of the route: one value, or a struct that names them. Where one cannot be what it should be, there is nothing at
/// the address: 404, the same as for an id that is nobody's. Whoever asks is to be settled before, by an extractor that
/// stands further to the left.
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<App> for Path<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        match Texts::from_request_parts(parts, app).await {
            Ok(Texts(params)) => Ok(Self(params)),
            Err(rejection) if is_no_text(&rejection) => Err(rejection.into_response()),
            Err(_) => Err(Problem::not_found().into_response()),
        }
    }
}

/// Bytes that are no text are no address at all: 400.
fn is_no_text(rejection: &PathRejection) -> bool {
    let PathRejection::FailedToDeserializePathParams(failed) = rejection else { return false };
    matches!(failed.kind(), ErrorKind::InvalidUtf8InPathParam { .. })
}
