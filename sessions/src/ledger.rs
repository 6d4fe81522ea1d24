//! Which appends of a batch are taken, and where they go: decided in memory over rows that are locked.

use std::collections::HashMap;

use uuid::Uuid;

use crate::{Append, AppendOutcome, Error, Expiry, Offset, Producer, StreamId};

/// The locked streams of a batch, moved on by each append that is taken.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    streams: HashMap<StreamId, LockedStream>,
}

/// A locked stream.
#[derive(Debug)]
pub(crate) struct LockedStream {
    pub(crate) workspace: Uuid,
    pub(crate) next: Offset,
    pub(crate) closed: bool,
    pub(crate) expiry: Expiry,
    /// Why it takes nothing at all: it was deleted or has lapsed.
    pub(crate) gone: Option<Error>,
    pub(crate) mark: Option<String>,
    pub(crate) producers: HashMap<String, ProducerProgress>,
}

/// How far a producer has got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ProducerProgress {
    pub(crate) epoch: u64,
    pub(crate) next_sequence: u64,
}

enum Verdict {
    New(ProducerProgress),
    Duplicate,
}

impl Ledger {
    pub(crate) fn insert(&mut self, stream: StreamId, locked: LockedStream) {
        self.streams.insert(stream, locked);
    }

    pub(crate) fn insert_producer(&mut self, stream: StreamId, id: String, progress: ProducerProgress) {
        if let Some(locked) = self.streams.get_mut(&stream) {
            locked.producers.insert(id, progress);
        }
    }

    pub(crate) fn into_streams(self) -> impl Iterator<Item = (StreamId, LockedStream)> {
        self.streams.into_iter()
    }

    pub(crate) fn get(&self, stream: StreamId) -> Option<&LockedStream> {
        self.streams.get(&stream)
    }

    /// Takes the append, or says why not. A refusal changes nothing, so that the batch goes on without it.
    pub(crate) fn admit(&mut self, stream: StreamId, append: &Append) -> Result<AppendOutcome, Error> {
        let locked = self.streams.get_mut(&stream).ok_or(Error::NotFound)?;
        locked.admit(append)
    }
}

impl LockedStream {
    pub(crate) fn producer(&self, id: &str) -> Option<ProducerProgress> {
        self.producers.get(id).copied()
    }

    fn admit(&mut self, append: &Append) -> Result<AppendOutcome, Error> {
        if let Some(gone) = &self.gone {
            return Err(gone.clone());
        }
        let verdict = append.producer.as_ref().map(|producer| judge(self.producer(&producer.id), producer));
        // What is stored already stays so after the close; every other append hears of the close first.
        if let Some(Ok(Verdict::Duplicate)) = verdict {
            return Ok(self.answer(append, self.next, true));
        }
        if self.closed {
            let closes_again = append.events.is_empty() && append.producer.is_none();
            return if closes_again { Ok(self.answer(append, self.next, true)) } else { Err(self.closed()) };
        }
        let progress = match verdict.transpose()? {
            Some(Verdict::New(progress)) => Some(progress),
            Some(Verdict::Duplicate) | None => None,
        };
        if append.mark.is_some() && append.mark <= self.mark {
            return Err(Error::OutOfOrder);
        }
        Ok(self.take(append, progress))
    }

    fn closed(&self) -> Error {
        Error::Closed { next: self.next }
    }

    fn take(&mut self, append: &Append, progress: Option<ProducerProgress>) -> AppendOutcome {
        if let (Some(progress), Some(producer)) = (progress, &append.producer) {
            self.producers.insert(producer.id.clone(), progress);
        }
        if append.mark.is_some() {
            self.mark.clone_from(&append.mark);
        }
        let first = self.next;
        self.next = first.after(append.events.len());
        self.closed = append.close;
        self.answer(append, first, false)
    }

    fn answer(&self, append: &Append, first: Offset, duplicate: bool) -> AppendOutcome {
        let progress = append.producer.as_ref().and_then(|producer| self.producer(&producer.id));
        let sequence = progress.and_then(|progress| progress.next_sequence.checked_sub(1));
        AppendOutcome { first, next: self.next, duplicate, sequence, closed: self.closed }
    }
}

