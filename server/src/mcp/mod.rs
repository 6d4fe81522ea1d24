//! `/mcp`: tools for programs, by the Model Context Protocol over streamable HTTP.
//!
//! Who calls and what they may do follows from the token alone. An agent's own token offers what belongs to its run
//! ([`work`]), an operator's what belongs to the desk ([`desk`]). Nothing is kept between two calls, so any node
//! answers any of them; the protocol's versions with a handshake are answered without a session as well.

mod answer;
mod desk;
mod json;
mod portal;
mod tool;
mod work;

use app::web::App;
use axum::{Router, middleware::from_fn_with_state};
use rmcp::transport::streamable_http_server::{
    StreamableHttpServerConfig, StreamableHttpService, session::never::NeverSessionManager,
};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::{
    api::{TokenGate, require},
    stall::Stall,
};
use agents::external::{TOOLS_PATH, ToolGateway};
use portal::Portal;

/// Where it is mounted.
pub const PATTERN: &str = TOOLS_PATH;

/// The largest call, in bytes: a deliverable of a megabyte, spelled in JSON.
const LARGEST: usize = 4 << 20;

/// The endpoint behind the door for tokens, also for programs that the server started. Answers that are open end when `stop` is cancelled.
pub fn routes(
    app: &App,
    gateway: &ToolGateway,
    gate: TokenGate,
    stall: Stall,
    stop: CancellationToken,
) -> Router {
    let portal = Portal::new(app.db.clone(), gateway.clone(), stall, stop.clone());
    // Which names are the portal's is settled before (`ingress`), also those of workspaces.
    let config = transport(&app.site.public_url, stop).disable_allowed_hosts();
    let service = StreamableHttpService::new(
        move || Ok(portal.clone()),
        std::sync::Arc::new(NeverSessionManager::default()),
        config,
    );
    Router::new().route_service(PATTERN, service).layer(from_fn_with_state(gate, require))
}

/// How the protocol is spoken, whoever answers it: also by what the official suites are run against.
pub fn transport(public_url: &Url, stop: CancellationToken) -> StreamableHttpServerConfig {
    let mut hosts = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()];
    hosts.extend(public_url.host_str().map(|host| host.trim_matches(['[', ']']).to_owned()));
    StreamableHttpServerConfig::default()
        // Streams, because an approval may take its time: they are kept awake.
        .with_legacy_session_mode(false)
        .with_json_response(false)
        .with_allowed_hosts(hosts)
        .with_allowed_origins([public_url.origin().ascii_serialization()])
        .with_max_request_body_bytes(LARGEST)
        .with_cancellation_token(stop)
}
