//! Where an answer's body ends.

/// What is still to come of a body.
#[derive(Debug, PartialEq)]
pub enum Framing {
    Length(u64),
    Chunked(ChunkState),
    UntilClose,
}

/// Where in its chunks a body is.
#[derive(Debug, PartialEq)]
pub enum ChunkState {
    /// In the line of its size: what was read of it, and whether that is over and an extension follows.
    Size(u64, bool),
    Data(u64),
    /// Behind the data, before the end of the line.
    DataEnd,
    /// Behind the last chunk: how many bytes the line has so far.
    Trailer(u64),
    Done,
}

impl Framing {
    pub fn length(bytes: u64) -> Self {
        Self::Length(bytes)
    }

    pub fn chunked() -> Self {
        Self::Chunked(ChunkState::Size(0, false))
    }

    /// Whether the body is whole.
    pub fn done(&self) -> bool {
        matches!(self, Self::Length(0) | Self::Chunked(ChunkState::Done))
    }

    /// Gives the body's bytes in `input` to `sink` and returns how many bytes of `input` were the body's.
    pub fn decode(&mut self, input: &[u8], sink: &mut impl FnMut(&[u8])) -> usize {
        match self {
            Self::UntilClose => {
                sink(input);
                input.len()
            }
            Self::Length(left) => data(left, input, sink),
            Self::Chunked(chunk) => {
                let mut at = 0;
                while at < input.len() && *chunk != ChunkState::Done {
                    at += chunk.step(&input[at..], sink);
                }
                at
            }
        }
    }
}

impl ChunkState {
    /// Takes one byte, or as many as the chunk has.
    fn step(&mut self, input: &[u8], sink: &mut impl FnMut(&[u8])) -> usize {
        let byte = input[0];
        match self {
            Self::Data(left) => {
                let taken = data(left, input, sink);
                if *left == 0 {
                    *self = Self::DataEnd;
                }
                return taken;
            }
            Self::Size(size, over) => match (byte as char).to_digit(16) {
                _ if byte == b'\n' && *size == 0 => *self = Self::Trailer(0),
                _ if byte == b'\n' => *self = Self::Data(*size),
                Some(digit) if !*over => *size = size.wrapping_mul(16) + u64::from(digit),
                _ => *over = true,
            },
            Self::DataEnd if byte == b'\n' => *self = Self::Size(0, false),
            Self::Trailer(0) if byte == b'\n' => *self = Self::Done,
            Self::Trailer(length) if byte == b'\n' => *length = 0,
            Self::Trailer(length) if byte != b'\r' => *length += 1,
            Self::DataEnd | Self::Trailer(_) | Self::Done => {}
        }
        1
    }
}

fn data(left: &mut u64, input: &[u8], sink: &mut impl FnMut(&[u8])) -> usize {
    let taken = usize::try_from(*left).unwrap_or(usize::MAX).min(input.len());
    sink(&input[..taken]);
    *left -= taken as u64;
    taken
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The body and how many bytes it took, read in pieces of `size` bytes.
    fn read(mut framing: Framing, wire: &[u8], size: usize) -> (Vec<u8>, usize, bool) {
        let (mut body, mut taken) = (Vec::new(), 0);
        for piece in wire.chunks(size) {
            taken += framing.decode(piece, &mut |bytes| body.extend_from_slice(bytes));
        }
        (body, taken, framing.done())
    }

    #[test]
    fn chunks_are_read_however_they_are_cut() {
        let wire = b"5;name=a\r\nhello\r\nA\r\n, and more\r\n0\r\nx: y\r\n\r\nHTTP/1.1";
        for size in 1..=wire.len() {
            let (body, taken, done) = read(Framing::chunked(), wire, size);
            assert_eq!(body, b"hello, and more", "in pieces of {size}");
            assert!(done);
            assert_eq!(&wire[taken..][..4], b"HTTP");
        }
    }

    #[test]
    fn a_length_leaves_what_is_behind_it() {
        assert_eq!(read(Framing::length(3), b"abcdef", 2), (b"abc".to_vec(), 3, true));
        assert_eq!(read(Framing::length(9), b"abc", 2), (b"abc".to_vec(), 3, false));
    }
}