fn judge(known: Option<ProducerProgress>, producer: &Producer) -> Result<Verdict, Error> {
    let &Producer { epoch, sequence, .. } = producer;
    let expected = match known {
        Some(known) if epoch < known.epoch => {
            return Err(Error::StaleEpoch { current: known.epoch });
        }
        Some(known) if epoch > known.epoch && sequence > 0 => {
            return Err(Error::EpochMustStartAtZero);
        }
        Some(known) if epoch == known.epoch => known.next_sequence,
        _ => 0,
    };
    match sequence {
        _ if sequence < expected => Ok(Verdict::Duplicate),
        _ if sequence > expected => Err(Error::SequenceGap { expected, received: sequence }),
        _ => Ok(Verdict::New(ProducerProgress { epoch, next_sequence: sequence + 1 })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn locked(next: u64, closed: bool) -> LockedStream {
        LockedStream {
            workspace: Uuid::nil(),
            next: Offset::from_value(next),
            closed,
            expiry: Expiry::Never,
            gone: None,
            mark: None,
            producers: HashMap::new(),
        }
    }

    fn ledger(next: u64, closed: bool) -> (Ledger, StreamId) {
        let (mut ledger, stream) = (Ledger::default(), StreamId::generate());
        ledger.insert(stream, locked(next, closed));
        (ledger, stream)
    }

    fn by(epoch: u64, sequence: u64) -> Append {
        Append::by(Producer { id: "p".into(), epoch, sequence }, vec!["1".into(), "2".into()])
    }

    #[test]
    fn offsets_are_dense_over_a_batch() {
        let (mut ledger, stream) = ledger(7, false);
        let events = |count| Append::new(vec!["0".into(); count]);
        let mut spans = Vec::new();
        for count in [1, 3, 2] {
            let appended = ledger.admit(stream, &events(count)).unwrap();
            spans.push((appended.first.value(), appended.next.value()));
        }
        assert_eq!(spans, [(7, 8), (8, 11), (11, 13)]);
        assert!(matches!(ledger.admit(StreamId::generate(), &events(1)), Err(Error::NotFound)));
    }

    #[test]
    fn a_producer_counts_within_its_epoch() {
        let (mut ledger, stream) = ledger(0, false);
        let mut admit = |epoch, sequence| ledger.admit(stream, &by(epoch, sequence));
        assert!(matches!(admit(3, 1), Err(Error::SequenceGap { expected: 0, received: 1 })));
        assert!(matches!(admit(3, 0), Ok(AppendOutcome { duplicate: false, sequence: Some(0), .. })));
        assert!(matches!(admit(3, 1), Ok(AppendOutcome { duplicate: false, sequence: Some(1), .. })));
        assert!(matches!(admit(3, 0), Ok(AppendOutcome { duplicate: true, sequence: Some(1), .. })));
        assert!(matches!(admit(3, 3), Err(Error::SequenceGap { expected: 2, received: 3 })));
        assert!(matches!(admit(2, 2), Err(Error::StaleEpoch { current: 3 })));
        assert!(matches!(admit(4, 2), Err(Error::EpochMustStartAtZero)));
        assert!(matches!(admit(4, 0), Ok(AppendOutcome { duplicate: false, sequence: Some(0), .. })));
        assert!(matches!(admit(3, 2), Err(Error::StaleEpoch { current: 4 })));
        assert_eq!(ledger.get(stream).unwrap().next, Offset::from_value(6));
    }

    #[test]
    fn a_closed_stream_knows_what_it_holds() {
        let (mut ledger, stream) = ledger(4, true);
        ledger.insert_producer(stream, "p".into(), ProducerProgress { epoch: 1, next_sequence: 2 });
        assert!(matches!(ledger.admit(stream, &by(1, 1)), Ok(AppendOutcome { duplicate: true, .. })));
        for (epoch, sequence) in [(1, 2), (1, 9), (0, 0), (2, 0), (2, 5)] {
            let refused = ledger.admit(stream, &by(epoch, sequence));
            assert!(
                matches!(refused, Err(Error::Closed { next }) if next.value() == 4),
                "{epoch}/{sequence}"
            );
        }
    }

    #[test]
    fn an_append_may_close_and_be_sent_again() {
        let (mut ledger, stream) = ledger(0, false);
        let last = by(0, 0).closing(true);
        let taken = ledger.admit(stream, &last).unwrap();
        assert_eq!((taken.next.value(), taken.closed, taken.duplicate), (2, true, false));
        let again = ledger.admit(stream, &last).unwrap();
        assert_eq!((again.next.value(), again.closed, again.duplicate), (2, true, true));
        // A close alone does nothing then; events do not go in, nor does another producer's close.
        let close = Append::of(Vec::new()).closing(true);
        assert!(ledger.admit(stream, &close).unwrap().duplicate);
        let other = Producer { id: "q".into(), epoch: 0, sequence: 0 };
        assert!(matches!(ledger.admit(stream, &close.from_producer(Some(other))), Err(Error::Closed { .. })));
        assert!(matches!(ledger.admit(stream, &Append::new(vec!["1".into()])), Err(Error::Closed { .. })));
    }

    #[test]
    fn marks_rise_as_bytes_and_a_refused_one_leaves_the_producer_alone() {
        let (mut ledger, stream) = ledger(0, false);
        let mut admit =
            |append: Append, mark: &str| ledger.admit(stream, &append.in_order(Some(mark.into())));
        let event = || Append::new(vec!["1".into()]);
        assert!(admit(event(), "2").is_ok());
        assert!(matches!(admit(event(), "10"), Err(Error::OutOfOrder)));
        assert!(matches!(admit(event(), "2"), Err(Error::OutOfOrder)));
        assert!(matches!(admit(by(0, 0), "1"), Err(Error::OutOfOrder)));
        assert!(matches!(admit(by(0, 0), "3"), Ok(AppendOutcome { duplicate: false, .. })));
        assert!(matches!(admit(by(0, 0), "3"), Ok(AppendOutcome { duplicate: true, .. })));
    }

    #[test]
    fn a_stream_that_is_gone_takes_nothing() {
        let (mut ledger, stream) = (Ledger::default(), StreamId::generate());
        ledger.insert(stream, LockedStream { gone: Some(Error::Deleted), ..locked(0, false) });
        assert!(matches!(ledger.admit(stream, &by(0, 0)), Err(Error::Deleted)));
    }
}
