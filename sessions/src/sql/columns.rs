//! What a group commit writes, column by column.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    Data, Offset, StreamId,
    ledger::{LockedStream, ProducerProgress},
};

/// What a group commit writes, column by column.
#[derive(Debug, Default)]
pub(crate) struct Columns<'a> {
    /// Streams that moved.
    pub(crate) moved: StreamUpdates<'a>,
    /// What they got.
    pub(crate) events: Events<'a>,
    /// Producers that moved.
    pub(crate) producers: Producers<'a>,
}

#[derive(Debug, Default)]
pub(crate) struct StreamUpdates<'a> {
    pub(crate) workspaces: Vec<Uuid>,
    pub(crate) streams: Vec<Uuid>,
    pub(crate) ends: Vec<i64>,
    pub(crate) closes: Vec<bool>,
    pub(crate) marks: Vec<Option<&'a str>>,
    pub(crate) lapses: Vec<Option<DateTime<Utc>>>,
}

impl<'a> StreamUpdates<'a> {
    pub(crate) fn add(&mut self, stream: StreamId, locked: &'a LockedStream, now: DateTime<Utc>) {
        self.workspaces.push(locked.workspace);
        self.streams.push(stream.0);
        self.ends.push(locked.next.to_column());
        self.closes.push(locked.closed);
        self.marks.push(locked.mark.as_deref());
        self.lapses.push(locked.expiry.lapses_at(now));
    }
}

#[derive(Debug, Default)]
pub(crate) struct Events<'a> {
    pub(crate) workspaces: Vec<Uuid>,
    pub(crate) streams: Vec<Uuid>,
    pub(crate) seqs: Vec<i64>,
    /// Empty where it is bytes.
    pub(crate) texts: Vec<&'a str>,
    bytes: Vec<Option<&'a [u8]>>,
    /// Whether any is bytes.
    has_bytes: bool,
}

impl<'a> Events<'a> {
    pub(crate) fn add(&mut self, stream: StreamId, workspace: Uuid, first: Offset, events: &'a [Data]) {
        for (place, event) in events.iter().enumerate() {
            self.workspaces.push(workspace);
            self.streams.push(stream.0);
            self.seqs.push(first.after(place).to_column());
            self.texts.push(event.as_json().unwrap_or_default());
            self.bytes.push(event.as_json().is_none().then(|| event.as_bytes()));
            self.has_bytes |= event.as_json().is_none();
        }
    }

    /// The bytes of each; nothing at all where none is bytes, for which Postgres puts in as many nulls.
    pub(crate) fn bytes(&self) -> &[Option<&'a [u8]>] {
        if self.has_bytes { &self.bytes } else { &[] }
    }
}

#[derive(Debug, Default)]
pub(crate) struct Producers<'a> {
    pub(crate) workspaces: Vec<Uuid>,
    pub(crate) streams: Vec<Uuid>,
    pub(crate) ids: Vec<&'a str>,
    pub(crate) epochs: Vec<i64>,
    pub(crate) next_sequences: Vec<i64>,
}

impl<'a> Producers<'a> {
    pub(crate) fn add(&mut self, stream: StreamId, workspace: Uuid, id: &'a str, progress: ProducerProgress) {
        self.workspaces.push(workspace);
        self.streams.push(stream.0);
        self.ids.push(id);
        self.epochs.push(progress.epoch.cast_signed());
        self.next_sequences.push(progress.next_sequence.cast_signed());
    }
}
