use domain::{
    Error, FieldErrors, Result,
    audit::NewEntry,
    ids::{AgentId, ClientId},
    requests::{Card, Column, NewRequest, Priority, commands, queries},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{ColumnName, RequestRef, card};
use crate::mcp::{
    desk::{DeskCaller, id, writes},
    tool::{Tool, WriteResult},
};

pub(super) fn tools() -> Vec<Tool<DeskCaller>> {
    vec![
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

async fn create_request(desk: DeskCaller, asked: CreateRequest) -> Result<WriteResult> {
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
    Ok((card(&made), NewEntry::done("create_request", made.named()).of(client)))
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct MoveRequest {
    #[serde(flatten)]
    which: RequestRef,
    to: ColumnName,
}

async fn move_request(desk: DeskCaller, asked: MoveRequest) -> Result<WriteResult> {
    let (scope, client, request) = asked.which.find(&desk).await?;
    let moved = commands::move_to(&desk.db, &scope, request, asked.to.into(), None).await?;
    let now = queries::by_number(&desk.db, &scope, client, asked.which.number).await?.card;
    let entry = NewEntry::done("move_request", now.named()).of(client);
    Ok((card(&now), entry.changed(moved.from.label(), moved.to.label())))
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Comment {
    #[serde(flatten)]
    which: RequestRef,
    text: String,
    /// For operators and agents alone.
    #[serde(default)]
    backstage: bool,
}

async fn comment_on_request(desk: DeskCaller, asked: Comment) -> Result<WriteResult> {
    let (scope, client, request) = asked.which.find(&desk).await?;
    if asked.backstage {
        commands::note(&desk.db, &scope, request, &asked.text).await?;
    } else {
        commands::comment(&desk.db, &scope, request, &asked.text, &[]).await?;
    }
    let now = queries::by_number(&desk.db, &scope, client, asked.which.number).await?.card;
    // Without the words: whoever wrote them may delete them.
    let entry = NewEntry::done("comment_on_request", now.named()).of(client);
    Ok((json!({ "written": true, "backstage": asked.backstage }), entry))
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Assign {
    #[serde(flatten)]
    which: RequestRef,
    /// The agent's id, such as agt_0197…
    agent: String,
    /// Start it at once.
    #[serde(default)]
    start: bool,
}

async fn assign_agent(desk: DeskCaller, asked: Assign) -> Result<WriteResult> {
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
    let entry = NewEntry::done("assign_agent", now.named()).of(client).changed(told(&before), told(&now));
    Ok((card(&now), entry))
}
