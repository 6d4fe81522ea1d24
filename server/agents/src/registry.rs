//! Whoever the agent of a run is, by its backend.

use std::sync::Arc;

use domain::agents::{Backend, Reach};
use serde_json::Value;

use super::{AgentBackend, AttemptContext, AttemptEnd, AttemptFailure};

/// Every backend behind one.
pub struct BackendRegistry {
    built_in: Arc<dyn AgentBackend>,
    others: Vec<(Backend, Arc<dyn AgentBackend>)>,
}

impl BackendRegistry {
    /// With the built-in agent.
    pub fn new(built_in: Arc<dyn AgentBackend>) -> Self {
        Self { built_in, others: Vec::new() }
    }

    /// And another one.
    pub fn with(mut self, kind: Backend, backend: impl AgentBackend + 'static) -> Self {
        self.others.push((kind, Arc::new(backend)));
        self
    }

    fn backend(&self, reach: &Reach) -> Result<Arc<dyn AgentBackend>, AttemptFailure> {
        let theirs = self.others.iter().find(|(kind, _)| *kind == reach.backend);
        match (reach.backend, theirs) {
            (_, Some((_, backend))) => Ok(Arc::clone(backend)),
            (Backend::BuiltIn, None) => Ok(Arc::clone(&self.built_in)),
            (other, None) => {
                Err(AttemptFailure::ours(format!("nothing works for the backend {}", other.as_str())))
            }
        }
    }
}

#[async_trait::async_trait]
impl AgentBackend for BackendRegistry {
    async fn work(&self, context: &mut AttemptContext) -> Result<AttemptEnd, AttemptFailure> {
        self.backend(context.reach())?.work(context).await
    }

    async fn cancel(&self, reach: &Reach, kept: Value) -> Result<(), String> {
        match self.backend(reach) {
            Ok(backend) => backend.cancel(reach, kept).await,
            Err(_) => Ok(()),
        }
    }
}
