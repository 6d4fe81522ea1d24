//! An endpoint on this machine that nobody named.

use std::time::Duration;

use tokio::time::timeout;

use super::{ModelEndpoint, ModelLimits};
use crate::built_in::Llm;

/// How long one address may take to answer.
const PATIENCE: Duration = Duration::from_secs(1);

/// Asks where Ollama and llama.cpp listen for their models, once; the first that has `wanted`, or any where none is
/// wanted. No key is sent: whatever listens there was not named by anyone.
pub async fn find(wanted: Option<&str>) -> Option<ModelEndpoint> {
    for address in Llm::LOCAL {
        let base = address.parse().ok()?;
        let endpoint =
            ModelEndpoint::new(&base, wanted.map(str::to_owned), None, ModelLimits::default()).ok()?;
        if let Ok(Ok(models)) = timeout(PATIENCE, endpoint.models()).await
            && wanted.map_or(!models.is_empty(), |wanted| models.iter().any(|model| model == wanted))
        {
            tracing::info!(endpoint = address, "the house agent found an endpoint on this machine");
            return Some(endpoint);
        }
    }
    None
}
