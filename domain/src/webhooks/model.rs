use serde::{Deserialize, Serialize};

use crate::ids::{WebhookEventId, WebhookId};

/// What may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum EventKind {
    #[serde(rename = "request.created")]
    RequestCreated,
    #[serde(rename = "request.moved")]
    RequestMoved,
    #[serde(rename = "run.ended")]
    RunEnded,
    #[serde(rename = "approval.asked")]
    ApprovalAsked,
    #[serde(rename = "deliverable.submitted")]
    DeliverableSubmitted,
    #[serde(rename = "invoice.issued")]
    InvoiceIssued,
}

impl EventKind {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::RequestCreated,
        Self::RequestMoved,
        Self::RunEnded,
        Self::ApprovalAsked,
        Self::DeliverableSubmitted,
        Self::InvoiceIssued,
    ];

    /// The word that is sent and kept.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RequestCreated => "request.created",
            Self::RequestMoved => "request.moved",
            Self::RunEnded => "run.ended",
            Self::ApprovalAsked => "approval.asked",
            Self::DeliverableSubmitted => "deliverable.submitted",
            Self::InvoiceIssued => "invoice.issued",
        }
    }

    /// The kind of that word, if there is one.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// What it means, for whoever chooses.
    pub fn label(self) -> &'static str {
        match self {
            Self::RequestCreated => "Request created",
            Self::RequestMoved => "Request moved",
            Self::RunEnded => "Work ended",
            Self::ApprovalAsked => "Question asked",
            Self::DeliverableSubmitted => "Deliverable ready for review",
            Self::InvoiceIssued => "Invoice issued",
        }
    }
}

/// An address that events are sent to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Webhook {
    pub id: WebhookId,
    pub url: String,
    pub events: Vec<EventKind>,
    /// Milliseconds since 1970, UTC, like every time here.
    pub created_at: i64,
    /// Since when what is sent there is given up.
    pub failing_since: Option<i64>,
    /// How many of its deliveries wait or are tried again.
    pub waiting: u64,
}

/// How a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// It waits, or is tried again.
    Queued,
    Sent,
    /// It was given up.
    Failed,
}

impl DeliveryState {
    /// The word that the database keeps.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Failed => "failed",
        }
    }

    /// The state of that word, if there is one.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Queued, Self::Sent, Self::Failed].into_iter().find(|state| state.as_str() == word)
    }
}

/// An event on its way to a webhook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    pub event: WebhookEventId,
    pub kind: String,
    pub at: i64,
    pub state: DeliveryState,
    pub attempts: u32,
    /// When it is tried again.
    pub next_at: i64,
    pub tried_at: Option<i64>,
    /// What was answered last; none where nobody answered.
    pub status: Option<u16>,
    /// The beginning of the answer, or why there was none.
    pub answer: String,
    /// What is sent.
    pub body: String,
}

/// A webhook to be. Whoever calls has made sure of the address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewWebhook {
    pub url: String,
    pub events: Vec<EventKind>,
}
