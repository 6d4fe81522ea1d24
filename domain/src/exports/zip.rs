//! A zip that is written as it comes: packed on a thread of its own, with nothing held but the piece at hand.

use std::io::{self, Write};

use bytes::Bytes;
use chrono::{DateTime, Datelike, Timelike, Utc};
use chrono_tz::Tz;
use tokio::{sync::mpsc, task::JoinHandle};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use super::pipe::broken_off;
use crate::{Error, Result};

/// How many pieces wait to be packed.
const WAITING: usize = 4;
/// The largest piece that is handed over: what waits is bounded by it.
const PIECE: usize = 256 * 1024;

enum ZipMessage {
    /// A file begins.
    File(String),
    Bytes(Bytes),
    End,
}

/// A zip on its way to where it is written. Dropped before [`Zip::finish`], it is none.
pub(super) struct Zip<W> {
    steps: mpsc::Sender<ZipMessage>,
    /// None once it has ended.
    packing: Option<JoinHandle<io::Result<W>>>,
}

impl<W: Write + Send + 'static> Zip<W> {
    /// Begins to write to `sink`; its files are of `at`, as a clock in `zone` shows it.
    pub(super) fn begin(sink: W, at: DateTime<Utc>, zone: Tz) -> Self {
        let (steps, todo) = mpsc::channel(WAITING);
        let at = date(at, zone);
        Self { steps, packing: Some(tokio::task::spawn_blocking(move || pack(sink, todo, at))) }
    }

    /// A file of text.
    pub(super) async fn text(&mut self, path: &str, text: String) -> Result<()> {
        self.file(path).await?;
        self.bytes(text.into()).await
    }

    /// A file, whose bytes follow.
    pub(super) async fn file(&mut self, path: &str) -> Result<()> {
        self.step(ZipMessage::File(path.to_owned())).await
    }

    /// More of the file that was begun last.
    pub(super) async fn bytes(&mut self, mut bytes: Bytes) -> Result<()> {
        while !bytes.is_empty() {
            let piece = bytes.split_to(bytes.len().min(PIECE));
            self.step(ZipMessage::Bytes(piece)).await?;
        }
        Ok(())
    }

    /// It is whole. Answers what it was written to.
    pub(super) async fn finish(mut self) -> Result<W> {
        self.step(ZipMessage::End).await?;
        self.ended().await
    }

    async fn step(&mut self, step: ZipMessage) -> Result<()> {
        match self.steps.send(step).await {
            Ok(()) => Ok(()),
            // It ended early: the reason is what counts.
            Err(_) => Err(self.ended().await.err().unwrap_or_else(broken_off)),
        }
    }

    async fn ended(&mut self) -> Result<W> {
        let Some(packing) = self.packing.take() else { return Err(broken_off()) };
        match packing.await {
            Ok(Ok(sink)) => Ok(sink),
            Ok(Err(error)) if error.kind() == io::ErrorKind::BrokenPipe => Err(broken_off()),
            Ok(Err(error)) => Err(Error::Broken(format!("a client's download could not be packed: {error}"))),
            Err(error) => Err(Error::Broken(format!("packing a client's download panicked: {error}"))),
        }
    }
}

fn pack<W: Write>(sink: W, mut todo: mpsc::Receiver<ZipMessage>, at: zip::DateTime) -> io::Result<W> {
    // Always packed: what follows a file that is only stored says nothing of its length to those who read as it comes.
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(at)
        .unix_permissions(0o644);
    let mut zip = ZipWriter::new_stream(sink);
    loop {
        match todo.blocking_recv() {
            Some(ZipMessage::File(path)) => zip.start_file(path, options)?,
            Some(ZipMessage::Bytes(bytes)) => zip.write_all(&bytes)?,
            Some(ZipMessage::End) => return Ok(zip.finish()?.into_inner()),
            None => return Err(io::ErrorKind::BrokenPipe.into()),
        }
    }
}

/// An instant as a zip keeps it; its first one where it cannot.
fn date(at: DateTime<Utc>, zone: Tz) -> zip::DateTime {
    let there = at.with_timezone(&zone);
    let small = |number: u32| u8::try_from(number).unwrap_or_default();
    zip::DateTime::from_date_and_time(
        u16::try_from(there.year()).unwrap_or_default(),
        small(there.month()),
        small(there.day()),
        small(there.hour()),
        small(there.minute()),
        small(there.second()),
    )
    .unwrap_or_default()
}
