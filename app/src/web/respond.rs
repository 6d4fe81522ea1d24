//! How a change is answered: a redirect for a form, JSON for a script of the page.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use domain::Error;

use super::{Bare, Problem};

/// What a script of the page is told: `{"ok": true, "note": …}` or `{"ok": false, "refused": …, "errors": {…}}`.
#[derive(serde::Serialize)]
pub struct ChangeAnswer {
    ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

/// After a change that worked: back to a page (303).
pub fn redirect(path: &str) -> Response {
    Redirect::to(path).into_response()
}

/// The same, with a sentence that the next page shows once.
pub fn redirect_with(path: &str, note: &str) -> Response {
    let mut response = redirect(path);
    let encoded = serde_urlencoded::to_string([("n", note)]).unwrap_or_default();
    let cookie =
        format!("note={}; Path=/; HttpOnly; SameSite=Lax; Max-Age=60", encoded.trim_start_matches("n="));
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

/// Answers a change: done, to a form with a redirect and to a script with JSON; not done, with the reason.
pub fn answer(bare: &Bare, result: Result<(), Error>, back: &str, note: &str) -> Response {
    match result {
        Ok(()) if bare.wants_json => {
            Json(ChangeAnswer { ok: true, note: Some(note.to_owned()) }).into_response()
        }
        Ok(()) if note.is_empty() => redirect(back),
        Ok(()) => redirect_with(back, note),
        Err(Error::Refused(reason)) if bare.wants_json => {
            (StatusCode::CONFLICT, Json(serde_json::json!({ "ok": false, "refused": reason })))
                .into_response()
        }
        Err(Error::Fields(errors)) if bare.wants_json => {
            let fields: serde_json::Map<_, _> =
                errors.iter().map(|(field, message)| (field.to_owned(), message.into())).collect();
            (StatusCode::UNPROCESSABLE_ENTITY, Json(serde_json::json!({ "ok": false, "errors": fields })))
                .into_response()
        }
        Err(error) => Problem::from(error).into_response(),
    }
}
