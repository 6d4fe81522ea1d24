//! Other agents that help with parts of the work.

use domain::{
    Db, Result,
    audit::NewEntry,
    runs::{self, ClaimedRun},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    AgentCaller,
    run_argument::{reads, writes},
};
use crate::mcp::tool::{NoArguments, Tool, WriteResult};

pub(super) fn tools() -> Vec<Tool<AgentCaller>> {
    vec![
        writes(
            (
                "delegate",
                "Have another agent help",
                "Gives a part of your work to another agent, who works on it at once, in a run of its own and under its \
                 own name; give several away to have them done side by side. This returns at once, and get_delegated \
                 tells what came of it. They read the request themselves, but do not deliver or speak with the client.",
            ),
            delegate,
        ),
        reads::<NoArguments, _, _>(
            (
                "get_delegated",
                "Get what was delegated",
                "Who can help, and the tasks that your run has given away: queued, working, suspended (an operator is \
                 asked), completed (with the result), failed or cancelled. While one is being worked on, wait a while \
                 before you look again.",
            ),
            get_delegated,
        ),
    ]
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Delegate {
    /// Who is to help, by name; get_delegated tells who can.
    agent: String,
    /// What to do, and what to answer with.
    task: String,
}

async fn delegate(db: Db, claimed: ClaimedRun, asked: Delegate) -> Result<WriteResult> {
    let run = runs::commands::delegate(&db, &claimed, &asked.agent, &asked.task).await?;
    let entry = NewEntry::done("delegate", asked.agent.trim()).of(claimed.client);
    Ok((json!({ "run": run, "state": "queued" }), entry))
}

async fn get_delegated(worker: AgentCaller, claimed: ClaimedRun, _: NoArguments) -> Result<Value> {
    let helpers = runs::queries::helpers(&worker.db, &claimed).await?;
    let helpers: Vec<_> =
        helpers.iter().map(|helper| json!({ "name": helper.name, "persona": helper.persona })).collect();
    let tasks = runs::queries::sub_runs(&worker.db, &claimed).await?;
    Ok(json!({ "can_help": helpers, "tasks": tasks }))
}
