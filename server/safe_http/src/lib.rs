//! HTTP to others. A client is made in [`tls`], whoever it is for.
//!
//! [`SafeHttp`] is the one door to addresses that a person typed in: an agent's, a webhook's. Whoever types one would otherwise have the
//! server itself call what only its machine can reach: a database, a router's page, a cloud's metadata.
//!
//! [`SafeHttp::checked_url`] checks an address and gives the [`CheckedUrl`] there. What the check saw cannot be swapped afterwards: the
//! name is looked up once for each connection, by a resolver that refuses inner addresses itself, redirects are not
//! followed, and no proxy looks names up in our place.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test that cannot go on has failed"))]

mod address_error;
mod admitted;
mod checked_url;
mod inner;
mod lookup;
mod secret_url;
pub mod tls;

use std::{net::IpAddr, sync::Arc, time::Duration};

use url::{Host, Url};

pub use address_error::AddressError;
pub use admitted::{Admitted, Private};
pub use checked_url::CheckedUrl;
pub use secret_url::SecretUrl;

/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(5);

/// Calls addresses that people typed. Cheap to clone.
#[derive(Clone, Debug)]
pub struct SafeHttp {
    admitted: Arc<Admitted>,
    client: reqwest::Client,
}

impl SafeHttp {
    /// For public addresses, and for those inner ones that are admitted.
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
    pub async fn check(&self, address: &str) -> Result<Url, AddressError> {
        let url = Url::parse(address.trim()).map_err(|_| AddressError::NoAddress)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(AddressError::Scheme);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(AddressError::Password);
        }
        match url.host() {
            None => return Err(AddressError::NoAddress),
            Some(Host::Ipv4(ip)) => self.admits(ip.into())?,
            Some(Host::Ipv6(ip)) => self.admits(ip.into())?,
            Some(Host::Domain(name)) => {
                lookup::admitted(&self.admitted, name).await?;
            }
        }
        Ok(url)
    }

    /// An address that was checked, to send requests to.
    ///
    /// # Errors
    /// As [`SafeHttp::check`].
    pub async fn checked_url(&self, address: &str) -> Result<CheckedUrl, AddressError> {
        Ok(CheckedUrl::new(self.client.clone(), self.check(address).await?))
    }

    fn admits(&self, ip: IpAddr) -> Result<(), AddressError> {
        if self.admitted.admits(None, ip) { Ok(()) } else { Err(AddressError::Inner { ip }) }
    }
}

#[cfg(test)]
mod tests;
