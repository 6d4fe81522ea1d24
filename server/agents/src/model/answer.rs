//! The answer that the pieces make together.

use serde_json::Value;

use super::{
    error::EndpointError,
    wire::{AnswerPiece, Finish, TokenUsage},
};

/// The most bytes of words, and of all tool calls, in one answer.
const MOST: usize = 1 << 20;
const MOST_CALLS: usize = 32;

/// A tool that the model calls.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ToolCall {
    pub(super) id: String,
    pub(super) name: String,
    /// JSON, as the model wrote it.
    pub(super) arguments: String,
}

/// One answer, as far as it has come.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct ModelAnswer {
    pub(super) words: String,
    pub(super) calls: Vec<ToolCall>,
    /// What goes back as it came.
    pub(super) kept: Vec<Value>,
    /// Why it ended; none while it has not.
    pub(super) finish: Option<Finish>,
    pub(super) used: Option<TokenUsage>,
    refusal: String,
    bytes: usize,
}

impl ModelAnswer {
    /// Takes a piece in, and gives the words that it adds.
    ///
    /// # Errors
    /// [`EndpointError::Endless`].
    pub(super) fn take(&mut self, piece: AnswerPiece) -> Result<String, EndpointError> {
        match piece {
            AnswerPiece::Words(words) => {
                self.words.push_str(&words);
                self.grow(words.len())?;
                return Ok(words);
            }
            AnswerPiece::Refusal(words) => {
                self.refusal.push_str(&words);
                self.grow(words.len())?;
            }
            AnswerPiece::ToolCall { at, id, name, arguments } => {
                self.grow(arguments.len())?;
                self.call(at, id, name, &arguments)?;
            }
            AnswerPiece::Kept(value) => {
                self.grow(value.to_string().len())?;
                self.kept.push(value);
            }
            AnswerPiece::TokenUsage(used) => self.used = Some(used),
            AnswerPiece::Finish(finish) => self.finish = Some(finish),
            AnswerPiece::Done => {}
        }
        Ok(String::new())
    }

    /// The answer, once nothing more comes.
    ///
    /// # Errors
    /// [`EndpointError::Cut`] for one that did not say that it was over, [`EndpointError::Declined`], [`EndpointError::Empty`].
    pub(super) fn whole(mut self, done: bool) -> Result<Self, EndpointError> {
        if !self.refusal.trim().is_empty() || self.finish == Some(Finish::Filtered) {
            return Err(EndpointError::Declined(self.refusal.chars().take(400).collect()));
        }
        if self.finish.is_none() && !done {
            return Err(EndpointError::Cut("no end was said".to_owned()));
        }
        self.calls.retain(|call| !call.name.is_empty());
        for (i, call) in self.calls.iter_mut().enumerate() {
            if call.id.is_empty() {
                call.id = format!("call-{}", i + 1);
            }
        }
        if self.words.trim().is_empty() && self.calls.is_empty() {
            return Err(EndpointError::Empty);
        }
        Ok(self)
    }

    /// Whether there is more to it than words.
    pub(super) fn calls_something(&self) -> bool {
        !self.calls.is_empty()
    }

    fn grow(&mut self, by: usize) -> Result<(), EndpointError> {
        self.bytes += by;
        if self.bytes > MOST {
            Err(EndpointError::Endless("an answer of more than a megabyte"))
        } else {
            Ok(())
        }
    }

    fn call(
        &mut self,
        at: usize,
        id: Option<String>,
        name: Option<String>,
        arguments: &str,
    ) -> Result<(), EndpointError> {
        if at >= MOST_CALLS {
            return Err(EndpointError::Endless("too many calls in one answer"));
        }
        while self.calls.len() <= at {
            self.calls.push(ToolCall::default());
        }
        let call = &mut self.calls[at];
        if let Some(id) = id {
            call.id = id;
        }
        // Sent whole in the first piece, and again by some in every one.
        if let Some(name) = name.filter(|_| call.name.is_empty()) {
            call.name = name;
        }
        call.arguments.push_str(arguments);
        Ok(())
    }
}
