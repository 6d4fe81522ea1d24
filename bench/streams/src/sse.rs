//! Server-sent events, read in whatever pieces they come.

use memchr::{memchr, memmem};

/// The longest line that is kept while its end is still to come.
const LINE: usize = 4 * 1024 * 1024;

/// What a line of the protocol says.
#[derive(Debug, PartialEq)]
pub enum SseLine<'a> {
    /// Of an event `data`.
    Data(&'a [u8]),
    /// The offset from which to go on.
    Offset(&'a [u8]),
}

/// Cuts the bytes into lines.
#[derive(Default)]
pub struct Lines {
    /// The beginning of a line whose end is still to come.
    part: Vec<u8>,
    control: bool,
}

impl Lines {
    /// Gives every whole line in `bytes`, and before, to `sink`.
    pub fn feed(&mut self, mut bytes: &[u8], sink: &mut impl FnMut(SseLine<'_>)) {
        while let Some(end) = memchr(b'\n', bytes) {
            let (line, rest) = bytes.split_at(end);
            if self.part.is_empty() {
                self.line(line, sink);
            } else {
                self.part.extend_from_slice(line);
                let mut whole = std::mem::take(&mut self.part);
                self.line(&whole, sink);
                whole.clear();
                self.part = whole;
            }
            bytes = &rest[1..];
        }
        if self.part.len() < LINE {
            self.part.extend_from_slice(bytes);
        }
    }

    fn line(&mut self, line: &[u8], sink: &mut impl FnMut(SseLine<'_>)) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if let Some(name) = line.strip_prefix(b"event:") {
            self.control = name.trim_ascii() == b"control";
        } else if let Some(data) = line.strip_prefix(b"data:") {
            match self.control {
                false => sink(SseLine::Data(data)),
                true => offset(data).into_iter().for_each(|offset| sink(SseLine::Offset(offset))),
            }
        }
    }
}

fn offset(control: &[u8]) -> Option<&[u8]> {
    const FIELD: &[u8] = br#""streamNextOffset":""#;
    let rest = control.get(memmem::find(control, FIELD)? + FIELD.len()..)?;
    rest.get(..memchr(b'"', rest)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_however_they_are_cut() {
        let wire = b"event: data\r\ndata:[{\"w\":1}]\r\n\r\nevent: control\ndata:{\"streamNextOffset\":\"07\",\"upToDate\":true}\n\nevent:data\ndata: x\n\n";
        for size in 1..=wire.len() {
            let (mut lines, mut seen) = (Lines::default(), Vec::new());
            for piece in wire.chunks(size) {
                lines.feed(piece, &mut |line| match line {
                    SseLine::Data(data) => seen.push(("data", data.to_vec())),
                    SseLine::Offset(offset) => seen.push(("offset", offset.to_vec())),
                });
            }
            let wanted = [("data", &b"[{\"w\":1}]"[..]), ("offset", b"07"), ("data", b" x")];
            assert_eq!(seen, wanted.map(|(kind, text)| (kind, text.to_vec())), "in pieces of {size}");
        }
    }
}
