use serde::{Deserialize, Serialize};

use crate::{
    ids::{WebhookEventId, WebhookId},
    text_enum::text_enum,
};

text_enum! {
    /// What may be sent.
    #[derive(PartialOrd, Ord)]
    pub enum EventKind {
        RequestCreated = "request.created",
        RequestMoved = "request.moved",
        RunEnded = "run.ended",
        ApprovalAsked = "approval.asked",
        DeliverableSubmitted = "deliverable.submitted",
        InvoiceIssued = "invoice.issued",
    }
}

impl EventKind {
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

text_enum! {
    /// How a delivery stands.
    pub enum DeliveryState {
        /// It waits, or is tried again.
        Queued = "queued",
        Sent = "sent",
        /// It was given up.
        Failed = "failed",
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
