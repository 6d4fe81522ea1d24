//! From a thread that writes to a store that takes pieces: as much waits between them as fits into a few pieces.

use std::io::{self, Write};

use bytes::{Bytes, BytesMut};
use futures::{Stream, stream};
use tokio::sync::mpsc;

use crate::{Error, Result};

/// How many bytes go on together.
const PIECE: usize = 256 * 1024;
/// How many pieces wait.
const WAITING: usize = 4;

/// The end that is written to, on a thread that may wait.
pub(super) struct Pipe {
    held: BytesMut,
    to: mpsc::Sender<Option<Bytes>>,
}

/// A pipe, and what comes out of it. Where the writer is dropped before [`Pipe::close`] the last thing is an error: what
/// came until then is not whole.
pub(super) fn pipe() -> (Pipe, impl Stream<Item = Result<Bytes>>) {
    let (to, from) = mpsc::channel(WAITING);
    let pieces = stream::unfold(Some(from), |from| async move {
        let mut from = from?;
        match from.recv().await {
            Some(Some(piece)) => Some((Ok(piece), Some(from))),
            Some(None) => None,
            None => Some((Err(broken_off()), None)),
        }
    });
    (Pipe { held: BytesMut::new(), to }, pieces)
}

/// What stands at the end of pieces that are not all.
pub(super) fn broken_off() -> Error {
    Error::Broken("a client's download was broken off".to_owned())
}

impl Pipe {
    /// Everything was written.
    pub(super) fn close(mut self) -> io::Result<()> {
        self.send()?;
        self.to.blocking_send(None).map_err(closed)
    }

    fn send(&mut self) -> io::Result<()> {
        match self.held.split().freeze() {
            piece if piece.is_empty() => Ok(()),
            piece => self.to.blocking_send(Some(piece)).map_err(closed),
        }
    }
}

fn closed<T>(_: mpsc::error::SendError<T>) -> io::Error {
    io::ErrorKind::BrokenPipe.into()
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.held.extend_from_slice(bytes);
        if self.held.len() >= PIECE {
            self.send()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
