use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::provider::PaymentProvider;
use crate::{Error, Result, sealed::Secret};

/// Makes a provider of what a workspace's account is sealed with. The server has one; tests have another.
pub trait Providers: Send + Sync {
    fn of(&self, secrets: &AccountSecrets) -> Arc<dyn PaymentProvider>;

    /// Rights that a key needs, in the provider's words, for whoever makes one.
    fn rights(&self) -> &'static [&'static str] {
        &[]
    }

    /// Kinds of events that change something here, for whoever sets up a webhook.
    fn event_kinds(&self) -> &'static [&'static str] {
        &[]
    }
}

/// What opens an account at the provider, and what its webhooks are signed with: two while one is rotated, the newest first.
#[derive(Clone, Debug)]
pub struct AccountSecrets {
    pub key: Secret,
    pub webhook_secrets: Vec<Secret>,
}

/// The same as it is sealed.
#[derive(Serialize, Deserialize)]
struct SealedForm {
    key: String,
    webhooks: Vec<String>,
}

impl AccountSecrets {
    pub(super) fn to_secret(&self) -> Result<Secret> {
        let form = SealedForm {
            key: self.key.reveal().to_owned(),
            webhooks: self.webhook_secrets.iter().map(|secret| secret.reveal().to_owned()).collect(),
        };
        let text = serde_json::to_string(&form)
            .map_err(|_| Error::Broken("an account’s secrets are no text".to_owned()))?;
        Ok(Secret::new(text))
    }

    pub(super) fn from_secret(secret: &Secret) -> Result<Self> {
        let form: SealedForm = serde_json::from_str(secret.reveal())
            .map_err(|_| Error::Broken("a payment account’s secrets cannot be read".to_owned()))?;
        Ok(Self {
            key: Secret::new(form.key),
            webhook_secrets: form.webhooks.into_iter().map(Secret::new).collect(),
        })
    }
}

/// A form that connects an account.
#[derive(Clone, Debug, Default)]
pub struct ConnectInput {
    pub key: String,
    /// Empty where there is no webhook: events are then read.
    pub webhook_secret: String,
}

/// A workspace's account as its page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentAccount {
    /// What it is called at the provider.
    pub name: String,
    /// Whether real money moves.
    pub is_live: bool,
    /// Rights that the key lacks, in the provider's words.
    pub lacks: Vec<String>,
    /// How many webhook secrets are valid: none, one, or two while one is rotated.
    pub webhook_secrets: u32,
    pub connected_at: DateTime<Utc>,
    pub checked_at: DateTime<Utc>,
    /// The provider stopped taking the key then.
    pub revoked_at: Option<DateTime<Utc>>,
    pub events_read_to: DateTime<Utc>,
}
