//! What a page and the server say to each other over the page's one socket, as JSON texts. The page says a [`Call`];
//! the server says one of
//!
//! ```json
//! {"stream": "…", "next": "00000000000000000012", "events": [ … ]}
//! {"stream": "…", "next": "00000000000000000060", "counts": [1, 47], "events": [ …, … ]}
//! {"presence": {"stream": "…", "people": [{"name": "…", "initials": "…", "kind": "person"}]}}
//! {"gone": "…"}
//! {"stale": "…"}
//! {"full": "…"}
//! {"beat": 3}
//! {"closed": 1012}
//! ```
//!
//! `events` stand as the log keeps them, `next` behind the last of them. Where many are told at once, the words of one
//! text are put together: `counts` says then for how many events of the log each stands. `gone`: the stream is not there, or not theirs
//! to follow. `stale`: it cannot be followed from the page's offset, so the page has to be loaded anew. `full`: as many
//! streams are followed as the limits allow; the server tells of it as soon as there is room, without being asked again.
//! `beat` counts up while nothing else is said, so that a dead line is noticed. `closed`: the last one where the frames
//! come as events over HTTP, with the code that a socket would be closed with.

use serde::{Deserialize, Serialize};
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

/// Someone who looks, once however many tabs they have open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Viewer {
    pub name: String,
    pub initials: String,
    /// `person` or `operator`.
    pub kind: String,
}

/// An offset as it stands on the wire: twenty digits, so that texts compare like numbers.
pub fn offset(value: u64) -> String {
    format!("{value:020}")
}

#[cfg(test)]
mod tests {
    use super::*;

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
