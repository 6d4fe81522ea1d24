//! Whoever the agent of a run is, by its backend.

use std::sync::Arc;

use domain::agents::{Backend, Reach};
use serde_json::Value;

use super::{AgentBackend, AttemptContext, End, Failure};

/// Every backend's brain behind one.
pub struct BackendRegistry {
    house: Arc<dyn AgentBackend>,
    others: Vec<(Backend, Arc<dyn AgentBackend>)>,
}

impl BackendRegistry {
    /// With the house agent's brain.
    pub fn new(house: Arc<dyn AgentBackend>) -> Self {
        Self { house, others: Vec::new() }
    }

    /// And the brain of another backend.
    pub fn with(mut self, backend: Backend, brain: impl AgentBackend + 'static) -> Self {
        self.others.push((backend, Arc::new(brain)));
        self
    }

    fn brain(&self, reach: &Reach) -> Result<Arc<dyn AgentBackend>, Failure> {
        let theirs = self.others.iter().find(|(backend, _)| *backend == reach.backend);
        match (reach.backend, theirs) {
            (_, Some((_, brain))) => Ok(Arc::clone(brain)),
            (Backend::House, None) => Ok(Arc::clone(&self.house)),
            (other, None) => Err(Failure::ours(format!("no brain for the backend {}", other.as_str()))),
        }
    }
}

#[async_trait::async_trait]
impl AgentBackend for BackendRegistry {
    async fn work(&self, bench: &mut AttemptContext) -> Result<End, Failure> {
        self.brain(bench.reach())?.work(bench).await
    }

    async fn part(&self, reach: &Reach, kept: Value) -> Result<(), String> {
        match self.brain(reach) {
            Ok(brain) => brain.part(reach, kept).await,
            Err(_) => Ok(()),
        }
    }
}
