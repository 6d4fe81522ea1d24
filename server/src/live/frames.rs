//! What the server tells, as texts.

use domain::session::wire::Looking;
use serde_json::json;
use sessions::{Batch, StreamId};

/// Events exactly as the log keeps them.
pub fn events(stream: StreamId, batch: &Batch) -> String {
    let bytes: usize = batch.records.iter().map(|record| record.json().len() + 1).sum();
    let mut text = String::with_capacity(bytes + 128);
    text.push_str(&format!(r#"{{"stream":"{stream}","next":"{}","events":["#, batch.next));
    for (place, record) in batch.records.iter().enumerate() {
        if place > 0 {
            text.push(',');
        }
        text.push_str(record.json());
    }
    text.push_str("]}");
    text
}

pub fn people(stream: StreamId, people: &[Looking]) -> String {
    json!({ "presence": { "stream": stream, "people": people } }).to_string()
}

/// Not there, or not theirs to follow.
pub fn gone(stream: StreamId) -> String {
    json!({ "gone": stream }).to_string()
}

/// It cannot go on from the offset: the page has to be drawn anew.
pub fn stale(stream: StreamId) -> String {
    json!({ "stale": stream }).to_string()
}

/// Why the frames end, where nothing else can say it.
pub fn closed(code: u16) -> String {
    json!({ "closed": code }).to_string()
}

pub fn beat(count: u64) -> String {
    json!({ "beat": count }).to_string()
}
