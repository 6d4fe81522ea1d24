//! What an agent shows, delivers and ends with.

use domain::{
    Db, Error, FieldErrors, Result,
    agents::{self, Backend},
    audit::NewEntry,
    deliverables::{self, Content},
    runs::{self, ClaimedRun},
    session::{Part, PlanStep, StepState},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{AgentCaller, run_argument::writes};
use crate::mcp::tool::{Tool, WriteResult};

/// The longest title and detail of a step, and the longest plan.
const TITLE: usize = 200;
const DETAIL: usize = 2_000;
const STEPS: usize = 30;

pub(super) fn tools() -> Vec<Tool<AgentCaller>> {
    vec![
        writes(
            (
                "report_progress",
                "Report progress",
                "Shows the client what you are about: a plan, whole each time, or one step of the work. Plain words, no \
                 jargon, no names of tools: what is done for them, not how.",
            ),
            report_progress,
        ),
        writes(
            (
                "deliver",
                "Deliver",
                "Delivers a piece of work as Markdown: a new deliverable by its title, or the next version of the one \
                 that has it. It is not before the client for review until you finish.",
            ),
            deliver,
        ),
        writes(
            (
                "finish",
                "Finish",
                "Ends your run and puts what you delivered before the client for review. Deliver first. Where you help \
                 another agent with a task, give the result instead: it goes to them.",
            ),
            finish,
        ),
    ]
}

/// How a step stands.
#[derive(Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "State")]
#[serde(rename_all = "snake_case")]
enum StepStatus {
    Open,
    Working,
    Done,
    Failed,
}

impl From<StepStatus> for StepState {
    fn from(state: StepStatus) -> Self {
        match state {
            StepStatus::Open => Self::Open,
            StepStatus::Working => Self::Working,
            StepStatus::Done => Self::Done,
            StepStatus::Failed => Self::Failed,
        }
    }
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Planned")]
struct PlanLine {
    title: String,
    state: StepStatus,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Step")]
struct StepInput {
    /// Your own name for the step: the same again replaces it.
    id: String,
    title: String,
    #[serde(default)]
    detail: String,
    state: StepStatus,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Progress")]
struct ProgressInput {
    /// The whole plan as it stands.
    #[serde(default)]
    plan: Vec<PlanLine>,
    /// One step of the work.
    #[serde(default)]
    step: Option<StepInput>,
}

async fn report_progress(db: Db, claimed: ClaimedRun, asked: ProgressInput) -> Result<WriteResult> {
    let mut parts = Vec::new();
    if asked.plan.len() > STEPS {
        return Err(Error::Fields(FieldErrors::one("plan", format!("Plan {STEPS} steps at most."))));
    }
    let words = asked.step.as_ref().map(|step| step.title.clone()).unwrap_or_else(|| "the plan".to_owned());
    if !asked.plan.is_empty() {
        let steps = asked.plan.into_iter();
        let steps = steps.map(|step| PlanStep { title: short(&step.title, TITLE), state: step.state.into() });
        parts.push(Part::DataPlan { steps: steps.collect() });
    }
    if let Some(step) = asked.step {
        parts.push(Part::DataStep {
            id: short(&step.id, TITLE),
            title: short(&step.title, TITLE),
            result: String::new(),
            detail: short(&step.detail, DETAIL),
            state: step.state.into(),
        });
    }
    if parts.is_empty() {
        return Err(Error::Fields(FieldErrors::one("plan", "Give a plan, a step, or both.")));
    }
    runs::commands::report(&db, &claimed, parts).await?;
    Ok((json!({ "shown": true }), NewEntry::done("report_progress", words).of(claimed.client)))
}

fn short(text: &str, most: usize) -> String {
    text.replace('\0', "").trim().chars().take(most).collect()
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Deliver {
    /// What it is called, for the client.
    title: String,
    markdown: String,
}

async fn deliver(db: Db, claimed: ClaimedRun, asked: Deliver) -> Result<WriteResult> {
    let version =
        deliverables::commands::put(&db, &claimed, &asked.title, Content::Body(asked.markdown)).await?;
    let entry = NewEntry::done("deliver", format!("{}, version {version}", asked.title)).of(claimed.client);
    Ok((json!({ "title": asked.title, "version": version }), entry))
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Finish {
    /// Of a task that another agent gave you: what it came to, as Markdown.
    #[serde(default)]
    result: Option<String>,
}

async fn finish(db: Db, claimed: ClaimedRun, asked: Finish) -> Result<WriteResult> {
    // Whoever reads along with a program ends its run, once its last words are said and what it used is counted.
    let backend = agents::queries::get(&db, &claimed.scope, claimed.agent).await?.backend;
    let is_read_along = matches!(backend, Backend::Acp | Backend::ClaudeCode);
    if claimed.parent.is_some() {
        if is_read_along {
            return Err(Error::refused("Your last message is your answer: say it, and end your turn."));
        }
        runs::commands::append_held_back(&db, &claimed).await?;
        runs::commands::answer(&db, &claimed, asked.result.as_deref().unwrap_or_default()).await?;
        let entry = NewEntry::done("finish", format!("a part of #{}", claimed.number)).of(claimed.client);
        return Ok((json!({ "state": "completed" }), entry));
    }
    let entry = NewEntry::done("finish", format!("#{}", claimed.number)).of(claimed.client);
    if is_read_along {
        if !deliverables::queries::has_delivered(&db, &claimed).await? {
            return Err(Error::refused("You have delivered nothing yet: call deliver first."));
        }
        return Ok((
            json!({ "state": "review", "now": "End your turn: your work goes before the client with it." }),
            entry,
        ));
    }
    // It may have written over the API as well.
    runs::commands::append_held_back(&db, &claimed).await?;
    deliverables::commands::submit_for_review(&db, &claimed).await?;
    Ok((json!({ "state": "review" }), entry))
}
