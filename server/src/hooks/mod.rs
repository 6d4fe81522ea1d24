//! What other services push here. Nobody signs in for it: each message carries its sender's signature.

use axum::{
    http::{Method, StatusCode, header},
    response::{IntoResponse, Response},
};

mod rate;
pub mod stripe;

/// For whoever comes otherwise than by POST.
pub async fn no_method(method: Method) -> Response {
    let head = (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "POST")]);
    if method == Method::HEAD || method == Method::OPTIONS {
        return head.into_response();
    }
    (head.0, head.1, "Other services send events here by POST. There is nothing to read.").into_response()
}
