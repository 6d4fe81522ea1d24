//! The server's own files, as they are, without the server around them: what the targets feed.
#![allow(dead_code, reason = "the files are taken whole")]

pub mod protocols;
#[path = "../../server/src/live/frames.rs"]
pub mod frames;

use chrono::DateTime;
use sessions::{Data, Offset, Page, Record};

/// A page of these events that ends at its last one, from an offset on.
pub fn page(from: u64, data: impl IntoIterator<Item = Data>) -> Page {
    let at = DateTime::UNIX_EPOCH;
    let records: Vec<Record> = data
        .into_iter()
        .zip(from + 1..)
        .map(|(data, end)| Record { offset: Offset::from_value(end), at, data })
        .collect();
    let next = Offset::from_value(from + records.len() as u64);
    Page { records, next, up_to_date: true, closed: false, revision: 0 }
}
