//! An answer's status and the headers that matter here.

use super::framing::Framing;
use crate::BenchError;

/// The most headers that an answer may have.
const HEADERS: usize = 64;

/// What an answer begins with.
#[derive(Debug)]
pub struct ResponseHead {
    pub status: u16,
    pub next_offset: Option<String>,
    pub cursor: Option<String>,
    pub up_to_date: bool,
    pub(super) framing: Framing,
}

impl ResponseHead {
    /// Reads it from the front of `bytes`, with the number of bytes that it takes; `None` while it is not whole.
    pub(super) fn parse(bytes: &[u8]) -> Result<Option<(Self, usize)>, BenchError> {
        let mut headers = [httparse::EMPTY_HEADER; HEADERS];
        let mut response = httparse::Response::new(&mut headers);
        let httparse::Status::Complete(length) = response.parse(bytes)? else { return Ok(None) };
        let status = response.code.unwrap_or(0);
        let framing = match status {
            204 | 304 => Framing::length(0),
            _ => Framing::UntilClose,
        };
        let mut head = Self { status, next_offset: None, cursor: None, up_to_date: false, framing };
        for header in response.headers {
            head.take(header.name, std::str::from_utf8(header.value)?.trim())?;
        }
        Ok(Some((head, length)))
    }

    fn take(&mut self, name: &str, value: &str) -> Result<(), BenchError> {
        if name.eq_ignore_ascii_case("content-length") {
            self.framing = Framing::length(value.parse()?);
        } else if name.eq_ignore_ascii_case("transfer-encoding") && value.eq_ignore_ascii_case("chunked") {
            self.framing = Framing::chunked();
        } else if name.eq_ignore_ascii_case("stream-next-offset") {
            self.next_offset = Some(value.to_owned());
        } else if name.eq_ignore_ascii_case("stream-cursor") {
            self.cursor = Some(value.to_owned());
        } else if name.eq_ignore_ascii_case("stream-up-to-date") {
            self.up_to_date = value.eq_ignore_ascii_case("true");
        }
        Ok(())
    }
}
