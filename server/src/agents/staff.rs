//! Whoever the agent of a run is, by its backend.

use std::sync::Arc;

use domain::agents::{Backend, Reach};

use super::{Brain, End, Failure, Workbench};

/// Every backend's brain behind one.
pub struct Staff {
    house: Arc<dyn Brain>,
}

impl Staff {
    /// With the house agent's brain.
    pub fn new(house: Arc<dyn Brain>) -> Self {
        Self { house }
    }

    fn brain(&self, reach: &Reach) -> Result<Arc<dyn Brain>, Failure> {
        match reach.backend {
            Backend::House => Ok(Arc::clone(&self.house)),
            other => Err(Failure::ours(format!("no brain for the backend {}", other.as_str()))),
        }
    }
}

#[async_trait::async_trait]
impl Brain for Staff {
    async fn work(&self, bench: &mut Workbench) -> Result<End, Failure> {
        self.brain(bench.reach())?.work(bench).await
    }
}
