//! The port, and the address that people type.

use std::io::ErrorKind;
use std::net::SocketAddr;

use app::web::is_loopback_url;
use serde_json::Value;
use tokio::net::TcpListener;

use crate::doctor::Finding;
use crate::settings::Settings;

/// Whether the port is free, or answered by a Throughline.
pub(super) async fn port(settings: &Settings) -> Finding {
    const SUBJECT: &str = "Port";
    let address = settings.bind;
    match TcpListener::bind(address).await {
        Ok(_) => Finding::ok(SUBJECT, format!("{address} is free")),
        Err(reason) if reason.kind() == ErrorKind::AddrInUse && is_ours(address).await => {
            Finding::ok(SUBJECT, format!("throughline is already running at {address}"))
        }
        Err(reason) if reason.kind() == ErrorKind::AddrInUse => Finding::fail(
            SUBJECT,
            format!("{address} is in use by another program"),
            "Stop that program, or set THROUGHLINE_BIND to another port.",
        ),
        Err(reason) => Finding::fail(
            SUBJECT,
            format!("{address} cannot be listened on: {reason}"),
            "Set THROUGHLINE_BIND to an address of this machine and a port above 1023.",
        ),
    }
}

async fn is_ours(address: SocketAddr) -> bool {
    let Ok(client) = super::client() else {
        return false;
    };
    let Ok(answer) = client.get(format!("http://{address}/healthz")).send().await else {
        return false;
    };
    let body: Value = answer.json().await.unwrap_or_default();
    body["service"] == "throughline"
}

/// Whether browsers elsewhere would trust it with a password.
pub(super) fn public_url(settings: &Settings) -> Finding {
    const SUBJECT: &str = "Public URL";
    let shown = settings.public_url(settings.bind);
    match &settings.public_url {
        Some(url) if !matches!(url.scheme(), "http" | "https") || !url.has_host() => Finding::fail(
            SUBJECT,
            format!("{shown} is not a web address"),
            "Use a URL like https://portal.example.com.",
        ),
        Some(url) if url.scheme() == "http" && !is_loopback_url(url) => Finding::warn(
            SUBJECT,
            format!("{shown} sends passwords unencrypted"),
            "Put an HTTPS proxy in front, and start THROUGHLINE_PUBLIC_URL with https://.",
        ),
        None if !settings.bind.ip().is_loopback() => Finding::warn(
            SUBJECT,
            format!("the server listens on {} but doesn’t know its public URL", settings.bind),
            "Set THROUGHLINE_PUBLIC_URL, starting with https://.",
        ),
        _ => Finding::ok(SUBJECT, shown),
    }
}
