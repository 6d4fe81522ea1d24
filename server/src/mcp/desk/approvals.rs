use domain::{
    Error, FieldErrors, Result,
    approvals::{self, AnswerOutcome, Approval},
    audit::NewEntry,
    ids::{ApprovalId, ProposalId},
    proposals::{self, Proposal},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{DeskCaller, id, reads, writes};
use crate::mcp::{
    json::when,
    tool::{NoArguments, Tool, WriteResult},
};

pub(super) fn tools() -> Vec<Tool<DeskCaller>> {
    vec![
        reads::<NoArguments, _, _>(
            (
                "list_approvals",
                "List open questions",
                "What agents ask and nobody has answered yet, oldest first: of the client, or of the operators.",
            ),
            list_approvals,
        ),
        reads(
            (
                "get_approval",
                "Check a decision",
                "What came of an agent's question, or of an action of yours that waits for a person's decision: open, done, \
                 declined, failed (and why), answered, expired or withdrawn.",
            ),
            get_approval,
        ),
        writes(
            (
                "answer_approval",
                "Answer an agent's question",
                "Answers a question that suspends an agent's work, by one of its options. The first answer counts. What you \
                 proposed yourself is decided by a person on the desk and not here.",
            ),
            answer_approval,
        ),
    ]
}

async fn list_approvals(desk: DeskCaller, _: NoArguments) -> Result<Value> {
    let found = approvals::queries::list_open(&desk.db, &desk.scope).await?;
    Ok(json!({ "approvals": found.iter().map(approval_json).collect::<Vec<_>>() }))
}

fn approval_json(approval: &Approval) -> Value {
    json!({
        "approval": approval.id,
        "client": approval.client,
        "client_name": approval.client_name,
        "number": approval.number,
        "title": approval.title,
        "asked": approval.audience,
        "question": approval.question,
        "detail": approval.detail,
        "options": approval.options,
        "state": approval.state.as_str(),
        "answer": approval.answer,
        "answered_by": approval.answered_by,
        "answered": approval.answered_at.and_then(when),
        "open_until": when(approval.expires_at),
    })
}

#[derive(Deserialize, JsonSchema)]
struct GetApproval {
    /// The id that the question or your action has: apr_… or prop_…
    approval: String,
}

async fn get_approval(desk: DeskCaller, asked: GetApproval) -> Result<Value> {
    if let Ok(proposal) = asked.approval.parse::<ProposalId>() {
        return Ok(proposed(&proposals::queries::get(&desk.db, &desk.scope, proposal).await?));
    }
    Ok(approval_json(
        &approvals::queries::get(&desk.db, &desk.scope, id::<ApprovalId>(&asked.approval)?).await?,
    ))
}

fn proposed(proposal: &Proposal) -> Value {
    json!({
        "approval": proposal.id,
        "action": proposal.what,
        "would": proposal.words,
        "state": proposal.state.as_str(),
        "failure": (!proposal.failure.is_empty()).then_some(&proposal.failure),
        "decided_by": proposal.answered_by,
        "decided": proposal.answered_at.and_then(when),
        "open_until": when(proposal.expires_at),
    })
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct AnswerApproval {
    /// The question's id, such as apr_0197…
    approval: String,
    /// The key of one of its options.
    answer: String,
}

async fn answer_approval(desk: DeskCaller, asked: AnswerApproval) -> Result<WriteResult> {
    let approval: ApprovalId = asked.approval.parse().map_err(|_| {
        Error::Fields(FieldErrors::one("approval", "Give the id of an agent's question: apr_…"))
    })?;
    let found = approvals::queries::get(&desk.db, &desk.scope, approval).await?;
    let told = match approvals::commands::answer(&desk.db, &desk.scope, approval, &asked.answer).await? {
        AnswerOutcome::Won { label } => json!({ "state": "answered", "answer": label }),
        AnswerOutcome::Kept { label, goes_on } => {
            json!({ "state": "answered", "answer": label, "work": goes_on })
        }
        AnswerOutcome::Lost { by, label, at } => {
            json!({ "state": "answered_before", "answer": label, "by": by, "at": when(at) })
        }
        AnswerOutcome::Expired => json!({ "state": "expired" }),
    };
    let entry = NewEntry::done(
        "answer_approval",
        format!("{} #{}: {}", found.client_name, found.number, found.question),
    );
    Ok((told.clone(), NewEntry { after: Some(told.to_string()), ..entry.of(found.client) }))
}
