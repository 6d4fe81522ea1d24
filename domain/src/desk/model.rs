use chrono::{DateTime, Utc};

use crate::{
    approvals::Approval,
    ids::{ClientId, InvoiceId, RequestId},
    money::Money,
    proposals::Proposal,
    requests::{Card, Column, SlotCount, UnseenRequest},
};

/// The first of a list, and whether there are more.
#[derive(Clone, Debug, PartialEq)]
pub struct Few<T> {
    pub shown: Vec<T>,
    pub more: bool,
}

impl<T> Few<T> {
    /// Keeps `most` of what was read; reading one more than that tells whether more follow.
    pub(super) fn of(mut rows: Vec<T>, most: usize) -> Self {
        let more = rows.len() > most;
        rows.truncate(most);
        Self { shown: rows, more }
    }
}

/// What wants the operator, the most urgent list first.
#[derive(Clone, Debug, PartialEq)]
pub struct Today {
    /// Questions to operators, the oldest first.
    pub to_answer: Few<Approval>,
    /// What clients wrote and nobody has looked at, the oldest first.
    pub wrote: Few<UnseenRequest>,
    /// What programs propose, the oldest first.
    pub to_decide: Few<Proposal>,
    /// Clocks that have run out or are about to, the latest first.
    pub at_risk: Few<Card>,
    /// Work that ended in failure and was not taken up again, the newest first.
    pub failed: Few<FailedRun>,
    /// Questions that clients have left open for long, the oldest first.
    pub unanswered: Few<Approval>,
    /// Clients who came in the last week, the newest first.
    pub new_clients: Few<NewClient>,
    /// Invoices that lack what the law wants of them, the oldest first.
    pub held_back: Few<HeldInvoice>,
    /// Issued and not paid, the longest due first.
    pub unpaid: Few<UnpaidInvoice>,
    /// How many agents are at work now.
    pub at_work: u64,
}

impl Today {
    /// Nothing wants the operator.
    pub fn is_clear(&self) -> bool {
        self.count() == 0
    }

    /// How many things are shown.
    pub fn count(&self) -> usize {
        self.to_answer.shown.len()
            + self.wrote.shown.len()
            + self.to_decide.shown.len()
            + self.at_risk.shown.len()
            + self.failed.shown.len()
            + self.held_back.shown.len()
            + self.unanswered.shown.len()
            + self.new_clients.shown.len()
            + self.unpaid.shown.len()
    }
}

/// Work that failed and waits for a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedRun {
    pub request: RequestId,
    pub client: ClientId,
    pub client_name: String,
    pub number: u64,
    pub title: String,
    pub agent: String,
    /// Why, as the operators are told; in the client's words where nothing else is known.
    pub reason: String,
    pub at: DateTime<Utc>,
}

/// A client who came lately.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewClient {
    pub client: ClientId,
    pub name: String,
    /// The offer that it bought last, as sold.
    pub offer: Option<String>,
    /// What it bought has ended.
    pub has_ended: bool,
    /// Work starts when its first invoice is paid.
    pub awaits_payment: bool,
    pub at: DateTime<Utc>,
}

/// An invoice that is issued and not paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnpaidInvoice {
    pub invoice: InvoiceId,
    pub client: ClientId,
    pub client_name: String,
    pub number: u64,
    pub total: Money,
    pub due_at: Option<DateTime<Utc>>,
}

/// The board of all clients, or of one.
#[derive(Clone, Debug, PartialEq)]
pub struct Board {
    /// The six columns, in their order.
    pub columns: Vec<BoardColumn>,
    /// Clients with a subscription, and their places in sum.
    pub clients: u64,
    pub places: SlotCount,
    /// How many agents are at work now.
    pub at_work: u64,
}

/// A column and the cards in it, in their order.
#[derive(Clone, Debug, PartialEq)]
pub struct BoardColumn {
    pub column: Column,
    pub cards: Vec<BoardCard>,
    /// Whether it holds more than are shown.
    pub more: bool,
}

/// A card, and what may become of it.
#[derive(Clone, Debug, PartialEq)]
pub struct BoardCard {
    pub card: Card,
    /// The columns that it may be moved to as things stand; the database has the last word.
    pub moves: Vec<Column>,
    /// When it is started, for one in Up next.
    pub start: Option<Start>,
    /// It has stood where it is for long.
    pub is_ageing: bool,
}

/// When a request in Up next is started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// A place is free.
    Next,
    /// When the client's request of that number is done.
    After(u64),
    /// When the subscription is active again.
    WhenActive,
    /// Later than what the board shows.
    Later,
}

/// An invoice that waits for something that the law wants of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldInvoice {
    pub invoice: InvoiceId,
    pub client: ClientId,
    pub client_name: String,
    pub total: Money,
    /// What is missing, in a sentence.
    pub reason: String,
    /// The workspace's settings mend it; the client's details do otherwise.
    pub is_ours: bool,
}

/// Where the desk can be followed from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outlook {
    pub stream: uuid::Uuid,
    /// The offset of the next hint on it.
    pub next: u64,
}
