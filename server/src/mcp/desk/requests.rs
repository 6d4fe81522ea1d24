use domain::{
    Error, FieldErrors, Result, Scope,
    audit::Deed,
    ids::{AgentId, ClientId, RequestId},
    requests::{Card, Column, Detail, NewRequest, Priority, commands, queries},
    session,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Desk, id, reads, writes};
use crate::mcp::{
    told::{self, when},
    tool::{Done, Tool},
};

pub(super) fn tools() -> Vec<Tool<Desk>> {
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
        writes(
            (
                "create_request",
                "Create a request",
                "Asks for work in a client's name. It waits in the Backlog, or in Up next, from where it is started as soon \
                 as a place is free.",
            ),
            create_request,
        ),
        writes(
            (
                "move_request",
                "Move a request",
                "Moves a request on the board within its rules. To in_progress starts it, where a place is free; out of work \
                 parks it: its clock stops and whoever works on it is taken off; from review to done approves it.",
            ),
            move_request,
        ),
        writes(
            (
                "comment_on_request",
                "Comment on a request",
                "Writes into a request's conversation, for the client to read, or backstage, for operators and agents alone.",
            ),
            comment_on_request,
        ),
        writes(
            (
                "assign_agent",
                "Assign an agent",
                "Gives a request to an agent, and starts it if you say so: a request from the Backlog goes to work at once, \
                 where a place is free.",
            ),
            assign_agent,
        ),
    ]
}

/// Which request, as people name it.
#[derive(Serialize, Deserialize, JsonSchema)]
pub(super) struct Which {
    /// The client's id, such as cli_0197…
    pub(super) client: String,
    /// The request's number with that client.
    pub(super) number: u64,
}

impl Which {
    pub(super) async fn find(&self, desk: &Desk) -> Result<(Scope, ClientId, RequestId)> {
        let client: ClientId = id(&self.client)?;
        let scope = desk.within(client)?;
        let request = queries::find(&desk.db, &scope, client, self.number).await?;
        Ok((scope, client, request))
    }
}

/// Where on the board.
#[derive(Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Where {
    Backlog,
    UpNext,
    InProgress,
    /// Waiting on the client.
    Waiting,
    Review,
    Done,
}

impl From<Where> for Column {
    fn from(column: Where) -> Self {
        match column {
            Where::Backlog => Self::Backlog,
            Where::UpNext => Self::UpNext,
            Where::InProgress => Self::InProgress,
            Where::Waiting => Self::Waiting,
            Where::Review => Self::Review,
            Where::Done => Self::Done,
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
    column: Option<Where>,
    /// From 1.
    #[serde(default)]
    page: u32,
}

async fn list_requests(desk: Desk, asked: ListRequests) -> Result<Value> {
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
    which: Which,
    /// How many entries of the conversation to skip: those that you have read already. Default: none.
    #[serde(default)]
    skip: u32,
}

async fn get_request(desk: Desk, asked: GetRequest) -> Result<Value> {
    let (scope, client, _) = asked.which.find(&desk).await?;
    let found = queries::by_number(&desk.db, &scope, client, asked.which.number).await?;
    let reading = session::read(&desk.db, &scope, found.session_stream).await?;
    let mut told = detail(&found);
    told["conversation"] = told::conversation(&reading.conversation, asked.skip);
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

/// How urgent.
#[derive(Clone, Copy, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Urgency {
    Low,
    #[default]
    Normal,
    High,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct CreateRequest {
    /// The client's id, such as cli_0197…
    client: String,
    title: String,
    /// What is needed, as Markdown.
    brief: String,
    #[serde(default)]
    priority: Urgency,
    /// Into Up next rather than the Backlog.
    #[serde(default)]
    queue: bool,
}

async fn create_request(desk: Desk, asked: CreateRequest) -> Result<Done> {
    let client: ClientId = id(&asked.client)?;
    let scope = desk.within(client)?;
    let new = NewRequest {
        title: asked.title,
        brief: asked.brief,
        priority: match asked.priority {
            Urgency::Low => Priority::Low,
            Urgency::Normal => Priority::Normal,
            Urgency::High => Priority::High,
        },
        queue: asked.queue,
        files: Vec::new(),
        form_key: None,
    };
    let number = commands::create(&desk.db, &scope, new).await?;
    let made = queries::by_number(&desk.db, &scope, client, number).await?.card;
    Ok((card(&made), Deed::done("create_request", made.named()).of(client)))
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct MoveRequest {
    #[serde(flatten)]
    which: Which,
    to: Where,
}

async fn move_request(desk: Desk, asked: MoveRequest) -> Result<Done> {
    let (scope, client, request) = asked.which.find(&desk).await?;
    let moved = commands::move_to(&desk.db, &scope, request, asked.to.into(), None).await?;
    let now = queries::by_number(&desk.db, &scope, client, asked.which.number).await?.card;
    let deed = Deed::done("move_request", now.named()).of(client);
    Ok((card(&now), deed.changed(moved.from.label(), moved.to.label())))
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Comment {
    #[serde(flatten)]
    which: Which,
    text: String,
    /// For operators and agents alone.
    #[serde(default)]
    backstage: bool,
}

async fn comment_on_request(desk: Desk, asked: Comment) -> Result<Done> {
    let (scope, client, request) = asked.which.find(&desk).await?;
    if asked.backstage {
        commands::note(&desk.db, &scope, request, &asked.text).await?;
    } else {
        commands::comment(&desk.db, &scope, request, &asked.text, &[]).await?;
    }
    let now = queries::by_number(&desk.db, &scope, client, asked.which.number).await?.card;
    let deed = Deed { after: Some(asked.text), ..Deed::done("comment_on_request", now.named()).of(client) };
    Ok((json!({ "written": true, "backstage": asked.backstage }), deed))
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Assign {
    #[serde(flatten)]
    which: Which,
    /// The agent's id, such as agt_0197…
    agent: String,
    /// Start it at once.
    #[serde(default)]
    start: bool,
}

async fn assign_agent(desk: Desk, asked: Assign) -> Result<Done> {
    let agent: AgentId =
        asked.agent.parse().map_err(|_| Error::Fields(FieldErrors::one("agent", "Give an agent's id.")))?;
    let (scope, client, request) = asked.which.find(&desk).await?;
    let before = queries::by_number(&desk.db, &scope, client, asked.which.number).await?.card;
    commands::assign(&desk.db, &scope, request, agent).await?;
    if asked.start {
        commands::move_to(&desk.db, &scope, request, Column::InProgress, None).await?;
    }
    let now = queries::by_number(&desk.db, &scope, client, asked.which.number).await?.card;
    let told =
        |card: &Card| format!("{}, {}", card.agent.as_deref().unwrap_or("nobody"), card.column.label());
    let deed = Deed::done("assign_agent", now.named()).of(client).changed(told(&before), told(&now));
    Ok((card(&now), deed))
}
