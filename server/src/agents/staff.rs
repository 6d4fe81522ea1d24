//! Whoever the agent of a run is, by its backend.

use std::sync::Arc;

use domain::agents::{Backend, Reach};
use serde_json::Value;

use super::{Brain, End, Failure, Workbench};

/// Every backend's brain behind one.
pub struct Staff {
    house: Arc<dyn Brain>,
    others: Vec<(Backend, Arc<dyn Brain>)>,
}

impl Staff {
    /// With the house agent's brain.
    pub fn new(house: Arc<dyn Brain>) -> Self {
        Self { house, others: Vec::new() }
    }

    /// And the brain of another backend.
    pub fn with(mut self, backend: Backend, brain: impl Brain + 'static) -> Self {
        self.others.push((backend, Arc::new(brain)));
        self
    }

    fn brain(&self, reach: &Reach) -> Result<Arc<dyn Brain>, Failure> {
        let theirs = self.others.iter().find(|(backend, _)| *backend == reach.backend);
        match (reach.backend, theirs) {
            (_, Some((_, brain))) => Ok(Arc::clone(brain)),
            (Backend::House, None) => Ok(Arc::clone(&self.house)),
            (other, None) => Err(Failure::ours(format!("no brain for the backend {}", other.as_str()))),
        }
    }
}

#[async_trait::async_trait]
impl Brain for Staff {
    async fn work(&self, bench: &mut Workbench) -> Result<End, Failure> {
        self.brain(bench.reach())?.work(bench).await
    }

    async fn part(&self, reach: &Reach, kept: Value) -> Result<(), String> {
        match self.brain(reach) {
            Ok(brain) => brain.part(reach, kept).await,
            Err(_) => Ok(()),
        }
    }
}
