//! The house agent with a model behind it: an OpenAI-compatible endpoint that streams. A model without tools works too:
//! its words become the deliverable.
//!
//! What is said to the agent while the model speaks cuts its answer off, unless a tool call has begun, and is the next
//! thing that the model reads.

mod chunk;
mod endpoint;
mod find;
mod hand;
pub(in crate::agents) mod prompt;
pub(in crate::agents) mod sse;
mod talk;
mod tools;
mod trouble;
mod voice;

pub use endpoint::{Endpoint, Limits};
pub use find::find;

use super::super::{Brain, End, Failure, Workbench};

/// The brain that asks a model.
#[derive(Debug)]
pub struct Model {
    endpoint: Endpoint,
}

impl Model {
    /// Over this endpoint.
    pub fn new(endpoint: Endpoint) -> Self {
        Self { endpoint }
    }
}

#[async_trait::async_trait]
impl Brain for Model {
    async fn work(&self, bench: &mut Workbench) -> Result<End, Failure> {
        if bench.past().has_delivered() {
            return Ok(End::Review);
        }
        talk::Talk::begin(&self.endpoint, bench).await.go().await
    }
}
