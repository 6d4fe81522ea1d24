//! A position in a stream.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// How many digits an offset is written with: as many as its largest value has.
const WIDTH: usize = 20;

/// A position in a stream: how many events stand before it.
///
/// Written as twenty digits with leading zeros, so that offsets compare as bytes just as they do as numbers.
/// ```
/// use sessions::Offset;
/// assert_eq!(Offset::from_value(42).to_string(), "00000000000000000042");
/// assert!("42".parse::<Offset>().is_err());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Offset(u64);

impl Offset {
    /// Before the first event.
    pub const ZERO: Self = Self(0);

    /// The position behind `value` events.
    #[must_use]
    pub const fn from_value(value: u64) -> Self {
        Self(value)
    }

    /// How many events stand before it.
    #[must_use]
    pub const fn value(self) -> u64 {
        self.0
    }

    /// The position `events` further on.
    #[must_use]
    pub const fn after(self, events: usize) -> Self {
        Self(self.0.saturating_add(events as u64))
    }

    /// As Postgres stores it. An offset past its range is past every stream's end all the same.
    pub(crate) fn to_column(self) -> i64 {
        i64::try_from(self.0).unwrap_or(i64::MAX)
    }

    /// From a column that a constraint keeps from being negative.
    pub(crate) const fn from_column(value: i64) -> Self {
        Self(value.cast_unsigned())
    }
}

impl fmt::Display for Offset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:0WIDTH$}", self.0)
    }
}

/// The text is not twenty digits, or too large a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an offset is a number of exactly {WIDTH} digits")]
pub struct InvalidOffset;

impl FromStr for Offset {
    type Err = InvalidOffset;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // u64's own parser takes a sign.
        if text.len() != WIDTH || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(InvalidOffset);
        }
        text.parse().map(Self).map_err(|_| InvalidOffset)
    }
}

impl Serialize for Offset {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Offset {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_and_reads_back() {
        for value in [0, 1, 42, u64::MAX] {
            let offset = Offset::from_value(value);
            assert_eq!(offset.to_string().parse(), Ok(offset));
            let json = serde_json::to_string(&offset).unwrap();
            assert_eq!(serde_json::from_str::<Offset>(&json).unwrap(), offset);
        }
    }

    #[test]
    fn sorts_as_text_as_it_does_as_a_number() {
        let mut offsets = [u64::MAX, 9, 10, 0, 99, 100, 1 << 60].map(Offset::from_value);
        offsets.sort_unstable();
        let mut texts = offsets.map(|offset| offset.to_string());
        texts.sort_unstable();
        assert_eq!(texts, offsets.map(|offset| offset.to_string()));
    }

    #[test]
    fn refuses_what_it_did_not_write() {
        for text in [
            "",
            "0",
            "-1",
            "now",
            "+0000000000000000001",
            "000000000000000000001",
            " 0000000000000000001",
            "99999999999999999999",
            "0000000000000000000a",
            "000000000000000000१",
        ] {
            assert_eq!(text.parse::<Offset>(), Err(InvalidOffset), "{text:?}");
        }
        assert!(serde_json::from_str::<Offset>("7").is_err());
    }
}
