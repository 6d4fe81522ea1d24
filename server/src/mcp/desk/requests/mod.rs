//! Requests, and what is done with them.

mod write;

use domain::{
    Result, Scope,
    ids::{ClientId, RequestId},
    requests::{Card, Column, Detail, queries},
    session,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{DeskCaller, id, reads};
use crate::mcp::{
    json::{self, when},
    tool::Tool,
};

pub(super) fn tools() -> Vec<Tool<DeskCaller>> {
    let mut tools = reading();
    tools.extend(write::tools());
    tools
}

fn reading() -> Vec<Tool<DeskCaller>> {
    vec![
        reads(
            (
                "list_requests",
                "List requests",
                "Requests of one client or of all, newest first, a page at a time: where they stand, their clock, who works \
                 on them and what they wait for.",
            ),
            list_requests,
        ),
        reads(
            (
                "get_request",
                "Get a request",
                "One request with its brief, files, deliverables, open questions and its conversation.",
            ),
            get_request,
        ),
    ]
}

/// Which request, as people name it.
#[derive(Serialize, Deserialize, JsonSchema)]
pub(super) struct RequestRef {
    /// The client's id, such as cli_0197…
    pub(super) client: String,
    /// The request's number with that client.
    pub(super) number: u64,
}

impl RequestRef {
    pub(super) async fn find(&self, desk: &DeskCaller) -> Result<(Scope, ClientId, RequestId)> {
        let client: ClientId = id(&self.client)?;
        let scope = desk.within(client)?;
        let request = queries::find(&desk.db, &scope, client, self.number).await?;
        Ok((scope, client, request))
    }
}

/// Where on the board.
#[derive(Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "Where")]
pub(super) enum ColumnName {
    Backlog,
    UpNext,
    InProgress,
    /// Waiting on the client.
    Waiting,
    Review,
    Done,
}

impl From<ColumnName> for Column {
    fn from(column: ColumnName) -> Self {
        match column {
            ColumnName::Backlog => Self::Backlog,
            ColumnName::UpNext => Self::UpNext,
            ColumnName::InProgress => Self::InProgress,
            ColumnName::Waiting => Self::Waiting,
            ColumnName::Review => Self::Review,
            ColumnName::Done => Self::Done,
        }
    }
}

#[derive(Deserialize, JsonSchema)]
struct ListRequests {
    /// One client's id; default: all clients.
    #[serde(default)]
    client: Option<String>,
    /// Those in one column; default: all.
    #[serde(default)]
    column: Option<ColumnName>,
    /// From 1.
    #[serde(default)]
    page: u32,
}

async fn list_requests(desk: DeskCaller, asked: ListRequests) -> Result<Value> {
    let scope = match &asked.client {
        Some(client) => desk.within(id(client)?)?,
        None => desk.scope.clone(),
    };
    let found = queries::list(&desk.db, &scope, asked.column.map(Column::from), asked.page.max(1)).await?;
    let requests: Vec<_> = found.cards.iter().map(card).collect();
    Ok(json!({ "requests": requests, "page": found.page, "more": found.more }))
}

/// A request in short.
pub(super) fn card(card: &Card) -> Value {
    json!({
        "client": card.client,
        "client_name": card.client_name,
        "number": card.number,
        "title": card.title,
        "column": card.column,
        "priority": card.priority,
        "created": when(card.created_at),
        "due": card.due_at.and_then(when),
        "at_risk": card.cycle.at_risk,
        "overdue": card.cycle.overdue,
        "agent": card.agent,
        "run": card.run.as_ref().map(|run| json!({
            "run": run.id, "state": run.state, "attempt": run.attempt, "failure": run.failure,
        })),
        "waiting_for": card.waiting_for,
    })
}

#[derive(Deserialize, JsonSchema)]
struct GetRequest {
    #[serde(flatten)]
    which: RequestRef,
    /// How many entries of the conversation to skip: those that you have read already. Default: none.
    #[serde(default)]
    skip: u32,
}

async fn get_request(desk: DeskCaller, asked: GetRequest) -> Result<Value> {
    let (scope, client, _) = asked.which.find(&desk).await?;
    let found = queries::by_number(&desk.db, &scope, client, asked.which.number).await?;
    let reading = session::queries::read(&desk.db, &scope, found.session_stream).await?;
    let mut told = detail(&found);
    told["conversation"] = json::conversation(&reading.conversation, asked.skip);
    Ok(told)
}

fn detail(found: &Detail) -> Value {
    let mut told = card(&found.card);
    told["brief"] = json!(found.brief);
    told["asked_by"] = json!(found.asked_by);
    told["withdrawn"] = json!(found.withdrawn_at.and_then(when));
    told["files"] =
        found.files.iter().map(|file| json!({ "name": file.name, "bytes": file.bytes })).collect();
    told["deliverables"] = found
        .deliverables
        .iter()
        .map(|made| json!({ "title": made.title, "versions": made.versions.len() }))
        .collect();
    told["open_questions"] = found
        .approvals
        .iter()
        .map(|open| json!({ "approval": open.id, "question": open.question, "asked": open.audience }))
        .collect();
    told
}
