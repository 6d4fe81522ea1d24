//! What the writer remembers of the streams that it wrote last, so that the next append to them needs one statement.
//!
//! What is remembered is a guess: others may have moved the stream. So nothing is refused on its word, and the statement
//! stores only where everything is as remembered.

use std::collections::HashMap;

use uuid::Uuid;

use super::QueuedAppend;
use crate::{
    AppendOutcome, Offset, StreamId,
    ledger::{Ledger, LockedStream, ProducerProgress},
};

#[derive(Debug)]
pub(super) struct Memory {
    streams: HashMap<StreamId, LockedStream>,
    /// How many streams and producers it holds, about.
    weight: usize,
    most: usize,
}

/// What was remembered of a batch's streams, and what is to become of them.
#[derive(Debug, Default)]
pub(super) struct RecalledBatch {
    /// With every append of the batch taken in.
    pub(super) ledger: Ledger,
    /// What each of them is answered.
    pub(super) appended: Vec<AppendOutcome>,
    streams: HashMap<StreamId, (Offset, Option<String>)>,
    producers: HashMap<(StreamId, String), ProducerProgress>,
}

impl Memory {
    /// Remembers at most so many streams and producers.
    pub(super) fn new(most: usize) -> Self {
        Self { streams: HashMap::new(), weight: 0, most }
    }

    /// Takes out what is known of the batch's streams, if by that every append would be taken and is news.
    pub(super) fn recall(&mut self, jobs: &[QueuedAppend]) -> Option<RecalledBatch> {
        if !jobs.iter().all(|job| self.knows(job)) {
            return None;
        }
        let mut recalled = RecalledBatch::default();
        for job in jobs {
            if let Some(locked) = self.take(job.stream) {
                recalled.streams.insert(job.stream, (locked.next, locked.mark.clone()));
                recalled.ledger.insert(job.stream, locked);
            }
            recalled.note(job);
        }
        for job in jobs {
            // Nothing is put back then: whoever locks the streams next learns how they are.
            let appended =
                recalled.ledger.admit(job.stream, &job.append).ok().filter(|done| !done.duplicate)?;
            recalled.appended.push(appended);
        }
        Some(recalled)
    }

    fn knows(&self, job: &QueuedAppend) -> bool {
        self.streams.get(&job.stream).is_some_and(|locked| {
            job.append.producer.as_ref().is_none_or(|producer| locked.producer(&producer.id).is_some())
        })
    }

    fn take(&mut self, stream: StreamId) -> Option<LockedStream> {
        let locked = self.streams.remove(&stream)?;
        self.weight = self.weight.saturating_sub(1 + locked.producers.len());
        Some(locked)
    }

    /// Remembers how streams are now.
    pub(super) fn keep(&mut self, ledger: Ledger) {
        for (stream, mut locked) in ledger.into_streams() {
            let before = self.take(stream);
            // There is nothing more to append to these.
            if locked.closed || locked.gone.is_some() {
                continue;
            }
            // Whoever locked the stream asked only for the producers of its batch. What is known of the others is no worse a
            // guess than before, and without it their next append would lock the stream again, and forget these.
            for (id, progress) in before.into_iter().flat_map(|before| before.producers) {
                locked.producers.entry(id).or_insert(progress);
            }
            self.weight += 1 + locked.producers.len();
            self.streams.insert(stream, locked);
        }
        if self.weight > self.most {
            // Which of them were used last is not worth counting: each is learnt again by its next append.
            self.streams.clear();
            self.weight = 0;
        }
    }
}

impl RecalledBatch {
    fn note(&mut self, job: &QueuedAppend) {
        if let Some(producer) = &job.append.producer
            && let Some(known) = self.ledger.get(job.stream).and_then(|locked| locked.producer(&producer.id))
        {
            self.producers.entry((job.stream, producer.id.clone())).or_insert(known);
        }
    }

    /// Where these streams were thought to end, and with which mark.
    pub(super) fn ends(&self, streams: &[Uuid]) -> (Vec<i64>, Vec<Option<&str>>) {
        let known = streams.iter().filter_map(|stream| self.streams.get(&StreamId(*stream)));
        known.map(|(end, mark)| (end.to_column(), mark.as_deref())).unzip()
    }

    /// How far these producers were thought to have got.
    pub(super) fn progress(&self, streams: &[Uuid], ids: &[&str]) -> (Vec<i64>, Vec<i64>) {
        let known = streams
            .iter()
            .zip(ids)
            .filter_map(|(stream, id)| self.producers.get(&(StreamId(*stream), (*id).to_owned())));
        known.map(|known| (known.epoch.cast_signed(), known.next_sequence.cast_signed())).unzip()
    }
}
