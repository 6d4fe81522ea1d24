//! The built-in agent: what works when nothing else is set up.

mod llm;
pub mod rehearsal;

use std::sync::Arc;

pub use super::model::{Model, ModelEndpoint, ModelLimits};
pub use llm::Llm;
pub use rehearsal::{Rehearsal, RehearsalPace};

use super::{AgentBackend, model};
use domain::sealed::Secret;

/// What the settings say of the built-in agent.
#[derive(Debug)]
pub struct BuiltInAgent {
    named: Option<ModelEndpoint>,
    find: bool,
    model: Option<String>,
    pace: RehearsalPace,
}

impl BuiltInAgent {
    /// With an endpoint, where one is set, and the model and key there; otherwise a rehearsal at that pace.
    ///
    /// # Errors
    /// When there is no TLS to be had for the endpoint that is named.
    pub fn new(
        llm: &Llm,
        model: Option<String>,
        key: Option<Secret>,
        pace: RehearsalPace,
    ) -> reqwest::Result<Self> {
        let named = match llm {
            Llm::At(url) => Some(ModelEndpoint::new(url, model.clone(), key, ModelLimits::default())?),
            Llm::Find | Llm::Off => None,
        };
        Ok(Self { named, find: *llm == Llm::Find, model, pace })
    }

    /// Its backend: the endpoint that is named, one that is found on this machine, or a rehearsal.
    pub async fn backend(self) -> Arc<dyn AgentBackend> {
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
