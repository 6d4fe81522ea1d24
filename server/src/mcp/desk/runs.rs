use domain::{
    Result, agents,
    audit::NewEntry,
    controls,
    ids::{AgentId, RunId},
    requests::queries,
    runs::{self, RunFilter, RunSummary},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    DeskCaller, id, reads,
    requests::{RequestRef, card},
    writes,
};
use crate::mcp::{
    json::when,
    tool::{NoArguments, Tool, WriteResult},
};

pub(super) fn tools() -> Vec<Tool<DeskCaller>> {
    vec![
        reads::<NoArguments, _, _>(
            (
                "list_agents",
                "List the agents",
                "Who does the work, whether they take work, and what each has in hand.",
            ),
            list_agents,
        ),
        reads(
            (
                "list_runs",
                "List runs",
                "Pieces of agents' work, newest first: queued, working, suspended (they wait for an answer), completed, \
                 cancelled or failed.",
            ),
            list_runs,
        ),
        reads(
            ("get_run", "Get a run", "One piece of an agent's work, and why it failed if it did."),
            get_run,
        ),
        writes(
            (
                "stop_run",
                "Stop the work",
                "Stops the agent that works on a request. What is written so far stays; retry_run takes it up again.",
            ),
            stop_run,
        ),
        writes(
            (
                "retry_run",
                "Restart work",
                "Takes the work on a request up again after it failed, was stopped, or ended without anything to review.",
            ),
            retry_run,
        ),
    ]
}

async fn list_agents(desk: DeskCaller, _: NoArguments) -> Result<Value> {
    let found = agents::queries::list_with_runs(&desk.db, &desk.scope).await?;
    let agents: Vec<_> = found
        .iter()
        .map(|now| {
            let runs: Vec<_> = now
                .runs
                .iter()
                .map(|run| {
                    json!({
                        "run": run.run, "state": run.state, "client": run.client, "client_name": run.client_name,
                        "number": run.number, "title": run.title, "since": when(run.since),
                    })
                })
                .collect();
            json!({
                "agent": now.agent.id,
                "name": now.agent.name,
                "works_for": now.client_name,
                "takes_work": now.agent.ready,
                "backend": now.agent.backend,
                "tools": now.agent.tools,
                "in_hand": runs,
            })
        })
        .collect();
    Ok(json!({ "agents": agents }))
}

#[derive(Deserialize, JsonSchema)]
struct ListRuns {
    /// One client's id; default: all clients.
    #[serde(default)]
    client: Option<String>,
    /// One agent's id; default: all agents.
    #[serde(default)]
    agent: Option<String>,
    /// Those alone that have not ended.
    #[serde(default)]
    living: bool,
}

async fn list_runs(desk: DeskCaller, asked: ListRuns) -> Result<Value> {
    let scope = match &asked.client {
        Some(client) => desk.within(id(client)?)?,
        None => desk.scope.clone(),
    };
    let agent = asked.agent.as_deref().map(id::<AgentId>).transpose()?;
    let found =
        runs::queries::list(&desk.db, &scope, RunFilter { agent, living: asked.living, run: None }).await?;
    Ok(json!({ "runs": found.iter().map(run_json).collect::<Vec<_>>() }))
}

fn run_json(run: &RunSummary) -> Value {
    json!({
        "run": run.run,
        "helps": run.parent,
        "client": run.client,
        "client_name": run.client_name,
        "number": run.number,
        "title": run.title,
        "agent": run.agent,
        "agent_name": run.agent_name,
        "state": run.state,
        "attempt": run.attempt,
        "failure": run.failure,
        "queued": run.queued_at.to_rfc3339(),
        "started": run.started_at.map(|at| at.to_rfc3339()),
        "ended": run.ended_at.map(|at| at.to_rfc3339()),
    })
}

#[derive(Deserialize, JsonSchema)]
struct GetRun {
    /// The run's id, such as run_0197…
    run: String,
}

async fn get_run(desk: DeskCaller, asked: GetRun) -> Result<Value> {
    Ok(run_json(&runs::queries::get(&desk.db, &desk.scope, id::<RunId>(&asked.run)?).await?))
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct StopRun {
    #[serde(flatten)]
    which: RequestRef,
}

async fn stop_run(desk: DeskCaller, asked: StopRun) -> Result<WriteResult> {
    let (scope, client, request) = asked.which.find(&desk).await?;
    let outcome = controls::commands::stop_run(&desk.db, &scope, request, None).await?;
    let now = queries::by_number(&desk.db, &scope, client, asked.which.number).await?.card;
    let mut told = card(&now);
    // Whoever is at work answers within seconds; until then it is on its way.
    told["stop"] = json!(outcome.settled.map_or("asked", |outcome| outcome.as_str()));
    Ok((told, NewEntry::done("stop_run", now.named()).of(client)))
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct RetryRun {
    #[serde(flatten)]
    which: RequestRef,
}

async fn retry_run(desk: DeskCaller, asked: RetryRun) -> Result<WriteResult> {
    let (scope, client, request) = asked.which.find(&desk).await?;
    runs::commands::retry(&desk.db, &scope, request).await?;
    let now = queries::by_number(&desk.db, &scope, client, asked.which.number).await?.card;
    Ok((card(&now), NewEntry::done("retry_run", now.named()).of(client)))
}
