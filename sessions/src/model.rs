//! What goes into a stream and comes out of it.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{Offset, StreamId};

/// Whose a stream is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tenant {
    /// The workspace.
    pub workspace: Uuid,
    /// The client; none for a stream of the whole workspace.
    pub client: Option<Uuid>,
}

/// A stream to be created.
#[derive(Clone, Copy, Debug)]
pub struct NewStream {
    /// Its name, see [`StreamId::generate`].
    pub id: StreamId,
    /// Whose it is. Never changes.
    pub tenant: Tenant,
    /// What the product uses it for: a label of 1 to 64 characters.
    pub kind: &'static str,
    /// Whether only backstage scopes may touch it.
    pub backstage: bool,
}

/// Who appends, so that the same append sent twice is stored once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Producer {
    /// Names the producer within its stream; at most 256 bytes.
    pub id: String,
    /// Raised whenever a new instance takes over; older ones are refused from then on.
    pub epoch: u64,
    /// Counts this epoch's appends (not events) from 0.
    pub sequence: u64,
}

/// Events to be appended together.
#[derive(Clone, Debug)]
pub struct Append {
    /// One JSON text each, kept byte for byte.
    pub events: Vec<String>,
    /// Who appends; without one, an append that is sent again is stored again.
    pub producer: Option<Producer>,
}

impl Append {
    /// These events, by no producer in particular.
    #[must_use]
    pub fn new(events: Vec<String>) -> Self {
        Self { events, producer: None }
    }

    /// These events, by `producer`.
    #[must_use]
    pub fn by(producer: Producer, events: Vec<String>) -> Self {
        Self { events, producer: Some(producer) }
    }
}

/// What came of an append.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appended {
    /// Where its first event begins. Of a duplicate: the stream's end, since where it went is not kept.
    pub first: Offset,
    /// The offset behind its last event. Of a duplicate: the stream's end.
    pub next: Offset,
    /// Whether the producer had appended this before, so that nothing was stored now.
    pub duplicate: bool,
    /// The highest sequence taken from the producer in its epoch, where there is a producer.
    pub sequence: Option<u64>,
}

/// One event of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The position behind it: follow from here to get what comes next.
    pub offset: Offset,
    /// When it was appended.
    pub at: DateTime<Utc>,
    /// The JSON text, as it was appended.
    pub data: Arc<str>,
}

/// What a read found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// In order, without a gap, from the offset that was asked for.
    pub records: Vec<Record>,
    /// Read on from here.
    pub next: Offset,
    /// Whether `next` was the stream's end at that moment.
    pub up_to_date: bool,
    /// Whether the stream is closed and this page reaches its end: nothing will follow.
    pub closed: bool,
}

/// What a follower hands on: a [`Page`] that is never empty, except the one that tells that the stream was closed.
pub type Batch = Page;

/// A stream without its events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Whose it is.
    pub tenant: Tenant,
    /// What the product uses it for.
    pub kind: String,
    /// Whether only backstage scopes may touch it.
    pub backstage: bool,
    /// Its end.
    pub next: Offset,
    /// The first offset that can be read.
    pub earliest: Offset,
    /// Whether it takes no more events.
    pub closed: bool,
}
