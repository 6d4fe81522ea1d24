use std::fmt;
use std::str::FromStr;

use url::Url;

const HIDDEN: &str = "***";

/// An address that may hold a password, which is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretUrl(Url);

impl SecretUrl {
    /// The whole address, for the one place that connects to it.
    pub fn reveal(&self) -> &Url {
        &self.0
    }
}

impl From<Url> for SecretUrl {
    fn from(url: Url) -> Self {
        Self(url)
    }
}

impl FromStr for SecretUrl {
    type Err = url::ParseError;

    fn from_str(text: &str) -> Result<Self, url::ParseError> {
        text.parse().map(Self)
    }
}

impl fmt::Display for SecretUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut url = self.0.clone();
        // An address without a host has no room for a password either, so a refusal hides nothing.
        if url.password().is_some() {
            let _ = url.set_password(Some(HIDDEN));
        }
        // Parameters may be keys (`?password=`, `?api-key=`): none of them helps to see which server it is.
        if url.query().is_some() {
            url.set_query(Some(HIDDEN));
        }
        f.write_str(url.as_str())
    }
}

impl fmt::Debug for SecretUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
