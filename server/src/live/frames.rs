//! The frames that the server sends, as texts.

use domain::session;
use serde_json::json;
use sessions::{Batch, Offset, StreamId};
use wire::frames::Viewer;

/// A page with more events than that comes from the past, not from somebody who is typing.
const MANY: usize = 16;

/// Events as the log keeps them. Of many, the words of one text are put together: `counts` says then how many events of
/// the log each of them stands for.
pub fn events(stream: StreamId, batch: &Batch) -> String {
    let texts = batch.records.iter().map(|record| record.json());
    if batch.records.len() <= MANY {
        return frame(stream, batch.next, texts, None);
    }
    let joined = session::join(texts);
    if joined.len() == batch.records.len() {
        return frame(stream, batch.next, joined.iter().map(|one| &*one.text), None);
    }
    let counts: Vec<usize> = joined.iter().map(|one| one.count).collect();
    frame(stream, batch.next, joined.iter().map(|one| &*one.text), Some(&counts))
}

fn frame<'a>(
    stream: StreamId,
    next: Offset,
    texts: impl Iterator<Item = &'a str> + Clone,
    counts: Option<&[usize]>,
) -> String {
    let bytes: usize = texts.clone().map(|text| text.len() + 1).sum();
    let mut text = String::with_capacity(bytes + 128);
    text.push_str(&format!(r#"{{"stream":"{stream}","next":"{next}","#));
    if let Some(counts) = counts {
        text.push_str(&format!(r#""counts":{},"#, json!(counts)));
    }
    text.push_str(r#""events":["#);
    for (place, event) in texts.enumerate() {
        if place > 0 {
            text.push(',');
        }
        text.push_str(event);
    }
    text.push_str("]}");
    text
}

pub fn people(stream: StreamId, people: &[Viewer]) -> String {
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

/// Too many follow; its frames come as soon as there is room.
pub fn full(stream: StreamId) -> String {
    json!({ "full": stream }).to_string()
}

pub fn beat(count: u64) -> String {
    json!({ "beat": count }).to_string()
}
