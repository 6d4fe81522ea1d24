//! Server-sent events, as they arrive: in pieces cut anywhere.

/// The most bytes that one event may have.
const MOST: usize = 2 << 20;

/// An event that does not end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooLong;

/// Reads a stream of events, and of each its data alone.
#[derive(Debug, Default)]
pub(crate) struct Sse {
    line: Vec<u8>,
    data: Option<String>,
    /// The last byte was a carriage return: a line feed behind it ends no line of its own.
    after_return: bool,
}

impl Sse {
    /// Takes a piece in, and gives the data of the events that it completes.
    ///
    /// # Errors
    /// [`TooLong`]; nothing more is to be read then.
    pub(crate) fn push(&mut self, piece: &[u8]) -> Result<Vec<String>, TooLong> {
        let mut events = Vec::new();
        for &byte in piece {
            let after_return = std::mem::replace(&mut self.after_return, byte == b'\r');
            match byte {
                b'\n' if after_return => {}
                b'\n' | b'\r' => events.extend(self.end_line()),
                byte => self.line.push(byte),
            }
            if self.line.len() + self.data.as_ref().map_or(0, String::len) > MOST {
                return Err(TooLong);
            }
        }
        Ok(events)
    }

    /// The stream is over: an event that was not ended properly still counts.
    pub(crate) fn end(&mut self) -> Option<String> {
        let ended = self.end_line();
        ended.or_else(|| self.data.take())
    }

    fn end_line(&mut self) -> Option<String> {
        let line = std::mem::take(&mut self.line);
        if line.is_empty() {
            return self.data.take();
        }
        // Comments begin with a colon; other fields do not matter here.
        let value = line.strip_prefix(b"data").and_then(|rest| match rest {
            [] => Some(rest),
            [b':', b' ', value @ ..] | [b':', value @ ..] => Some(value),
            _ => None,
        })?;
        let value = String::from_utf8_lossy(value);
        match &mut self.data {
            Some(data) => {
                data.push('\n');
                data.push_str(&value);
            }
            None => self.data = Some(value.into_owned()),
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pieces: &[&[u8]]) -> Vec<String> {
        let mut sse = Sse::default();
        let mut events: Vec<String> = pieces.iter().flat_map(|piece| sse.push(piece).unwrap()).collect();
        events.extend(sse.end());
        events
    }

    #[test]
    fn reads_the_same_however_it_is_cut() {
        let text = ": hello\r\ndata: {\"a\":\"é\"}\r\n\r\nevent: x\ndata: one\ndata:two\n\n\rid: 7\rdata: three\r\rdata: [DONE]\n\n";
        let whole = read(&[text.as_bytes()]);
        assert_eq!(whole, ["{\"a\":\"é\"}", "one\ntwo", "three", "[DONE]"]);
        for cut in 0..text.len() {
            assert_eq!(read(&[&text.as_bytes()[..cut], &text.as_bytes()[cut..]]), whole, "cut at {cut}");
        }
        let single: Vec<&[u8]> = text.as_bytes().chunks(1).collect();
        assert_eq!(read(&single), whole);
    }

    #[test]
    fn an_event_without_its_end_counts_at_the_end() {
        assert_eq!(read(&[b"data: a\n\ndata: b"]), ["a", "b"]);
        assert_eq!(read(&[b"data: a\n"]), ["a"]);
        assert_eq!(read(&[b"", b"\n\n", b": only a comment\n\n"]), Vec::<String>::new());
    }

    #[test]
    fn what_is_no_event_is_passed_over() {
        assert_eq!(read(&[b"<html>\n\ndatabase: x\n\ndata\n\nretry: 5\n\ndata: \xff\n\n"]), ["", "\u{fffd}"]);
    }

    #[test]
    fn an_event_without_end_is_refused() {
        let mut sse = Sse::default();
        let piece = vec![b'x'; 1 << 20];
        assert!(sse.push(&piece).is_ok() && sse.push(&piece).is_ok());
        assert_eq!(sse.push(&piece), Err(TooLong));
        let mut lines = Sse::default();
        let line = [b"data: ".as_slice(), &vec![b'x'; 1 << 20], b"\n"].concat();
        assert!(lines.push(&line).is_ok());
        assert!(lines.push(&line).and_then(|_| lines.push(&line)).is_err());
    }
}
