//! Agents with a model behind them: an endpoint that streams, over one of three wires. The conversation is the same for
//! all of them. A model without tools works too: its words become the deliverable.
//!
//! What is said to the agent while the model speaks cuts its answer off, unless a tool call has begun, and is the next
//! thing that the model reads.

mod answer;
mod conversation;
mod endpoint;
mod error;
mod find;
mod incoming;
mod limits;
mod notes;
pub(crate) mod prompt;
pub(crate) mod sse;
mod tool_executor;
mod tools;
mod wire;

pub use self::wire::Wire;
pub use endpoint::ModelEndpoint;
pub use find::find;
pub use limits::ModelLimits;

use domain::{agents::Reach, sealed::Secret};
use safe_http::SafeHttp;

use super::{AgentBackend, AttemptContext, AttemptEnd, AttemptFailure};

/// The backend that asks one endpoint: the built-in agent's.
#[derive(Debug)]
pub struct Model {
    endpoint: ModelEndpoint,
}

impl Model {
    /// Over this endpoint.
    pub fn new(endpoint: ModelEndpoint) -> Self {
        Self { endpoint }
    }
}

#[async_trait::async_trait]
impl AgentBackend for Model {
    async fn work(&self, context: &mut AttemptContext) -> Result<AttemptEnd, AttemptFailure> {
        if context.history().has_delivered() {
            return Ok(AttemptEnd::Review);
        }
        conversation::ModelConversation::begin(&self.endpoint, context).await?.run().await
    }
}

/// The backend of agents that have an endpoint each, by their settings.
#[derive(Clone, Debug)]
pub struct Models {
    safe_http: SafeHttp,
    limits: ModelLimits,
}

impl Models {
    /// Over addresses that are let through there.
    pub fn new(safe_http: SafeHttp, limits: ModelLimits) -> Self {
        Self { safe_http, limits }
    }

    /// The endpoint of an agent.
    ///
    /// # Errors
    /// What is wrong with how it is reached, in words for the operators.
    pub async fn endpoint(&self, reach: &Reach) -> Result<ModelEndpoint, String> {
        let wire = Wire::of(reach.backend).ok_or("This is no agent with a model.")?;
        let url =
            reach.settings.url.as_deref().or(reach.backend.usual_url()).ok_or("Its address is not set.")?;
        let url = self.safe_http.checked_url(url).await.map_err(|refused| refused.to_string())?;
        let key = reach.key.as_deref().map(Secret::new);
        Ok(ModelEndpoint::at(url, wire, reach.settings.model.clone(), key, self.limits))
    }
}

#[async_trait::async_trait]
impl AgentBackend for Models {
    async fn work(&self, context: &mut AttemptContext) -> Result<AttemptEnd, AttemptFailure> {
        if context.history().has_delivered() {
            return Ok(AttemptEnd::Review);
        }
        let endpoint = self.endpoint(context.reach()).await;
        let endpoint = endpoint.map_err(|reason| AttemptFailure::unset(context.agent(), reason))?;
        conversation::ModelConversation::begin(&endpoint, context).await?.run().await
    }
}
