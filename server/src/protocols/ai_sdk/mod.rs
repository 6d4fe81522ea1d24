//! The AI SDK's UI message stream, for stock `useChat` with `DefaultChatTransport`: a chat is a request's session, its
//! id the session's stream. A run is one message of the assistant; what people say are messages of the user.
//!
//! `docs/SESSIONS.md` has it as it is served, and what the SDK makes of it.

mod chunk;
mod history;
mod send;
mod stop;
mod stream;
mod turn;
mod version;

use axum::{
    extract::DefaultBodyLimit,
    routing::{get, post},
};

use super::{
    Auth,
    json_body::{MAX_BYTES, no_method},
};
use crate::routes::Routes;

/// The routes of the protocol.
pub fn routes() -> Routes<Auth> {
    Routes::new()
        .route("/v1/chat", post(send::create).fallback(no_method).layer(DefaultBodyLimit::max(MAX_BYTES)))
        .route("/v1/chat/{session}", get(history::show).fallback(no_method))
        .route("/v1/chat/{session}/stream", get(stream::show).fallback(no_method))
        .route(
            "/v1/chat/{session}/stop",
            post(stop::create).fallback(no_method).layer(DefaultBodyLimit::max(MAX_BYTES)),
        )
}
