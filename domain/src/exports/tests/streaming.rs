//! However much there is, little of it is held.

use std::{
    io::{self, Write},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use bytes::Bytes;
use chrono_tz::Tz;
use futures::StreamExt;

use super::world::Opened;
use crate::{exports::pipe::pipe, exports::zip::Zip, testing::start};

const PIECE: usize = 1 << 20;
const PIECES: u64 = 96;
/// What may be on its way at once: the pieces that wait, the one that is packed, and what the compressor holds.
const HELD: u64 = 4 << 20;

/// Counts and forgets.
struct Counting(Arc<AtomicU64>);

impl Write for Counting {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.fetch_add(bytes.len() as u64, Ordering::SeqCst);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Bytes that no compressor makes fewer.
fn noise(seed: &mut u64) -> Bytes {
    let mut bytes = Vec::with_capacity(PIECE);
    while bytes.len() < PIECE {
        *seed ^= *seed << 13;
        *seed ^= *seed >> 7;
        *seed ^= *seed << 17;
        bytes.extend_from_slice(&seed.to_le_bytes());
    }
    bytes.into()
}

#[tokio::test]
async fn a_large_one_is_never_held_whole() {
    let written = Arc::new(AtomicU64::new(0));
    let mut zip = Zip::begin(Counting(Arc::clone(&written)), start(), Tz::UTC);
    let (mut seed, mut given, mut most) = (0x2545_f491_4f6c_dd1d, 0, 0);
    for number in 0..PIECES {
        if number % 24 == 0 {
            zip.file(&format!("large-{number}.bin")).await.unwrap();
        }
        zip.bytes(noise(&mut seed)).await.unwrap();
        given += PIECE as u64;
        most = most.max(given.saturating_sub(written.load(Ordering::SeqCst)));
    }
    zip.finish().await.unwrap();
    assert!(written.load(Ordering::SeqCst) >= given, "all of it was written");
    assert!(most <= HELD, "{most} bytes were held at once");
}

#[tokio::test]
async fn a_writer_waits_for_a_store_that_is_slow_and_ends_with_it() {
    let (sink, pieces) = pipe();
    let mut zip = Zip::begin(sink, start(), Tz::UTC);
    let mut seed = 0x2545_f491_4f6c_dd1d;
    zip.file("large.bin").await.unwrap();
    // Nobody takes anything, so that sooner or later there is no room for more.
    let filling = async {
        for _ in 0..PIECES {
            zip.bytes(noise(&mut seed)).await.unwrap();
        }
    };
    assert!(futures::poll!(std::pin::pin!(filling)).is_pending());
    drop(pieces);
    let mut refused = false;
    for _ in 0..PIECES {
        refused |= zip.bytes(noise(&mut seed)).await.is_err();
    }
    assert!(refused, "a store that is gone ends it");
}

#[tokio::test]
async fn what_comes_out_is_a_zip_or_an_error() {
    for is_whole in [true, false] {
        let (sink, pieces) = pipe();
        let mut zip = Zip::begin(sink, start(), Tz::UTC);
        let read = tokio::spawn(pieces.collect::<Vec<_>>());
        zip.text("a.txt", "a".repeat(5_000_000)).await.unwrap();
        if is_whole {
            let sink = zip.finish().await.unwrap();
            tokio::task::spawn_blocking(move || sink.close()).await.unwrap().unwrap();
        } else {
            drop(zip);
        }
        let pieces = read.await.unwrap();
        assert_eq!(pieces.iter().all(Result::is_ok), is_whole, "what is broken off is known to be");
        if is_whole {
            let bytes: Vec<Bytes> = pieces.into_iter().map(Result::unwrap).collect();
            assert_eq!(Opened::read(bytes.concat()).text("a.txt").len(), 5_000_000);
        }
    }
}
