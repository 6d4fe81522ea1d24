//! Pages of events as they are sent, kept in memory: the same streams are read from the beginning again and again.
//!
//! Events never change, so what is kept stays right as long as the stream is there; that and its end are asked for each
//! time. Pages end at the same places whoever reads, so that readers share them.

use bytes::{Bytes, BytesMut};
use quick_cache::{Weighter, sync::Cache};
use sessions::{Engine, Error, Named, Offset, Record, StreamId};

use super::encode::{Form, items};

/// Pages end at multiples of so many events.
const PAGE: u64 = 1_000;
/// A page of so many bytes is long enough, however few its events.
const LONG: usize = 512 << 10;
/// Pages of fewer events are as quickly read as found.
const FEW: u64 = 64;

/// Events from some offset on, up to `next`.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    /// Of JSON: each event after a comma. Otherwise the bytes.
    pub(super) items: Bytes,
    pub(super) next: Offset,
}

type Place = (StreamId, Offset);

/// The pages that are kept.
#[derive(Debug)]
pub struct Shelf(Cache<Place, Piece, Weight>);

#[derive(Clone, Debug)]
struct Weight;

impl Weighter<Place, Piece> for Weight {
    fn weight(&self, _: &Place, piece: &Piece) -> u64 {
        // And what the place itself takes.
        piece.items.len() as u64 + 128
    }
}

impl Shelf {
    /// Room for so many bytes.
    pub fn new(bytes: u64) -> Self {
        // Mostly whole pages of short events.
        Self(Cache::with_weighter(usize::try_from(bytes >> 14).unwrap_or(usize::MAX), bytes, Weight))
    }

    /// What is kept of the stream from that offset on, no further than `end`.
    pub(super) fn find(&self, stream: StreamId, from: Offset, end: Offset) -> Option<Piece> {
        self.0.get(&(stream, from)).filter(|piece| piece.next <= end)
    }

    /// Whether something is kept from that offset on.
    pub(super) fn has(&self, stream: StreamId, from: Offset) -> bool {
        self.0.get(&(stream, from)).is_some()
    }

    /// Keeps events that begin at `from`, where they are worth it.
    pub(super) fn keep_if_long(&self, stream: &Named, from: Offset, records: &[Record]) {
        if records.len() as u64 >= FEW && from.after(records.len()) <= border(from) {
            self.extend(stream.id, from, Form::of(&stream.content_type), None, records);
        }
    }

    fn extend(
        &self,
        stream: StreamId,
        from: Offset,
        form: Form,
        known: Option<Piece>,
        records: &[Record],
    ) -> Piece {
        let (begun, known) = known.map_or((from, Bytes::new()), |known| (known.next, known.items));
        let new = items(form, records);
        let items = match known.is_empty() {
            true => new,
            false => {
                let mut all = BytesMut::with_capacity(known.len() + new.len());
                all.extend_from_slice(&known);
                all.extend_from_slice(&new);
                all.freeze()
            }
        };
        let piece = Piece { items, next: begun.after(records.len()) };
        if piece.next.value() - from.value() >= FEW || piece.items.len() >= LONG {
            self.0.insert((stream, from), piece.clone());
        }
        piece
    }

    /// Events from `from` on, at least one: what is kept, and what is missing of that page before `end`.
    ///
    /// # Errors
    /// [`Error::NotFound`] where there is none, and those of [`Engine::read`].
    pub(super) async fn piece(
        &self,
        engine: &Engine,
        stream: StreamId,
        form: Form,
        from: Offset,
        end: Offset,
    ) -> Result<Piece, Error> {
        let known = self.find(stream, from, end);
        let border = border(from).min(end);
        let at = match &known {
            Some(piece) if piece.next >= border || piece.items.len() >= LONG => return Ok(piece.clone()),
            Some(piece) => piece.next,
            None => from,
        };
        let missing = u32::try_from(border.value() - at.value()).unwrap_or(u32::MAX);
        let page = engine.read(stream, at, missing).await?;
        if page.records.is_empty() {
            return Err(Error::NotFound);
        }
        Ok(self.extend(stream, from, form, known, &page.records))
    }
}

/// Where the page ends that begins there.
pub(super) fn border(from: Offset) -> Offset {
    Offset::from_value((from.value() / PAGE).saturating_add(1).saturating_mul(PAGE))
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use sessions::Data;

    use super::*;

    fn records(from: u64, count: u64) -> Vec<Record> {
        let record = |value: u64| Record {
            offset: Offset::from_value(value + 1),
            at: DateTime::UNIX_EPOCH,
            data: Data::json(value.to_string()).unwrap(),
        };
        (from..from + count).map(record).collect()
    }

    #[test]
    fn pages_end_at_the_same_places() {
        let border = |from| border(Offset::from_value(from)).value();
        assert_eq!(
            [border(0), border(999), border(1_000), border(u64::MAX)],
            [1_000, 1_000, 2_000, u64::MAX]
        );
    }

    #[test]
    fn what_is_kept_grows_and_never_leads_too_far() {
        let (shelf, stream) = (Shelf::new(1 << 20), StreamId::generate());
        let at = Offset::from_value;
        let keep = |count| shelf.extend(stream, at(0), Form::Json, None, &records(0, count));
        keep(10);
        assert!(!shelf.has(stream, at(0)), "so few are not worth it");
        let piece = keep(70);
        assert!(piece.items.starts_with(b",0,1,2"));
        assert!(shelf.find(stream, at(0), at(69)).is_none());
        let known = shelf.find(stream, at(0), at(70));
        let longer = shelf.extend(stream, at(0), Form::Json, known, &records(70, 3));
        assert!(longer.items.ends_with(b",69,70,71,72") && longer.next == at(73));
        assert_eq!(shelf.find(stream, at(0), at(80)).unwrap().items, longer.items);
    }

    #[test]
    fn it_holds_no_more_than_it_has_room_for() {
        let (shelf, stream) = (Shelf::new(10_000), StreamId::generate());
        for from in (0..100_000).step_by(1_000) {
            shelf.extend(stream, Offset::from_value(from), Form::Bytes, None, &records(from, 500));
        }
        assert!(shelf.0.weight() <= 10_000 && shelf.0.len() > 1, "{} {}", shelf.0.weight(), shelf.0.len());
    }
}
