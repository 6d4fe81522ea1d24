use std::{path::PathBuf, sync::Arc};

use domain::Db;
use url::Url;

use super::Outward;

/// What the server hands to every handler. Cheap to clone.
#[derive(Clone)]
pub struct App {
    pub db: Db,
    pub site: Arc<Site>,
}

/// How this install is reached and what it has.
pub struct Site {
    /// The address that people and mails use.
    pub public_url: Url,
    /// The server listens on this machine alone: development aids may show.
    pub loopback: bool,
    /// Mail is kept on the outbox page instead of being sent.
    pub outbox: bool,
    /// Where uploaded files are kept.
    pub files: PathBuf,
    /// Key of the form tokens, of this install alone.
    pub form_key: String,
    /// The world outside, for pages that ask something of it.
    pub outward: Arc<dyn Outward>,
    /// The hashed address of a style, script or font by its plain name.
    pub asset: fn(&str) -> &'static str,
}

impl Site {
    /// Cookies carry `Secure` unless the site is plain http (a trial on one's own machine).
    pub fn is_https(&self) -> bool {
        self.public_url.scheme() == "https"
    }
}
