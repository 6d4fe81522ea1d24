//! What a page and the server say to each other over the page's one socket, as JSON texts.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

/// The server closes the socket with it when it stops: come back at once, to another.
pub const RESTARTING: u16 = 1012;
/// The server closes the socket with it when whoever is behind it is not signed in, or no longer.
pub const SIGNED_OUT: u16 = 4401;

/// What a page asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Call {
    /// Everything of a stream from an offset on. Asked again, it starts again there.
    Follow { stream: Uuid, from: String },
    /// Nothing more of a stream.
    Unfollow(Uuid),
}

/// What the server tells. One of the fields, or `stream` with `next` and `events`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Frame<'a> {
    pub stream: Option<&'a str>,
    /// The offset behind the last of the events.
    pub next: Option<&'a str>,
    /// As the log keeps them.
    #[serde(borrow)]
    pub events: Vec<&'a RawValue>,
    #[serde(borrow)]
    pub presence: Option<Presence<'a>>,
    /// A stream that is not there, or not the page's to follow any more.
    pub gone: Option<&'a str>,
    /// A stream that cannot be followed from the page's offset: the page has to be loaded anew.
    pub stale: Option<&'a str>,
    /// Counts up while nothing else is said, so that a dead line is noticed.
    pub beat: Option<u64>,
}

/// Who looks at what a stream belongs to.
#[derive(Debug, Serialize, Deserialize)]
pub struct Presence<'a> {
    pub stream: &'a str,
    pub people: Vec<Looking>,
}

/// Someone who looks, once however many tabs they have open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Looking {
    pub name: String,
    pub initials: String,
    /// `person` or `operator`.
    pub kind: String,
}

impl<'a> Frame<'a> {
    /// Reads what the server sent.
    ///
    /// # Errors
    /// When it is not such a text.
    pub fn read(text: &'a str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }
}

/// An offset as it stands on the wire: twenty digits, so that texts compare like numbers.
pub fn offset(value: u64) -> String {
    format!("{value:020}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_hands_the_events_on_as_they_were_written() {
        let text = r#"{"stream":"s","next":"00000000000000000007","events":[{"b":1,"a":2},"odd"]}"#;
        let frame = Frame::read(text).unwrap();
        assert_eq!(frame.events.iter().map(|event| event.get()).collect::<Vec<_>>(), [r#"{"b":1,"a":2}"#, "\"odd\""]);
        assert_eq!(frame.next, Some(offset(7).as_str()));
    }

    #[test]
    fn a_call_reads_as_the_page_writes_it() {
        let stream = Uuid::from_u128(1);
        let call = Call::Follow { stream, from: offset(3) };
        let text = serde_json::to_string(&call).unwrap();
        assert_eq!(
            text,
            r#"{"follow":{"stream":"00000000-0000-0000-0000-000000000001","from":"00000000000000000003"}}"#
        );
        assert_eq!(serde_json::from_str::<Call>(&text).unwrap(), call);
        assert!(serde_json::from_str::<Call>(r#"{"shutdown":true}"#).is_err());
    }
}
