//! Which of its runs a call is about.

use domain::{
    Db, Error, FieldErrors, Result, agents,
    idempotency::{Call, answered, once},
    ids::RunId,
    runs::{self, ClaimedRun, RunInHand},
    session::RunState,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::AgentCaller;
use crate::mcp::tool::{Tool, ToolEffect, ToolText, WriteResult};

/// Arguments beside which the run may be named.
#[derive(Deserialize, JsonSchema)]
pub(super) struct WithRun<A> {
    /// The id of your run; only where you have several in hand.
    #[serde(default)]
    run: Option<String>,
    #[serde(flatten)]
    rest: A,
}

/// The same, for what is done once.
#[derive(Deserialize, JsonSchema)]
pub(super) struct WithRunAndKey<A> {
    /// The id of your run; only where you have several in hand.
    #[serde(default)]
    run: Option<String>,
    /// Your own name for this call: sent again under the same name it is not done again.
    #[serde(default)]
    idempotency_key: Option<String>,
    #[serde(flatten)]
    rest: A,
}

/// A tool that reads something of the run.
pub(super) fn reads<A, F, W>(words: ToolText, work: F) -> Tool<AgentCaller>
where
    A: DeserializeOwned + JsonSchema + Send + 'static,
    F: Fn(AgentCaller, ClaimedRun, A) -> W + Clone + Send + Sync + 'static,
    W: Future<Output = Result<Value>> + Send + 'static,
{
    Tool::new(ToolEffect::Reads, words, move |worker: AgentCaller, of: WithRun<A>| {
        let work = work.clone();
        async move {
            let claimed = worker.in_hand(of.run.as_deref()).await?.claimed;
            work(worker, claimed, of.rest).await
        }
    })
}

/// A tool that does something to the run, once under its key and audited in the same transaction.
pub(super) fn writes<A, F, W>(words: ToolText, work: F) -> Tool<AgentCaller>
where
    A: Serialize + DeserializeOwned + JsonSchema + Send + 'static,
    F: Fn(Db, ClaimedRun, A) -> W + Clone + Send + Sync + 'static,
    W: Future<Output = Result<WriteResult>> + Send + 'static,
{
    Tool::new(ToolEffect::Writes, words, move |worker: AgentCaller, of: WithRunAndKey<A>| {
        let work = work.clone();
        async move {
            // A call that is sent again may find its run ended, by its own doing.
            let run = worker.in_hand(of.run.as_deref()).await;
            let arguments =
                serde_json::to_value(&of.rest).map_err(|error| Error::Broken(error.to_string()))?;
            let (by, key) = (worker.by.clone(), of.idempotency_key.clone());
            let call = Call { by: &by, what: words.0, key: key.as_deref(), arguments: &arguments };
            let claimed = match run {
                Ok(hand) => hand.claimed,
                Err(error) => return answered(&worker.db, &call).await?.ok_or(error),
            };
            let scope = claimed.scope.clone();
            once(&worker.db, &scope, call, move |db| work(db, claimed, of.rest)).await
        }
    })
}

impl AgentCaller {
    /// The run that is meant: the agent's own and no other's.
    pub(super) async fn in_hand(&self, named: Option<&str>) -> Result<RunInHand> {
        let mut all = runs::queries::list_in_hand(&self.db, &self.scope).await?;
        if let Some((run, attempt)) = self.run {
            all.retain(|hand| hand.claimed.run == run && hand.claimed.attempt == attempt);
        }
        let hand = chosen(all, named)?;
        // What the agent is let in with elsewhere is not written down here.
        agents::queries::reach(&self.db, &hand.claimed).await?;
        Ok(hand)
    }
}

fn chosen(mut all: Vec<RunInHand>, named: Option<&str>) -> Result<RunInHand> {
    if let Some(named) = named {
        let wanted: RunId = named.parse().map_err(|_| not_a_run())?;
        return all.into_iter().find(|hand| hand.claimed.run == wanted).ok_or(Error::NotFound);
    }
    match all.len() {
        0 => Err(Error::refused("You have no run in hand: there is nothing to work on.")),
        1 => Ok(all.remove(0)),
        _ => Err(Error::Fields(FieldErrors::one("run", which(&all)))),
    }
}

fn not_a_run() -> Error {
    Error::Fields(FieldErrors::one("run", "Give the id of one of your runs, such as run_0197…"))
}

fn which(all: &[RunInHand]) -> String {
    let one = |hand: &RunInHand| {
        let waits = if hand.state == RunState::Suspended { ", waits for an answer" } else { "" };
        format!("{} (request #{}{waits})", hand.claimed.run, hand.claimed.number)
    };
    let names: Vec<String> = all.iter().map(one).collect();
    format!("You have several runs in hand. Say which one: {}.", names.join(", "))
}
