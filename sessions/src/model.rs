//! What goes into a stream and comes out of it.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{Data, Expiry, Offset, StreamId};

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

/// Events to be appended together, or a close, or both at once.
#[derive(Clone, Debug)]
pub struct Append {
    pub(crate) events: Vec<Data>,
    /// Whether the texts among the events are known to be JSON.
    pub(crate) checked: bool,
    pub(crate) producer: Option<Producer>,
    pub(crate) mark: Option<String>,
    pub(crate) close: bool,
}

impl Append {
    /// These JSON texts, kept byte for byte, by no producer in particular: sent again, they are stored again.
    #[must_use]
    pub fn new(texts: Vec<String>) -> Self {
        let events = texts.into_iter().map(Data::known_json).collect();
        Self { checked: false, ..Self::of(events) }
    }

    /// These JSON texts, by `producer`.
    #[must_use]
    pub fn by(producer: Producer, texts: Vec<String>) -> Self {
        Self { producer: Some(producer), ..Self::new(texts) }
    }

    /// These events.
    #[must_use]
    pub fn of(events: Vec<Data>) -> Self {
        Self { events, checked: true, producer: None, mark: None, close: false }
    }

    /// The same by a producer, or by none.
    #[must_use]
    pub fn from_producer(self, producer: Option<Producer>) -> Self {
        Self { producer, ..self }
    }

    /// The same, refused unless `mark` sorts, as bytes, after the mark of every append before.
    #[must_use]
    pub fn in_order(self, mark: Option<String>) -> Self {
        Self { mark, ..self }
    }

    /// The same, and where `close` is set the stream takes no more events after it. Then it may be without events.
    #[must_use]
    pub fn closing(self, close: bool) -> Self {
        Self { close, ..self }
    }
}

/// What came of an append.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AppendOutcome {
    /// Where its first event begins. Of a duplicate: the stream's end, since where it went is not kept.
    pub first: Offset,
    /// The offset behind its last event. Of a duplicate: the stream's end.
    pub next: Offset,
    /// Whether there was nothing to do: the producer had appended this before, or the stream to be closed was closed.
    pub duplicate: bool,
    /// The highest sequence taken from the producer in its epoch, where there is a producer.
    pub sequence: Option<u64>,
    /// Whether the stream is closed now.
    pub closed: bool,
}

/// One event of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The position behind it: follow from here to get what comes next.
    pub offset: Offset,
    /// When it was appended.
    pub at: DateTime<Utc>,
    /// What was appended.
    pub data: Data,
}

impl Record {
    /// The JSON text as it was appended; of bytes an empty one.
    #[must_use]
    pub fn json(&self) -> &str {
        self.data.as_json().unwrap_or_default()
    }
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
    /// How many times events of the stream had been written anew: what was read at another revision may hold what is
    /// deleted since.
    pub revision: u64,
}

/// What a follower hands on: a [`Page`] that is never empty, except the one that tells that the stream was closed.
pub type Batch = Page;

/// A stream without its events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Its own name.
    pub id: StreamId,
    /// Whose it is.
    pub tenant: Tenant,
    /// What the product uses it for.
    pub kind: String,
    /// Whether only backstage scopes may touch it.
    pub backstage: bool,
    /// What it holds, as its creator wrote it.
    pub content_type: String,
    /// Its end.
    pub next: Offset,
    /// The first offset that can be read.
    pub earliest: Offset,
    /// Whether it takes no more events.
    pub closed: bool,
    /// When it ends by itself.
    pub expiry: Expiry,
    /// As [`Page::revision`].
    pub revision: u64,
}
