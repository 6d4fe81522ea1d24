//! Requests as pages show them.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Column, Priority};
use crate::{
    approvals::Approval,
    cycle::{CycleView, SpanKind},
    deliverables::Deliverable,
    files::File,
    ids::{ClientId, FileId, RequestId, RunId},
    reviews::Review,
    session::RunState,
};

/// What a client asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRequest {
    pub title: String,
    /// Markdown.
    pub brief: String,
    pub priority: Priority,
    /// Into the queue; otherwise it is kept in the Backlog.
    pub queue: bool,
    /// Files that the same person has added and that hang on no request yet.
    pub files: Vec<FileId>,
    /// What the form said when it was drawn: sending it twice makes one request.
    pub form_key: Option<String>,
}

/// Where among its column's cards one is put.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Position {
    /// One card nearer to the top.
    Up,
    /// One card nearer to the end.
    Down,
    /// To the top.
    First,
    /// To the end.
    Last,
    /// Above another card of the same column; one that is not there means the end.
    Before(RequestId),
    /// At a position that it had before.
    At(f64),
}

/// A move that was made, and what is needed to take it back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MovedRequest {
    pub request: RequestId,
    pub number: u64,
    pub from: Column,
    /// Where it stands now: one put in Up next starts at once where a place is free.
    pub to: Column,
    /// Its position in the column that it left.
    pub position: f64,
}

/// A request as a card.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Card {
    pub id: RequestId,
    pub client: ClientId,
    pub client_name: String,
    pub number: u64,
    pub title: String,
    pub column: Column,
    pub priority: Priority,
    /// Order within its column; smaller stands higher.
    pub position: f64,
    /// Milliseconds since 1970, UTC, like every time here.
    pub created_at: i64,
    pub moved_at: i64,
    /// When the clock runs out as things stand; none while it stands still.
    pub due_at: Option<i64>,
    pub cycle: CycleView,
    /// The name of who works on it.
    pub agent: Option<String>,
    /// The newest run.
    pub run: Option<CardRun>,
    /// What is needed of the client: the open question, or what to do after a stop.
    pub waiting_for: Option<String>,
    /// A question to the client is open.
    pub asked: bool,
    /// The newest version of what was delivered.
    pub version: Option<u32>,
    pub revisions_used: u32,
    /// None: as many as it takes.
    pub revisions_allowed: Option<u32>,
    pub done_at: Option<i64>,
    /// The name of who approved it.
    pub done_by: Option<String>,
}

impl Card {
    /// What it is called in the audit log: whose, its number and its title.
    pub fn named(&self) -> String {
        format!("{} #{} {}", self.client_name, self.number, self.title)
    }
}

/// The newest run of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardRun {
    pub id: RunId,
    pub state: RunState,
    pub attempt: u32,
    /// In a client's words, when it failed.
    pub failure: Option<String>,
    /// Why it is not about to be taken up, while it is queued.
    pub held_by: Option<HeldBy>,
}

/// What a queued run waits for, where that is not just its turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum HeldBy {
    /// Its agent takes up nothing new.
    Agent,
    /// The client's subscription is not active.
    Subscription,
}

/// A request with everything that stands on its page beside the conversation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Detail {
    pub card: Card,
    /// Markdown.
    pub brief: String,
    /// The name of who asked for it.
    pub asked_by: String,
    pub session_stream: Uuid,
    /// For operators and agents alone.
    pub backstage_stream: Option<Uuid>,
    /// The stream that tells when lists of this client change.
    pub board_stream: Uuid,
    pub started_at: Option<i64>,
    pub withdrawn_at: Option<i64>,
    pub files: Vec<File>,
    /// Newest first, each with its versions.
    pub deliverables: Vec<Deliverable>,
    /// Questions that wait for an answer.
    pub approvals: Vec<Approval>,
    /// Newest first.
    pub reviews: Vec<Review>,
    /// What the clock did, oldest first.
    pub spans: Vec<SpanView>,
    /// The first of the client's Up next.
    pub next: Vec<Next>,
}

/// A request that comes next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Next {
    pub number: u64,
    pub title: String,
}

/// A stretch of a request's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpanView {
    pub kind: SpanKind,
    pub from: i64,
    /// None while it lasts.
    pub to: Option<i64>,
}

/// A client's three questions: what is worked on, what waits on me, what comes next.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Home {
    /// In progress.
    pub working: Vec<Card>,
    /// Waiting on you and Review.
    pub waiting_on_me: Vec<Card>,
    /// Up next, in the order in which they will be started.
    pub next: Vec<Card>,
    /// How many are kept in the Backlog.
    pub backlog: u64,
    /// The last ones done, newest first.
    pub done_recently: Vec<Card>,
    pub places: SlotCount,
}

/// A request about which the other side wrote something that nobody on this side has looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnseenRequest {
    pub request: RequestId,
    pub client: ClientId,
    pub client_name: String,
    pub number: u64,
    pub title: String,
    /// Who wrote last.
    pub from: String,
    /// Since when it waits, in milliseconds since 1970, UTC.
    pub since: i64,
}

/// How many requests may be worked on at once, and how many are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlotCount {
    pub taken: u32,
    /// None while there is no subscription that work could be done under.
    pub allowed: Option<u32>,
    /// The subscription is active: what is next starts by itself.
    pub active: bool,
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RequestPage {
    pub cards: Vec<Card>,
    /// From 1.
    pub page: u32,
    /// Whether another page follows.
    pub more: bool,
}

/// Where a client's board can be followed from, and what work waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outlook {
    /// The stream that tells when lists of this client change.
    pub board_stream: Uuid,
    /// The offset of the next hint on it.
    pub next: u64,
    /// Why nothing is started now; none while the subscription is active.
    pub waits: Option<WaitReason>,
    /// When the client left, in milliseconds since 1970, UTC: its people only read since then.
    pub left_at: Option<i64>,
}

/// Why what is in line is not started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitReason {
    /// The first invoice is not paid.
    ForPayment,
    /// It starts at once, when whoever signed up has confirmed their address.
    ForAddress,
    /// The subscription is paused.
    OnPause,
    /// A pause begins when the work in hand ends.
    Pausing,
    /// The last one has ended.
    ForSubscription,
    /// There never was one.
    ForFirst,
}
