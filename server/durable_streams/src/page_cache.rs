//! Pages of events as they are sent, kept in memory: the same streams are read from the beginning again and again.
//!
//! What is kept is right as long as the stream is there and at the same revision; that and its end are asked for each
//! time. Pages end at the same places whoever reads, so that readers share them.

use std::ops::Range;

use bytes::{Bytes, BytesMut};
use quick_cache::{Weighter, sync::Cache};
use sessions::{Engine, Error, NamedStream, Offset, Page, Record, StreamId};

use crate::encode::{Encoding, items};

/// Pages end at multiples of so many events.
const PAGE: u64 = 1_000;
/// A page of so many bytes is long enough, however few its events.
const LONG: usize = 512 << 10;
/// Pages of fewer events are as quickly read as found.
const FEW: u64 = 64;

/// Events from some offset on, up to `next`.
#[derive(Clone, Debug)]
pub(super) struct CachedPage {
    /// Of JSON: each event after a comma. Otherwise the bytes.
    pub(super) items: Bytes,
    pub(super) next: Offset,
    /// The stream's, when it was read.
    pub(super) revision: u64,
}

type CacheKey = (StreamId, Offset);

/// The pages that are kept.
#[derive(Debug)]
pub struct PageCache(Cache<CacheKey, CachedPage, Weight>);

#[derive(Clone, Debug)]
struct Weight;

impl Weighter<CacheKey, CachedPage> for Weight {
    fn weight(&self, _: &CacheKey, cached: &CachedPage) -> u64 {
        // And what the place itself takes.
        cached.items.len() as u64 + 128
    }
}

impl PageCache {
    /// Room for so many bytes.
    pub fn new(bytes: u64) -> Self {
        // Mostly whole pages of short events.
        Self(Cache::with_weighter(usize::try_from(bytes >> 14).unwrap_or(usize::MAX), bytes, Weight))
    }

    /// What is kept of the stream from that offset on, no further than `end`. What was read at another revision is
    /// dropped: something in it may have been deleted since.
    pub(super) fn find(
        &self,
        stream: StreamId,
        from: Offset,
        end: Offset,
        revision: u64,
    ) -> Option<CachedPage> {
        let cached = self.0.get(&(stream, from))?;
        if cached.revision != revision {
            self.0.remove(&(stream, from));
            return None;
        }
        (cached.next <= end).then_some(cached)
    }

    /// Whether something is kept from that offset on.
    pub(super) fn has(&self, stream: StreamId, from: Offset) -> bool {
        self.0.get(&(stream, from)).is_some()
    }

    /// Keeps events that begin at `from`, where they are worth it.
    pub(super) fn insert_if_long(&self, stream: &NamedStream, from: Offset, page: &Page) {
        if page.records.len() as u64 >= FEW && page.next <= border(from) {
            let known = CachedPage { items: Bytes::new(), next: from, revision: page.revision };
            self.extend((stream.id, from), Encoding::of(&stream.content_type), known, &page.records);
        }
    }

    /// Puts events behind what is known from that place on.
    fn extend(
        &self,
        place: CacheKey,
        encoding: Encoding,
        known: CachedPage,
        records: &[Record],
    ) -> CachedPage {
        let CachedPage { items: known, next: begun, revision } = known;
        let new = items(encoding, records);
        let items = match known.is_empty() {
            true => new,
            false => {
                let mut all = BytesMut::with_capacity(known.len() + new.len());
                all.extend_from_slice(&known);
                all.extend_from_slice(&new);
                all.freeze()
            }
        };
        let cached = CachedPage { items, next: begun.after(records.len()), revision };
        if cached.next.value() - place.1.value() >= FEW || cached.items.len() >= LONG {
            self.0.insert(place, cached.clone());
        }
        cached
    }

    /// Events from the beginning of `span` on, at least one: what is kept, and what is missing of that page before its end.
    /// `revision`: the stream's, as it was asked for last.
    ///
    /// # Errors
    /// [`Error::NotFound`] where there is none, and those of [`Engine::read`].
    pub(super) async fn read(
        &self,
        engine: &Engine,
        stream: StreamId,
        encoding: Encoding,
        Range { start: from, end }: Range<Offset>,
        revision: u64,
    ) -> Result<CachedPage, Error> {
        let nothing = CachedPage { items: Bytes::new(), next: from, revision };
        let mut known = self.find(stream, from, end, revision).unwrap_or(nothing);
        let border = border(from).min(end);
        if known.next >= border || known.items.len() >= LONG {
            return Ok(known);
        }
        loop {
            let missing = u32::try_from(border.value() - known.next.value()).unwrap_or(u32::MAX);
            let page = engine.read(stream, known.next, missing).await?;
            if page.records.is_empty() {
                return Err(Error::NotFound);
            }
            if page.revision == known.revision || known.next == from {
                known.revision = page.revision;
                return Ok(self.extend((stream, from), encoding, known, &page.records));
            }
            // Something was deleted meanwhile, perhaps of what is known.
            known = CachedPage { items: Bytes::new(), next: from, revision: page.revision };
        }
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
        let (page_cache, stream) = (PageCache::new(1 << 20), StreamId::generate());
        let at = Offset::from_value;
        let nothing = || CachedPage { items: Bytes::new(), next: at(0), revision: 0 };
        let keep = |count| page_cache.extend((stream, at(0)), Encoding::Json, nothing(), &records(0, count));
        keep(10);
        assert!(!page_cache.has(stream, at(0)), "so few are not worth it");
        let cached = keep(70);
        assert!(cached.items.starts_with(b",0,1,2"));
        assert!(page_cache.find(stream, at(0), at(69), 0).is_none());
        let known = page_cache.find(stream, at(0), at(70), 0).unwrap();
        let longer = page_cache.extend((stream, at(0)), Encoding::Json, known, &records(70, 3));
        assert!(longer.items.ends_with(b",69,70,71,72") && longer.next == at(73));
        assert_eq!(page_cache.find(stream, at(0), at(80), 0).unwrap().items, longer.items);
        assert!(page_cache.find(stream, at(0), at(80), 1).is_none());
        assert!(!page_cache.has(stream, at(0)), "what was read before something was deleted is not kept");
    }

    #[test]
    fn it_holds_no_more_than_it_has_room_for() {
        let (page_cache, stream) = (PageCache::new(10_000), StreamId::generate());
        for from in (0..100_000).step_by(1_000) {
            let next = Offset::from_value(from);
            let nothing = CachedPage { items: Bytes::new(), next, revision: 0 };
            page_cache.extend((stream, next), Encoding::Bytes, nothing, &records(from, 500));
        }
        assert!(
            page_cache.0.weight() <= 10_000 && page_cache.0.len() > 1,
            "{} {}",
            page_cache.0.weight(),
            page_cache.0.len()
        );
    }
}
