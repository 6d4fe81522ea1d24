//! HTTP to others. A client is made in [`tls`], whoever it is for.
//!
//! [`SafeHttp`] is the one door to addresses that a person typed in: an agent's, a webhook's. Whoever types one would otherwise have the
//! server itself call what only its machine can reach: a database, a router's page, a cloud's metadata.
//!
//! [`SafeHttp::way`] checks an address and gives the [`CheckedUrl`] there. What the check saw cannot be swapped afterwards: the
//! name is looked up once for each connection, by a resolver that refuses inner addresses itself, redirects are not
//! followed, and no proxy looks names up in our place.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test that cannot go on has failed"))]

mod admitted;
mod checked_url;
mod inner;
mod lookup;
mod refused;
mod secret_url;
pub mod tls;

use std::{net::IpAddr, sync::Arc, time::Duration};

use url::{Host, Url};

pub use admitted::{Admitted, Private};
pub use checked_url::CheckedUrl;
pub use refused::Refused;
pub use secret_url::SecretUrl;

/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(5);

/// The door. Cheap to clone.
#[derive(Clone, Debug)]
pub struct SafeHttp {
    admitted: Arc<Admitted>,
    client: reqwest::Client,
}

impl SafeHttp {
    /// A door that lets through to public addresses, and to those inner ones that are admitted.
    ///
    /// # Errors
    /// When there is no TLS to be had.
    pub fn new(admitted: Admitted) -> reqwest::Result<Self> {
        let admitted = Arc::new(admitted);
        let client = tls::client()
            .dns_resolver(lookup::Lookup(Arc::clone(&admitted)))
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT)
            .build()?;
        Ok(Self { admitted, client })
    }

    /// Whether an address may be called, for the form in which it is typed.
    ///
    /// # Errors
    /// What is wrong with it, in words for whoever typed it.
    pub async fn check(&self, address: &str) -> Result<Url, Refused> {
        let url = Url::parse(address.trim()).map_err(|_| Refused::NoAddress)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Refused::Scheme);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refused::Password);
        }
        match url.host() {
            None => return Err(Refused::NoAddress),
            Some(Host::Ipv4(ip)) => self.admits(ip.into())?,
            Some(Host::Ipv6(ip)) => self.admits(ip.into())?,
            Some(Host::Domain(name)) => {
                lookup::admitted(&self.admitted, name).await?;
            }
        }
        Ok(url)
    }

    /// The way to an address.
    ///
    /// # Errors
    /// As [`SafeHttp::check`].
    pub async fn way(&self, address: &str) -> Result<CheckedUrl, Refused> {
        Ok(CheckedUrl::new(self.client.clone(), self.check(address).await?))
    }

    fn admits(&self, ip: IpAddr) -> Result<(), Refused> {
        if self.admitted.admits(None, ip) { Ok(()) } else { Err(Refused::Inner { ip }) }
    }
}

#[cfg(test)]
mod tests;
