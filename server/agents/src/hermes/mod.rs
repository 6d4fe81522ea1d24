//! Hermes Agent, by its runs API: <https://github.com/NousResearch/hermes-agent>.
//!
//! One run of Hermes is a *turn* of ours; what somebody says meanwhile becomes the next turn's input, for a running one
//! takes nothing in. Its events can be read once, by one reader, and are gone when that one is: only the attempt that
//! started the turn reads them, for words as they are written. What is certain are the messages that Hermes has on
//! record. They fill what was missed when the line was cut or the portal was restarted, and they hold the raw tool calls.

mod catch_up;
mod client;
mod collect;
mod event;
mod guard;
mod record;
mod state;
mod turn;

use std::time::Duration;

use domain::agents::Reach;
use serde_json::Value;

use super::{
    AgentBackend, AttemptContext, AttemptEnd, AttemptFailure,
    external::{self, ExternalError},
};
use safe_http::SafeHttp;

/// How long is waited for what.
#[derive(Clone, Copy, Debug)]
pub struct HermesLimits {
    /// For the answer to one call.
    pub answer: Duration,
    /// For the next event; Hermes says that it is alive every 30 seconds.
    pub quiet: Duration,
    /// For a Hermes that is away to come back.
    pub patience: Duration,
    /// Between looks at a run whose events cannot be read.
    pub poll: Duration,
}

impl Default for HermesLimits {
    fn default() -> Self {
        Self {
            answer: Duration::from_secs(20),
            quiet: Duration::from_secs(75),
            patience: Duration::from_secs(180),
            poll: Duration::from_secs(1),
        }
    }
}

/// The backend that has a Hermes do the work.
pub struct Hermes {
    safe_http: SafeHttp,
    limits: HermesLimits,
}

impl Hermes {
    /// Through the door to addresses that people type.
    pub fn new(safe_http: SafeHttp, limits: HermesLimits) -> Self {
        Self { safe_http, limits }
    }

    /// The one place where its address is looked at.
    async fn client(&self, reach: &Reach) -> Result<client::HermesClient, ExternalError> {
        let Some(url) = &reach.settings.url else {
            return Err(ExternalError::NotSet("Hermes' address is not set".to_owned()));
        };
        match self.safe_http.checked_url(url).await {
            Ok(url) => Ok(client::HermesClient::new(url, reach.key.clone(), self.limits)),
            Err(refused) => Err(ExternalError::NotSet(refused.to_string())),
        }
    }
}

#[async_trait::async_trait]
impl AgentBackend for Hermes {
    async fn work(&self, context: &mut AttemptContext) -> Result<AttemptEnd, AttemptFailure> {
        let client =
            self.client(context.reach()).await.map_err(|trouble| trouble.failure(context.agent()))?;
        let mut kept = state::HermesState::of(context).await?;
        let said = loop {
            if kept.run.is_none() && kept.queue.is_empty() {
                if let Some(last) = kept.last.take() {
                    break last;
                }
                // By the portal's own tools, in whatever attempt.
                if context.has_delivered().await? {
                    return Ok(AttemptEnd::Review);
                }
            }
            let turn = turn::TurnStarter { client: &client };
            let started = turn.begin(context, &mut kept).await?;
            let ended = collect::Collector::new(context, &client, &mut kept).go(started).await?;
            kept.interrupted = ended.is_none();
            kept.last = ended.filter(|_| kept.queue.is_empty());
            context.save_state(&kept).await?;
        };
        external::hand_in(context, &said).await
    }

    async fn cancel(&self, reach: &Reach, kept: Value) -> Result<(), String> {
        // What cannot be read any more tells of nothing.
        let Some(run) = serde_json::from_value::<state::HermesState>(kept).ok().and_then(|kept| kept.run)
        else {
            return Ok(());
        };
        let client = self.client(reach).await.map_err(|trouble| trouble.to_string())?;
        client.stop(&run).await.map_err(|fault| fault.trouble().to_string())
    }
}
