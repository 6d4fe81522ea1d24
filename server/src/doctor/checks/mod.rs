//! The checks, in the order in which the server would stumble over what they look at.

mod database;
mod disk;
mod erased;
mod files;
mod keys;
mod llm;
mod nats;
mod network;
mod payments;
mod reach;
mod smtp;

use super::Finding;
use crate::settings::Settings;

/// Runs them all; those that wait for the network run at the same time.
pub(super) async fn all(settings: &Settings) -> Vec<Finding> {
    let mut findings = Vec::new();
    if settings.database_url.is_none() {
        findings.extend(disk::check(settings));
    }
    let (database, port, nodes, smtp, llm) = tokio::join!(
        database::check(settings),
        network::port(settings),
        nats::check(settings),
        smtp::check(settings),
        llm::check(settings),
    );
    findings.extend(database);
    findings.push(port);
    findings.push(network::public_url(settings));
    findings.extend(reach::check(settings));
    findings.extend([nodes, smtp, llm]);
    findings
}

/// For questions to servers that may be gone.
fn client() -> reqwest::Result<reqwest::Client> {
    safe_http::tls::client().timeout(std::time::Duration::from_secs(3)).build()
}
