//! The latest events of a hot stream, bounded by number and bytes.

use std::collections::VecDeque;

use crate::{Offset, Record};

/// Events without a gap from `first` on.
#[derive(Debug)]
pub(crate) struct Ring {
    first: Offset,
    records: VecDeque<Record>,
    bytes: usize,
    max: Size,
}

/// A number of events and their bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    pub(crate) events: usize,
    pub(crate) bytes: usize,
}

impl Ring {
    /// An empty ring at the stream's end.
    pub(crate) fn at(end: Offset, max: Size) -> Self {
        Self { first: end, records: VecDeque::new(), bytes: 0, max }
    }

    /// Forgets what it holds, and goes on at its end.
    pub(crate) fn clear(&mut self) {
        *self = Self::at(self.next(), self.max);
    }

    /// The oldest offset that it can serve.
    pub(crate) fn first(&self) -> Offset {
        self.first
    }

    /// The offset behind its last event.
    pub(crate) fn next(&self) -> Offset {
        self.first.after(self.records.len())
    }

    /// Takes those of `records` (in order, without a gap) that it lacks. False where they begin behind its end, so that
    /// something between is missing.
    pub(crate) fn extend(&mut self, first: Offset, records: impl IntoIterator<Item = Record>) -> bool {
        let Some(known) = self.next().value().checked_sub(first.value()) else {
            return false;
        };
        for record in records.into_iter().skip(usize::try_from(known).unwrap_or(usize::MAX)) {
            self.bytes += record.data.len();
            self.records.push_back(record);
        }
        while self.records.len() > self.max.events || self.bytes > self.max.bytes {
            let Some(oldest) = self.records.pop_front() else {
                break;
            };
            self.bytes -= oldest.data.len();
            self.first = oldest.offset;
        }
        true
    }

    /// Events from `from` on, at most `max` but at least one; none where it has none from there.
    pub(crate) fn from(&self, from: Offset, max: Size) -> Vec<Record> {
        let Some(skip) = from.value().checked_sub(self.first.value()) else {
            return Vec::new();
        };
        let Ok(skip) = usize::try_from(skip) else {
            return Vec::new();
        };
        let rest = self.records.range(skip.min(self.records.len())..);
        let mut bytes = 0;
        let fits = |(place, record): &(usize, &Record)| {
            bytes += record.data.len();
            *place == 0 || (*place < max.events && bytes <= max.bytes)
        };
        rest.enumerate().take_while(fits).map(|(_, record)| record.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::Data;

    const MAX: Size = Size { events: 4, bytes: 100 };

    fn records(seqs: std::ops::Range<u64>) -> Vec<Record> {
        seqs.map(|seq| Record {
            offset: Offset::from_value(seq + 1),
            at: DateTime::UNIX_EPOCH,
            data: Data::known_json(seq.to_string()),
        })
        .collect()
    }

    fn at(value: u64) -> Offset {
        Offset::from_value(value)
    }

    fn texts(ring: &Ring, from: u64, max: Size) -> String {
        ring.from(at(from), max).iter().map(Record::json).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn keeps_the_latest() {
        let mut ring = Ring::at(at(10), MAX);
        assert!(ring.extend(at(10), records(10..13)));
        assert!(ring.extend(at(13), records(13..16)));
        assert_eq!((ring.first(), ring.next()), (at(12), at(16)));
        assert_eq!(texts(&ring, 12, MAX), "12 13 14 15");
        assert_eq!(texts(&ring, 14, MAX), "14 15");
        assert_eq!(texts(&ring, 11, MAX), "");
        assert_eq!(texts(&ring, 16, MAX), "");
        assert_eq!(texts(&ring, 99, MAX), "");
    }

    #[test]
    fn takes_each_event_once_and_none_across_a_gap() {
        let mut ring = Ring::at(at(10), MAX);
        assert!(ring.extend(at(8), records(8..12)));
        assert_eq!(texts(&ring, 10, MAX), "10 11");
        assert!(ring.extend(at(9), records(9..11)));
        assert!(ring.extend(at(11), records(11..13)));
        assert_eq!(texts(&ring, 10, MAX), "10 11 12");
        assert!(!ring.extend(at(14), records(14..15)));
        assert_eq!(ring.next(), at(13));
    }

    #[test]
    fn cleared_it_goes_on_at_its_end() {
        let mut ring = Ring::at(at(10), MAX);
        assert!(ring.extend(at(10), records(10..13)));
        ring.clear();
        assert_eq!((ring.first(), ring.next(), texts(&ring, 12, MAX).as_str()), (at(13), at(13), ""));
        assert!(ring.extend(at(13), records(13..15)));
        assert_eq!(texts(&ring, 13, MAX), "13 14");
    }

    #[test]
    fn is_bounded_by_bytes_too() {
        let mut ring = Ring::at(at(0), Size { events: 100, bytes: 3 });
        assert!(ring.extend(at(0), records(0..9)));
        assert_eq!((ring.first(), ring.next()), (at(6), at(9)));
        assert_eq!(texts(&ring, 6, Size { events: 9, bytes: 2 }), "6 7");
        assert_eq!(texts(&ring, 6, Size { events: 9, bytes: 0 }), "6");
        // An event larger than the whole ring does not stay, and the ring goes on behind it.
        let large = Record { offset: at(10), at: DateTime::UNIX_EPOCH, data: Data::known_json("1234") };
        assert!(ring.extend(at(9), [large]));
        assert_eq!((ring.first(), ring.next()), (at(10), at(10)));
    }
}
