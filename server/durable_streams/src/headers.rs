//! The protocol's headers: their names, and what they say.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use chrono::{DateTime, Utc};
use sessions::{Expiry, Offset, Producer};

macro_rules! names {
    ($($(#[$doc:meta])* $vis:vis $name:ident = $text:literal;)*) => {
        $($(#[$doc])* $vis const $name: HeaderName = HeaderName::from_static($text);)*
    };
}

names! {
    /// `Stream-Next-Offset`: where to read on from.
    pub NEXT_OFFSET = "stream-next-offset";
    pub(super) EARLIEST_OFFSET = "stream-earliest-offset";
    pub(super) UP_TO_DATE = "stream-up-to-date";
    pub(super) CLOSED = "stream-closed";
    pub(super) CURSOR = "stream-cursor";
    pub(super) SEQ = "stream-seq";
    pub(super) TTL = "stream-ttl";
    pub(super) EXPIRES_AT = "stream-expires-at";
    pub(super) FORKED_FROM = "stream-forked-from";
    pub(super) FORK_OFFSET = "stream-fork-offset";
    pub(super) FORK_SUB_OFFSET = "stream-fork-sub-offset";
    pub(super) SSE_ENCODING = "stream-sse-data-encoding";
    pub(super) PRODUCER_ID = "producer-id";
    pub(super) PRODUCER_EPOCH = "producer-epoch";
    pub(super) PRODUCER_SEQ = "producer-seq";
    pub(super) PRODUCER_EXPECTED = "producer-expected-seq";
    pub(super) PRODUCER_RECEIVED = "producer-received-seq";
}

pub(super) const TRUE: HeaderValue = HeaderValue::from_static("true");

/// The largest number that every language of the web can hold.
const LARGEST: u64 = (1 << 53) - 1;

/// How another server of the protocol writes the beginning; its suite does too.
const OTHERS_ZERO: &str = "0000000000000000_0000000000000000";

/// A header's text; an error where it is not ASCII.
pub(super) fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, &'static str> {
    let Some(value) = headers.get(name) else {
        return Ok(None);
    };
    value.to_str().map(Some).map_err(|_| "A header holds what is not ASCII.")
}

/// Only `true` counts, in any case.
pub(super) fn closes(headers: &HeaderMap) -> bool {
    headers.get(CLOSED).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"true"))
}

/// The three headers of a producer, or none of them.
pub(super) fn producer(headers: &HeaderMap) -> Result<Option<Producer>, &'static str> {
    let id = text(headers, &PRODUCER_ID)?;
    let epoch = text(headers, &PRODUCER_EPOCH)?;
    let sequence = text(headers, &PRODUCER_SEQ)?;
    match (id, epoch, sequence) {
        (None, None, None) => Ok(None),
        (Some(""), Some(_), Some(_)) => Err("Producer-Id must not be empty."),
        (Some(id), Some(epoch), Some(sequence)) => {
            let number = |text| number(text).filter(|number| *number <= LARGEST);
            let epoch = number(epoch).ok_or("Producer-Epoch is no number from 0 to 2^53 - 1.")?;
            let sequence = number(sequence).ok_or("Producer-Seq is no number from 0 to 2^53 - 1.")?;
            Ok(Some(Producer { id: id.to_owned(), epoch, sequence }))
        }
        _ => Err("Producer-Id, Producer-Epoch and Producer-Seq go together."),
    }
}

/// Digits alone.
fn number(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// Digits without a zero in front.
pub(super) fn plain_number(text: &str) -> Option<u64> {
    if text.len() > 1 && text.starts_with('0') { None } else { number(text) }
}

/// When the stream is to end.
pub(super) fn expiry(headers: &HeaderMap) -> Result<Expiry, &'static str> {
    match (text(headers, &TTL)?, text(headers, &EXPIRES_AT)?) {
        (None, None) => Ok(Expiry::Never),
        (Some(_), Some(_)) => Err("Stream-TTL and Stream-Expires-At exclude each other."),
        (Some(seconds), None) => {
            let seconds = plain_number(seconds).filter(|seconds| *seconds <= LARGEST >> 22);
            seconds.map(Expiry::Idle).ok_or("Stream-TTL is no number of seconds from 0 to 2^31 - 1.")
        }
        (None, Some(time)) => match DateTime::parse_from_rfc3339(time) {
            Ok(time) => Ok(Expiry::At(time.with_timezone(&Utc))),
            Err(_) => Err("Stream-Expires-At is no time as RFC 3339 writes it."),
        },
    }
}

/// An offset as it was handed out; the beginning also as others write it.
pub(super) fn offset(text: &str) -> Option<Offset> {
    if text == OTHERS_ZERO { Some(Offset::ZERO) } else { text.parse().ok() }
}

/// A number or an offset as a header's value.
pub(super) fn value(of: impl std::fmt::Display) -> HeaderValue {
    // Digits always make one.
    HeaderValue::try_from(of.to_string()).unwrap_or(HeaderValue::from_static(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(pairs: &[(HeaderName, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), HeaderValue::from_str(value).unwrap())).collect()
    }

    #[test]
    fn numbers_are_digits() {
        for bad in ["", "+1", "-1", "1.0", "1e3", "9007199254740992", "1 "] {
            let headers = map(&[(PRODUCER_ID, "p"), (PRODUCER_EPOCH, "0"), (PRODUCER_SEQ, bad)]);
            // An empty text has no digit that is wrong, and no number either.
            assert!(producer(&headers).is_err(), "{bad:?}");
        }
        for bad in ["", "01", "+1", "1.5", "1e3", "-1", "4294967296"] {
            assert!(expiry(&map(&[(TTL, bad)])).is_err(), "{bad:?}");
        }
        assert_eq!(expiry(&map(&[(TTL, "0")])), Ok(Expiry::Idle(0)));
        assert!(producer(&map(&[(PRODUCER_ID, "p")])).is_err());
    }

    #[test]
    fn only_true_closes() {
        for (text, closing) in [("true", true), ("TRUE", true), ("1", false), ("", false), ("false", false)] {
            assert_eq!(closes(&map(&[(CLOSED, text)])), closing, "{text:?}");
        }
    }
}
