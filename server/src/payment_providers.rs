//! The payment providers of this server: Stripe, by each workspace's own key.

use std::sync::Arc;

use domain::payments::{AccountSecrets, Providers, provider::PaymentProvider};
use stripe::Stripe;
use url::Url;

/// Makes a provider of a workspace's secrets. All share one set of connections.
pub struct StripeAccounts {
    http: reqwest::Client,
    url: Url,
}

impl StripeAccounts {
    /// `url`: where Stripe is, which only tests say otherwise.
    ///
    /// # Errors
    /// When there is no TLS to be had.
    pub fn new(url: Url) -> reqwest::Result<Self> {
        Ok(Self { http: Stripe::http()?, url })
    }
}

impl Providers for StripeAccounts {
    fn of(&self, secrets: &AccountSecrets) -> Arc<dyn PaymentProvider> {
        Arc::new(Stripe::new(self.http.clone(), self.url.clone(), secrets.key.clone()))
    }

    fn rights(&self) -> &'static [&'static str] {
        &stripe::RIGHTS
    }

    fn event_kinds(&self) -> &'static [&'static str] {
        &stripe::KINDS
    }
}
