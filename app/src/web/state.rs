use std::sync::Arc;

use domain::{Db, files::store::Store, payments::Providers};
use url::Url;

use super::{Outward, Reach};

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
    /// The public address was set, and is not just the listener's.
    pub is_named: bool,
    /// Whether other machines can reach it: development aids show where they cannot.
    pub reach: Reach,
    /// There is a mail server. Without one mail is kept, for the outbox page of whoever sits at this machine.
    pub sends_mail: bool,
    /// Where the bytes of files are.
    pub files: Store,
    /// Key of the form tokens, of this install alone.
    pub form_key: String,
    /// The world outside, for pages that ask something of it.
    pub outward: Arc<dyn Outward>,
    /// Who moves the money, by the keys of each workspace.
    pub providers: Arc<dyn Providers>,
    /// The hashed address of a style, script or font by its plain name.
    pub asset: fn(&str) -> &'static str,
}

impl Site {
    /// The public address without a slash at its end: `{base}/portal` is an address of this install.
    pub fn base(&self) -> &str {
        self.public_url.as_str().trim_end_matches('/')
    }

    /// Cookies carry `Secure` unless the site is plain http (a trial on one's own machine).
    pub fn is_https(&self) -> bool {
        self.public_url.scheme() == "https"
    }
}
