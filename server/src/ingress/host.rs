//! Whether a request is meant for this portal, by the name that it was sent to.
//!
//! A page of another's may have made its own name lead here (DNS rebinding), and a proxy may hand on whatever comes to its
//! address. Either would be answered as if it were ours, with a name of theirs.

use std::{collections::HashSet, net::IpAddr, time::Duration};

use app::web::{App, host_name, is_forwarded, is_loopback_name, is_loopback_url, named};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use domain::workspaces;
use tokio::{
    sync::Mutex,
    time::{Instant, timeout},
};

/// How long the names of workspaces are taken as they were last seen.
const FRESH: Duration = Duration::from_secs(5);
/// How long they are waited for, while all wait who came by one of them; then what was known counts.
const PATIENCE: Duration = Duration::from_secs(2);
/// What is asked by programs that know the machine and not its name, and asks for itself who may see it.
const BY_ANY_NAME: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

/// Which names are the portal's.
pub struct Hosts {
    app: App,
    public: Option<String>,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    names: HashSet<String>,
    at: Option<Instant>,
    loaded: bool,
}

/// Why a request is not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misdirected {
    /// It names no host, several, or one that is no name.
    Unnamed,
    /// It names somebody else's.
    Foreign,
    /// Whether the name is ours cannot be known now.
    Unknown,
}

impl Misdirected {
    pub(super) fn status(self) -> StatusCode {
        match self {
            Self::Unnamed => StatusCode::BAD_REQUEST,
            Self::Foreign => StatusCode::MISDIRECTED_REQUEST,
            Self::Unknown => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

impl Hosts {
    /// Of this portal.
    pub fn new(app: App) -> Self {
        let public = app.site.public_url.host_str().and_then(named);
        Self { app, public, known: Mutex::default() }
    }

    /// Lets a request through that is meant for the portal.
    ///
    /// # Errors
    /// Why it is not.
    pub async fn check(&self, uri: &Uri, headers: &HeaderMap) -> Result<(), Misdirected> {
        let by_any_name = BY_ANY_NAME.contains(&uri.path());
        if by_any_name && headers.get_all(header::HOST).iter().next().is_none() {
            return Ok(());
        }
        let name = host_name(headers).ok_or(Misdirected::Unnamed)?;
        // Whoever names a host in the request's first line as well has to mean the same.
        if uri.authority().is_some_and(|named_first| named(named_first.as_str()).as_ref() != Some(&name)) {
            return Err(Misdirected::Unnamed);
        }
        if by_any_name || self.is_ours(&name, uri.path(), headers) {
            return Ok(());
        }
        self.is_workspaces(&name).await
    }

    fn is_ours(&self, name: &str, path: &str, headers: &HeaderMap) -> bool {
        let site = &self.app.site;
        if self.public.as_deref() == Some(name) {
            return true;
        }
        if is_loopback_name(name) {
            // With a name of its own, only programs of this machine, which come with a token, use the machine's.
            return is_loopback_url(&site.public_url) || is_for_programs(path) && !is_forwarded(headers);
        }
        // Nobody can make a bare address lead elsewhere. It is how the portal is reached where no name was set, and how
        // programs that it starts reach it where it listens on one.
        let is_bare = name.parse::<IpAddr>().is_ok();
        let unnamed = !site.is_named && site.reach.is_from_elsewhere();
        is_bare && (unnamed || is_for_programs(path) && !is_forwarded(headers))
    }

    /// A workspace may have a name of its own.
    async fn is_workspaces(&self, name: &str) -> Result<(), Misdirected> {
        let mut known = self.known.lock().await;
        if known.at.is_none_or(|at| at.elapsed() > FRESH) {
            // Noted before the answer, so that a database that does not answer is asked once and not by everyone.
            known.at = Some(Instant::now());
            match timeout(PATIENCE, workspaces::queries::hosts(&self.app.db)).await {
                Ok(Ok(hosts)) => {
                    known.names = hosts.iter().filter_map(|host| named(host)).collect();
                    known.loaded = true;
                }
                Ok(Err(error)) => {
                    tracing::warn!(error.message = %error, "the workspaces' names could not be read")
                }
                Err(_) => tracing::warn!("the workspaces' names could not be read in time"),
            }
        }
        match (known.names.contains(name), known.loaded) {
            (true, _) => Ok(()),
            (false, true) => Err(Misdirected::Foreign),
            (false, false) => Err(Misdirected::Unknown),
        }
    }
}

fn is_for_programs(path: &str) -> bool {
    path == "/mcp" || path.starts_with("/v1/")
}
