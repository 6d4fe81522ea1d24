//! How far an agent has heard: an offset in the session and one backstage, in one text.

use std::{fmt, str::FromStr};

use sessions::Offset;

/// A place in both of a request's streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cursor {
    pub(super) session: Offset,
    pub(super) backstage: Offset,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.session, self.backstage)
    }
}

/// The text is no cursor.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NotACursor;

impl FromStr for Cursor {
    type Err = NotACursor;

    fn from_str(text: &str) -> Result<Self, NotACursor> {
        let (session, backstage) = text.split_once('-').ok_or(NotACursor)?;
        let offset = |text: &str| text.parse::<Offset>().map_err(|_| NotACursor);
        Ok(Self { session: offset(session)?, backstage: offset(backstage)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back() {
        let cursor = Cursor { session: Offset::from_value(12), backstage: Offset::from_value(3) };
        assert_eq!(cursor.to_string(), "00000000000000000012-00000000000000000003");
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        for none in ["", "12", "12-", "-", "a-b", "00000000000000000012"] {
            assert_eq!(none.parse::<Cursor>(), Err(NotACursor), "{none}");
        }
    }
}
