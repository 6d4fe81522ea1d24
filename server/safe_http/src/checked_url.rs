use std::time::Duration;

use reqwest::{Method, RequestBuilder};
use url::Url;

use crate::SecretUrl;

/// The way to an address that was checked. The client behind it goes nowhere else by name, and its requests are made
/// here only, so that none is made to an address that was not looked at.
#[derive(Clone, Debug)]
pub struct CheckedUrl {
    client: reqwest::Client,
    base: SecretUrl,
}

impl CheckedUrl {
    pub(super) fn new(client: reqwest::Client, base: Url) -> Self {
        Self { client, base: base.into() }
    }

    /// The way to an address that the machine's own operator has set: it is not looked at. `client` should follow no
    /// redirects.
    pub fn trusted(client: reqwest::Client, base: SecretUrl) -> Self {
        Self { client, base }
    }

    /// The password in the address, if there is one: only a trusted one's may have any.
    pub fn password(&self) -> Option<&str> {
        self.base.reveal().password()
    }

    /// A request to a path below the address: `v1/runs` below `https://x.example/p` is `https://x.example/p/v1/runs`. The
    /// empty path is the address itself. A query in the address stays.
    ///
    /// No time limit is set; connecting has one of five seconds.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, self.address(path))
    }

    /// The same with GET, within a time.
    pub fn get(&self, path: &str, within: Duration) -> RequestBuilder {
        self.request(Method::GET, path).timeout(within)
    }

    /// The same with POST, whose answer may be a stream without end.
    pub fn post(&self, path: &str) -> RequestBuilder {
        self.request(Method::POST, path)
    }

    /// The address of a path below it.
    pub fn address(&self, path: &str) -> Url {
        let mut url = self.base.reveal().clone();
        if !path.is_empty() {
            url.set_path(&format!("{}/{}", url.path().trim_end_matches('/'), path.trim_start_matches('/')));
        }
        url
    }
}
