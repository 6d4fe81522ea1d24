//! What the query of a `GET` asks for.

use sessions::Offset;
use url::form_urlencoded;

use crate::{LiveMode, headers::offset};

/// Where to read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum From {
    /// `-1`, or nothing said.
    Start,
    /// `now`.
    End,
    /// An offset.
    At(Offset),
}

/// What the query asks for.
pub(super) struct ReadQuery {
    pub(super) from: From,
    /// How to follow; none: only what is there now.
    pub(super) live: Option<LiveMode>,
    /// The last cursor that the reader was given.
    pub(super) cursor: Option<String>,
}

impl ReadQuery {
    /// Reads the query; what is wrong with it, in words.
    pub(super) fn parse(query: &str) -> Result<Self, &'static str> {
        let (mut from, mut live, mut cursor) = (None, None, None);
        for (name, text) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "offset" if from.is_some() => return Err("There is more than one offset."),
                "offset" => from = Some(parse_from(&text)?),
                "live" => live = Some(parse_mode(&text)?),
                "cursor" => cursor = Some(text.into_owned()),
                _ => {}
            }
        }
        if live.is_some() && from.is_none() {
            return Err("Following needs an offset.");
        }
        Ok(Self { from: from.unwrap_or(From::Start), live, cursor })
    }
}

fn parse_from(text: &str) -> Result<From, &'static str> {
    match text {
        "-1" => Ok(From::Start),
        "now" => Ok(From::End),
        _ => offset(text).map(From::At).ok_or("That is no offset."),
    }
}

fn parse_mode(text: &str) -> Result<LiveMode, &'static str> {
    match text {
        "long-poll" => Ok(LiveMode::LongPoll),
        "sse" => Ok(LiveMode::Sse),
        _ => Err("There is no such way to follow: long-poll or sse."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_query_says_where_and_how() {
        let query = ReadQuery::parse("x=1&offset=-1&live=sse&cursor=7").unwrap();
        assert_eq!(
            (query.from, query.live, query.cursor.as_deref()),
            (From::Start, Some(LiveMode::Sse), Some("7"))
        );
        assert_eq!(ReadQuery::parse("").unwrap().from, From::Start);
        assert_eq!(ReadQuery::parse("offset=now").unwrap().from, From::End);
        assert_eq!(
            ReadQuery::parse("offset=00000000000000000007").unwrap().from,
            From::At(Offset::from_value(7))
        );
        for bad in
            ["offset=", "offset=7", "offset=1&offset=1", "live=sse", "offset=-1&live=now", "offset=a%2Cb"]
        {
            assert!(ReadQuery::parse(bad).is_err(), "{bad}");
        }
    }
}
