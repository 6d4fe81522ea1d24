//! Whether nodes can hear of each other where that was asked for.

use std::time::Duration;

use tokio::time::timeout;

use crate::{doctor::Finding, nats, settings::Settings};

const SUBJECT: &str = "Nodes";
const PATIENCE: Duration = Duration::from_secs(5);

/// Connects to the NATS server, where one is set.
pub(super) async fn check(settings: &Settings) -> Finding {
    let Some(url) = &settings.nats_url else {
        return Finding::ok(SUBJECT, "sync through the database");
    };
    let mend = "Start it, or fix THROUGHLINE_NATS_URL. Without it, the database is used.";
    match timeout(PATIENCE, nats::connect(url, |_| {})).await {
        Ok(Ok(client)) => {
            Finding::ok(SUBJECT, format!("sync through {url} (NATS {})", client.server_info().version))
        }
        Ok(Err(reason)) => Finding::fail(SUBJECT, format!("{url}: {reason}"), mend),
        Err(_) => Finding::fail(SUBJECT, format!("{url} isn’t responding"), mend),
    }
}
