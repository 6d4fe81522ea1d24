//! The house agent: what works when nothing else is set up.

pub mod rehearsal;

use std::sync::Arc;

pub use super::model::{Endpoint, Limits, Model};
pub use rehearsal::{Pace, Rehearsal};

use super::{AgentBackend, model};
use crate::settings::{Llm, Settings};

/// What the settings say of the house agent.
#[derive(Debug)]
pub struct House {
    named: Option<Endpoint>,
    find: bool,
    model: Option<String>,
    pace: Pace,
}

impl House {
    /// Reads the settings.
    ///
    /// # Errors
    /// When there is no TLS to be had for the endpoint that is named.
    pub fn new(settings: &Settings) -> reqwest::Result<Self> {
        let (model, key) = (settings.llm_model.clone(), settings.llm_key.clone());
        let named = match &settings.llm_url {
            Llm::At(url) => Some(Endpoint::new(url, model.clone(), key, Limits::default())?),
            Llm::Find | Llm::Off => None,
        };
        Ok(Self { named, find: settings.llm_url == Llm::Find, model, pace: settings.rehearsal_pace })
    }

    /// Its brain: the endpoint that is named, one that is found on this machine, or a rehearsal.
    pub async fn brain(self) -> Arc<dyn AgentBackend> {
        let found = match (self.named, self.find) {
            (None, true) => model::find(self.model.as_deref()).await,
            (named, _) => named,
        };
        match found {
            Some(endpoint) => Arc::new(Model::new(endpoint)),
            None => Arc::new(Rehearsal::new(self.pace)),
        }
    }
}
