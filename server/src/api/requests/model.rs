//! Requests as the API tells of them.

use domain::requests::{self, Card, Detail};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A request as it stands on the board.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Card)]
pub struct RequestItem {
    #[schema(example = "req_0197f0a1b2c37d4e8f90123456789abc")]
    pub id: String,
    pub client: String,
    pub client_name: String,
    pub number: u64,
    pub title: String,
    pub column: Column,
    pub priority: Priority,
    /// The name of who works on it.
    pub agent: Option<String>,
    /// The newest run, and how it stands: `queued`, `working`, `suspended`, `completed`, `cancelled` or `failed`.
    pub run: Option<String>,
    pub run_state: Option<String>,
    /// What is needed of the client.
    pub waiting_for: Option<String>,
    /// When the clock runs out as things stand; none while it stands still.
    pub due_at: Option<i64>,
    pub created_at: i64,
    pub moved_at: i64,
    pub done_at: Option<i64>,
}

/// A request with what stands on its page beside the conversation.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RequestOfDesk)]
pub struct RequestDetail {
    #[serde(flatten)]
    pub card: RequestItem,
    /// Markdown.
    pub brief: String,
    pub asked_by: String,
    /// Its conversation and its backstage, under `/v1/stream/`.
    pub session: String,
    pub backstage: Option<String>,
    pub deliverables: Vec<DeliverableItem>,
    /// Open questions.
    pub questions: Vec<OpenQuestion>,
}

/// Something that was delivered.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DeliveredOfDesk)]
pub struct DeliverableItem {
    pub id: String,
    pub title: String,
    /// The newest one.
    pub version: u32,
}

/// A question that waits for an answer.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OpenQuestion)]
pub struct OpenQuestion {
    pub approval: String,
    pub question: String,
    pub expires: i64,
}

/// A column of the board.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Column {
    Backlog,
    UpNext,
    InProgress,
    Waiting,
    Review,
    Done,
}

/// How much it matters.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    Low,
    #[default]
    Normal,
    High,
}

impl From<requests::Column> for Column {
    fn from(column: requests::Column) -> Self {
        use requests::Column as On;
        match column {
            On::Backlog => Self::Backlog,
            On::UpNext => Self::UpNext,
            On::InProgress => Self::InProgress,
            On::Waiting => Self::Waiting,
            On::Review => Self::Review,
            On::Done => Self::Done,
        }
    }
}

impl From<Column> for requests::Column {
    fn from(column: Column) -> Self {
        match column {
            Column::Backlog => Self::Backlog,
            Column::UpNext => Self::UpNext,
            Column::InProgress => Self::InProgress,
            Column::Waiting => Self::Waiting,
            Column::Review => Self::Review,
            Column::Done => Self::Done,
        }
    }
}

impl From<Card> for RequestItem {
    fn from(card: Card) -> Self {
        Self {
            id: card.id.to_string(),
            client: card.client.to_string(),
            client_name: card.client_name,
            number: card.number,
            title: card.title,
            column: card.column.into(),
            priority: card.priority.into(),
            agent: card.agent,
            run: card.run.as_ref().map(|run| run.id.to_string()),
            run_state: card.run.map(|run| run.state.as_str().to_owned()),
            waiting_for: card.waiting_for,
            due_at: card.due_at,
            created_at: card.created_at,
            moved_at: card.moved_at,
            done_at: card.done_at,
        }
    }
}

impl From<Detail> for RequestDetail {
    fn from(detail: Detail) -> Self {
        let delivered = detail.deliverables.into_iter().map(|of| DeliverableItem {
            id: of.id.to_string(),
            version: of.versions.first().map_or(0, |newest| newest.version),
            title: of.title,
        });
        let open = detail.approvals.into_iter().map(|of| OpenQuestion {
            approval: of.id.to_string(),
            question: of.question,
            expires: of.expires_at,
        });
        Self {
            card: detail.card.into(),
            brief: detail.brief,
            asked_by: detail.asked_by,
            session: detail.session_stream.to_string(),
            backstage: detail.backstage_stream.map(|stream| stream.to_string()),
            deliverables: delivered.collect(),
            questions: open.collect(),
        }
    }
}
