//! Hermes Agent, by its runs API: <https://github.com/NousResearch/hermes-agent>.
//!
//! One run of Hermes is a *turn* of ours; what somebody says meanwhile becomes the next turn's input, for a running one
//! takes nothing in. Its events can be read once, by one reader, and are gone when that one is: only the attempt that
//! started the turn reads them, for words as they are written. What is certain are the messages that Hermes has on
//! record. They fill what was missed when the line was cut or the portal was restarted, and they hold the raw tool calls.

mod catch_up;
mod collect;
mod event;
mod guard;
mod kept;
mod line;
mod record;
mod turn;

use std::time::Duration;

use domain::agents::Reach;
use serde_json::Value;

use super::{
    AgentBackend, AttemptContext, End, Failure,
    external::{self, Trouble},
};
use crate::safe_http::SafeHttp;

/// How long is waited for what.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// For the answer to one call.
    pub answer: Duration,
    /// For the next event; Hermes says that it is alive every 30 seconds.
    pub quiet: Duration,
    /// For a Hermes that is away to come back.
    pub patience: Duration,
    /// Between looks at a run whose events cannot be read.
    pub poll: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            answer: Duration::from_secs(20),
            quiet: Duration::from_secs(75),
            patience: Duration::from_secs(180),
            poll: Duration::from_secs(1),
        }
    }
}

/// The brain that has a Hermes do the work.
pub struct Hermes {
    safe_http: SafeHttp,
    limits: Limits,
}

impl Hermes {
    /// Through the door to addresses that people type.
    pub fn new(safe_http: SafeHttp, limits: Limits) -> Self {
        Self { safe_http, limits }
    }

    /// The one place where its address is looked at.
    async fn line(&self, reach: &Reach) -> Result<line::Line, Trouble> {
        let Some(url) = &reach.settings.url else {
            return Err(Trouble::NotSet("Hermes' address is not set".to_owned()));
        };
        match self.safe_http.way(url).await {
            Ok(way) => Ok(line::Line::new(way, reach.key.clone(), self.limits)),
            Err(refused) => Err(Trouble::NotSet(refused.to_string())),
        }
    }
}

#[async_trait::async_trait]
impl AgentBackend for Hermes {
    async fn work(&self, bench: &mut AttemptContext) -> Result<End, Failure> {
        let line = self.line(bench.reach()).await.map_err(|trouble| trouble.failure(bench.agent()))?;
        let mut kept = kept::Kept::of(bench).await?;
        let said = loop {
            // By the portal's own tools, in whatever attempt.
            if kept.run.is_none() && kept.queue.is_empty() && bench.has_delivered().await? {
                return Ok(End::Review);
            }
            let turn = turn::Turn { line: &line };
            let started = turn.begin(bench, &mut kept).await?;
            let ended = collect::Collector::new(bench, &line, &mut kept).go(started).await?;
            kept.interrupted = ended.is_none();
            bench.keep(&kept).await?;
            if let Some(said) = ended.filter(|_| kept.queue.is_empty()) {
                break said;
            }
        };
        external::hand_in(bench, &said).await
    }

    async fn part(&self, reach: &Reach, kept: Value) -> Result<(), String> {
        // What cannot be read any more tells of nothing.
        let Some(run) = serde_json::from_value::<kept::Kept>(kept).ok().and_then(|kept| kept.run) else {
            return Ok(());
        };
        let line = self.line(reach).await.map_err(|trouble| trouble.to_string())?;
        line.stop(&run).await.map_err(|fault| fault.trouble().to_string())
    }
}
