//! What an event holds.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::value::RawValue;

use crate::{Error, check};

/// What an event holds: one JSON text, or bytes. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Data(DataKind);

#[derive(Clone, Debug, PartialEq, Eq)]
enum DataKind {
    Json(Arc<str>),
    Bytes(Bytes),
}

impl Data {
    /// A JSON text, kept byte for byte.
    ///
    /// # Errors
    /// [`Error::Invalid`] where it is none.
    pub fn json(text: impl Into<Arc<str>>) -> Result<Self, Error> {
        let text = text.into();
        check::json(&text)?;
        Ok(Self::known_json(text))
    }

    /// A text that is known to be JSON.
    pub(crate) fn known_json(text: impl Into<Arc<str>>) -> Self {
        Self(DataKind::Json(text.into()))
    }

    /// Bytes of any kind.
    #[must_use]
    pub fn bytes(bytes: impl Into<Bytes>) -> Self {
        Self(DataKind::Bytes(bytes.into()))
    }

    /// The events in a body that holds one JSON value: the elements of an array, one level deep, or else the value
    /// itself. An empty array holds none.
    ///
    /// # Errors
    /// [`Error::Invalid`] where the body is not one JSON text in UTF-8.
    pub fn json_messages(body: &[u8]) -> Result<Vec<Self>, Error> {
        const NO_JSON: Error = Error::Invalid("the body is not one JSON value");
        let text = std::str::from_utf8(body).map_err(|_| NO_JSON)?;
        let known = |raw: &RawValue| Self::known_json(raw.get());
        if text.trim_start().starts_with('[') {
            let elements: Vec<&RawValue> = serde_json::from_str(text).map_err(|_| NO_JSON)?;
            return Ok(elements.into_iter().map(known).collect());
        }
        serde_json::from_str::<&RawValue>(text).map(|value| vec![known(value)]).map_err(|_| NO_JSON)
    }

    /// The JSON text; none where it is bytes.
    #[must_use]
    pub fn as_json(&self) -> Option<&str> {
        match &self.0 {
            DataKind::Json(text) => Some(text),
            DataKind::Bytes(_) => None,
        }
    }

    /// Its bytes: of a JSON text, those of its UTF-8.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            DataKind::Json(text) => text.as_bytes(),
            DataKind::Bytes(bytes) => bytes,
        }
    }

    /// How many bytes it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.as_bytes().len()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(body: &str) -> Vec<String> {
        let messages = Data::json_messages(body.as_bytes()).unwrap();
        messages.iter().map(|message| message.as_json().unwrap().to_owned()).collect()
    }

    #[test]
    fn an_array_is_flattened_one_level_and_the_texts_stay_as_they_are() {
        assert_eq!(messages(r#" {"b":1, "a":2,"b":3} "#), [r#"{"b":1, "a":2,"b":3}"#]);
        assert_eq!(messages("[1.0e3,\n [2 ,3], \"\\u0000é\"]"), ["1.0e3", "[2 ,3]", "\"\\u0000é\""]);
        assert_eq!(messages("[[[1]]]"), ["[[1]]"]);
        assert!(messages(" [ ] ").is_empty());
    }

    #[test]
    fn what_is_no_json_is_refused() {
        for body in [&b""[..], b"{", b"[1,]", b"1 2", b"[1]]", b"\"\xff\"", b"\"\0\"", b"undefined"] {
            assert!(matches!(Data::json_messages(body), Err(Error::Invalid(_))), "{body:?}");
        }
    }
}
