//! The events: JSON of 50 bytes that say who wrote them, the how-manieth it was and when its append began.

use std::io::Write;

use memchr::memmem;

/// Bytes of every event.
pub const SIZE: usize = 50;

/// What an event says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BenchEvent {
    pub writer: u32,
    pub number: u64,
    /// Microseconds since the tool started.
    pub begun: u64,
}

impl BenchEvent {
    /// Puts its 50 bytes behind `out`.
    pub fn write(self, out: &mut Vec<u8>) {
        let start = out.len();
        // Writing to a Vec cannot fail.
        let _ = write!(out, r#"{{"w":{},"n":{},"t":{},"p":""#, self.writer, self.number, self.begun);
        out.resize((start + SIZE - 2).max(out.len()), b'x');
        out.extend_from_slice(b"\"}");
    }
}

/// The events in a piece of JSON, in their order.
pub fn scan(text: &[u8]) -> impl Iterator<Item = BenchEvent> + '_ {
    memmem::find_iter(text, br#"{"w":"#).filter_map(|at| {
        let (writer, rest) = number(text.get(at + 5..)?)?;
        let (count, rest) = number(rest.strip_prefix(br#","n":"#)?)?;
        let (begun, _) = number(rest.strip_prefix(br#","t":"#)?)?;
        Some(BenchEvent { writer: u32::try_from(writer).ok()?, number: count, begun })
    })
}

/// How many events there are, without reading them.
pub fn count(text: &[u8]) -> u64 {
    memmem::find_iter(text, br#"{"w":"#).count() as u64
}

fn number(text: &[u8]) -> Option<(u64, &[u8])> {
    let end = text.iter().position(|byte| !byte.is_ascii_digit())?;
    let digits = std::str::from_utf8(text.get(..end)?).ok()?;
    Some((digits.parse().ok()?, text.get(end..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_has_fifty_bytes_and_is_read_back() {
        let least = BenchEvent { writer: 0, number: 0, begun: 0 };
        let most = BenchEvent { writer: 31, number: 99_999_999, begun: 9_999_999_999 };
        let mut text = b"[".to_vec();
        least.write(&mut text);
        assert_eq!(text.len(), 1 + SIZE);
        text.push(b',');
        most.write(&mut text);
        assert_eq!(text.len(), 2 + 2 * SIZE);
        text.push(b']');
        assert!(serde_json::from_slice::<serde_json::Value>(&text).is_ok());
        assert_eq!(scan(&text).collect::<Vec<_>>(), [least, most]);
        assert_eq!(count(&text), 2);
    }

    #[test]
    fn half_an_event_is_none() {
        assert_eq!(scan(br#"{"w":1,"n":2,"t":3"#).count(), 0);
    }
}
