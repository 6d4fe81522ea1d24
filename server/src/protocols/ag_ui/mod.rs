//! AG-UI: a request's session as the events of its runs, to be followed and resumed, and to be spoken to by an
//! `HttpAgent`.
//!
//! `docs/SESSIONS.md` has it as it is served.

mod event;
mod follow;
mod run;
mod translator;

use axum::{extract::DefaultBodyLimit, routing::get};

use super::{
    Auth,
    json_body::{MAX_BYTES, no_method},
};
use crate::routes::Routes;

/// The routes of the protocol.
pub fn routes() -> Routes<Auth> {
    let session = get(follow::show).post(run::create).fallback(no_method);
    Routes::new().route("/v1/ag-ui/{session}", session.layer(DefaultBodyLimit::max(MAX_BYTES)))
}
