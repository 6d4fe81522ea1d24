//! Bodies of the people's protocols: JSON, from this site's own pages.

use app::web::{App, same_site};
use axum::{
    body::Bytes,
    extract::{
        FromRequest, Request,
        rejection::{BytesRejection, FailedToBufferBody},
    },
    http::{HeaderMap, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::de::DeserializeOwned;

use super::error::ProtocolError;

/// The bytes of a body: a whole conversation may come with each message.
pub(super) const MAX_BYTES: usize = 8 << 20;

/// Reads a body that a page of this site has sent. A page of another site could send a form, or JSON that says it is a
/// text; it can neither name JSON as its type nor hide where it comes from.
pub(super) async fn read<T: DeserializeOwned>(app: &App, request: Request) -> Result<T, ProtocolError> {
    if !same_site(request.headers(), app) {
        let words = "This request came from another site. Open the page again and submit it from there.";
        return Err(ProtocolError::new(StatusCode::FORBIDDEN, "foreign", words));
    }
    if !is_json(request.headers()) {
        let words = "Send JSON, and say so: Content-Type is application/json.";
        return Err(ProtocolError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media_type", words));
    }
    let bytes = Bytes::from_request(request, &()).await.map_err(|error| unread(&error))?;
    let body: &[u8] = if bytes.is_empty() { b"{}" } else { &bytes };
    serde_json::from_slice(body)
        .map_err(|error| ProtocolError::invalid(format!("Couldn’t be parsed: {error}.")))
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

fn unread(error: &BytesRejection) -> ProtocolError {
    match error {
        BytesRejection::FailedToBufferBody(FailedToBufferBody::LengthLimitError(_)) => {
            let words = "That is too large. Send the newest messages alone.";
            ProtocolError::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", words)
        }
        _ => ProtocolError::invalid("The body did not arrive."),
    }
}

/// The answer to a method that nothing is done with at an address.
pub(super) async fn no_method(method: Method) -> Response {
    if method == Method::OPTIONS {
        return StatusCode::NO_CONTENT.into_response();
    }
    let words = "This URL doesn’t support that method.";
    ProtocolError::new(StatusCode::METHOD_NOT_ALLOWED, "method", words).into_response()
}
