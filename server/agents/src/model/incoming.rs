//! An answer of an endpoint, piece by piece.

use std::time::Duration;

use reqwest::Response;

use super::{
    answer::ModelAnswer,
    endpoint::ModelEndpoint,
    error::EndpointError,
    sse::Sse,
    wire::{AnswerPiece, AnswerReader},
};

/// How long the rest of an answer is waited for that has said that it is over.
const LAST: Duration = Duration::from_secs(2);

/// An answer on its way in.
#[derive(Debug)]
pub(super) struct Incoming<'a> {
    endpoint: &'a ModelEndpoint,
    response: Response,
    sse: Sse,
    reader: Box<dyn AnswerReader>,
    pub(super) answer: ModelAnswer,
    /// The words of an answer that came in one piece.
    whole: Option<String>,
    done: bool,
}

impl<'a> Incoming<'a> {
    pub(super) fn new(
        endpoint: &'a ModelEndpoint,
        response: Response,
        reader: Box<dyn AnswerReader>,
    ) -> Self {
        let (sse, answer) = (Sse::default(), ModelAnswer::default());
        Self { endpoint, response, sse, reader, answer, whole: None, done: false }
    }

    /// The next words, which may be none; `None` once all have come. May be dropped and called again.
    pub(super) async fn next(&mut self) -> Result<Option<String>, EndpointError> {
        if let Some(words) = self.whole.take() {
            return Ok(Some(words));
        }
        if self.done {
            return Ok(None);
        }
        let over = self.answer.finish.is_some();
        let within = if over { LAST } else { self.endpoint.limits.between };
        match self.endpoint.piece(&mut self.response, within).await {
            Ok(Some(piece)) => {
                let events =
                    self.sse.push(&piece).map_err(|_| EndpointError::Endless("an event without end"))?;
                self.take(events).map(Some)
            }
            Ok(None) => {
                let last = self.sse.end();
                let words = self.take(last)?;
                self.done |= self.answer.finish.is_some();
                if self.done {
                    Ok(Some(words))
                } else {
                    Err(EndpointError::Cut("no end was said".to_owned()))
                }
            }
            // It said that it was over, and that is what counts.
            Err(_) if over => {
                self.done = true;
                Ok(None)
            }
            Err(trouble) => Err(trouble),
        }
    }

    /// What came altogether.
    pub(super) fn whole(self) -> Result<ModelAnswer, EndpointError> {
        self.answer.whole(self.done)
    }

    fn take(&mut self, events: impl IntoIterator<Item = String>) -> Result<String, EndpointError> {
        let mut words = String::new();
        for data in events {
            match data.trim() {
                _ if self.done => {}
                "[DONE]" => self.done = true,
                "" => {}
                data => {
                    let pieces = self.reader.read(data)?;
                    words.push_str(&self.put(pieces)?);
                }
            }
        }
        Ok(words)
    }

    fn put(&mut self, pieces: Vec<AnswerPiece>) -> Result<String, EndpointError> {
        let mut words = String::new();
        for piece in pieces {
            self.done |= piece == AnswerPiece::Done;
            words.push_str(&self.answer.take(piece)?);
        }
        Ok(words)
    }

    /// An endpoint that does not stream sends the whole answer in one piece.
    pub(super) async fn take_whole(&mut self) -> Result<(), EndpointError> {
        let body = self.endpoint.body(&mut self.response).await?;
        let pieces = self.reader.read_whole(&String::from_utf8_lossy(&body))?;
        self.whole = Some(self.put(pieces)?);
        self.done = true;
        Ok(())
    }
}
