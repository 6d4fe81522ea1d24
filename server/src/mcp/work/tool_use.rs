//! An agent's own tools, where its program asks the portal before it uses one. The answer is in the form that Claude
//! Code's `--permission-prompt-tool` reads.

use std::time::Duration;

use domain::{
    Error, Result,
    approvals::{self, Approval, ApprovalState, Audience, Decision, Question},
    audit::{self, AuditOutcome, NewEntry},
    ids::{ApprovalId, TokenId},
    runs::ClaimedRun,
    session::Choice,
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use sessions::Offset;

use super::{AgentCaller, run_argument::reads};
use crate::mcp::tool::Tool;

/// How long an operator may decide: whoever waits holds a place at work.
const OPEN_FOR: i64 = 24 * 3_600;
/// How often it is looked whether somebody decided, where nothing is heard.
const LOOK: Duration = Duration::from_secs(15);
/// The most of a tool's input that is shown.
const SHOWN: usize = 4_000;

pub(super) fn tools() -> Vec<Tool<AgentCaller>> {
    vec![reads(
        (
            "approve_tool_use",
            "Approve the use of a tool",
            "For an agent's program, not for its model: asks before one of the agent's own tools is used. What is on its \
             list is allowed at once; otherwise the people who run the workspace decide, and this waits for them.",
        ),
        approve_tool_use,
    )
    // Claude Code takes no other answer.
    .in_text()]
}

#[derive(Deserialize, JsonSchema)]
struct ToolUse {
    /// The tool's name.
    tool_name: String,
    /// What it is to be used with.
    #[serde(default)]
    input: Map<String, Value>,
    /// The program's own id of the use.
    #[serde(default)]
    tool_use_id: Option<String>,
}

async fn approve_tool_use(worker: AgentCaller, claimed: ClaimedRun, asked: ToolUse) -> Result<Value> {
    let input = Value::Object(asked.input);
    if worker.tools.contains(&asked.tool_name) {
        return Ok(allow(input));
    }
    if let Some(token) = worker.by.token.filter(|_| worker.run.is_some()) {
        return tokio::select! {
            decided = ask_attempt(&worker, token, &asked.tool_name, input, asked.tool_use_id) => Ok(decided),
            () = worker.stop.cancelled() => Err(Error::refused(RESTARTS)),
        };
    }
    // From before the question, so that no answer is missed.
    let from = worker.db.engine().head(claimed.backstage_stream()).await?.next;
    let approval = ask(&worker, &claimed, &asked.tool_name, &input, asked.tool_use_id.as_deref()).await?;
    let settled = tokio::select! {
        settled = wait(&worker, &claimed, approval, from) => settled?,
        () = worker.stop.cancelled() => return Err(Error::refused(RESTARTS)),
    };
    Ok(match approvals::queries::decision(&worker.db, &claimed, settled.id).await? {
        Decision::Chosen(key) if key == ALLOW => allow(input),
        Decision::Chosen(_) => deny("The operators declined."),
        Decision::Pending | Decision::Unanswered => deny("No one decided in time. Continue without it."),
    })
}

/// Asks the attempt that started the program, which asks the operators as it does for every backend.
async fn ask_attempt(
    worker: &AgentCaller,
    token: TokenId,
    tool: &str,
    input: Value,
    id: Option<String>,
) -> Value {
    match worker.gateway.ask_permission(token, tool, &input, id).await {
        Ok(true) => allow(input),
        Ok(false) => deny("This wasn’t allowed. Continue without it, in another way if there is one."),
        // The program ends at once. An answer would stand as a refusal in what it remembers, where another attempt may
        // still be given leave.
        Err(_) => std::future::pending().await,
    }
}

const RESTARTS: &str = "The portal is restarting. Try again in a little while.";
/// The key of the answer that allows it.
const ALLOW: &str = "allow";

fn allow(input: Value) -> Value {
    json!({ "behavior": "allow", "updatedInput": input })
}

fn deny(why: &str) -> Value {
    json!({ "behavior": "deny", "message": why })
}

async fn ask(
    worker: &AgentCaller,
    claimed: &ClaimedRun,
    tool: &str,
    input: &Value,
    id: Option<&str>,
) -> Result<ApprovalId> {
    let shown: String = serde_json::to_string_pretty(input).unwrap_or_default().chars().take(SHOWN).collect();
    // A fence that nothing within can close.
    let fence = "`".repeat(3 + shown.matches("```").count());
    let option = |key: &str, label: &str| Choice { key: key.to_owned(), label: label.to_owned() };
    let question = Question {
        question: format!("Allow {} to use {}?", claimed.agent_name, short(tool)),
        detail: format!("{fence}json\n{shown}\n{fence}"),
        options: vec![option(ALLOW, "Allow"), option("do-not-allow", "Don’t allow")],
        open_for: OPEN_FOR,
        audience: Audience::Operator,
    };
    let key = json!([tool, input]).to_string();
    let (approval, is_new) = approvals::commands::ask_once(&worker.db, claimed, &key, question).await?;
    if !is_new {
        return Ok(approval);
    }
    let entry = NewEntry::done("approve_tool_use", short(tool)).of(claimed.client);
    let entry = entry.with_outcome(AuditOutcome::Proposed, id.unwrap_or_default());
    audit::commands::write(&worker.db, &claimed.scope, &worker.by, &entry).await?;
    Ok(approval)
}

fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(100).collect()
}

/// Waits until the question is settled, however long that takes and whichever node hears of it.
async fn wait(
    worker: &AgentCaller,
    claimed: &ClaimedRun,
    approval: ApprovalId,
    from: Offset,
) -> Result<Approval> {
    let mut follower = worker.db.engine().follow(claimed.backstage_stream(), from);
    loop {
        let found = approvals::queries::get(&worker.db, &claimed.scope, approval).await?;
        if found.state != ApprovalState::Open {
            return Ok(found);
        }
        match tokio::time::timeout(LOOK, follower.next()).await {
            Ok(Ok(Some(_))) | Err(_) => {}
            Ok(Ok(None)) => return Err(Error::refused(RESTARTS)),
            Ok(Err(error)) => return Err(error.into()),
        }
    }
}
