//! The wires: what a conversation looks like to each kind of endpoint, and what its stream means. One file a wire; the rest
//! of the way is the same for all.

mod anthropic;
mod chat;
mod responses;

use std::fmt::Debug;

use domain::agents::Backend;
use reqwest::RequestBuilder;
use serde_json::Value;

use super::{answer::ToolCall, error::EndpointError, tools::ToolDescription};

/// How an endpoint is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    /// OpenAI's Chat Completions, and everything compatible.
    Chat,
    /// OpenAI's Responses.
    Responses,
    /// Anthropic's Messages.
    Anthropic,
}

/// What stands in a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ChatMessage {
    /// What is told.
    User(String),
    /// What was answered. `kept` goes back as it came: a wire's own proof of what the model thought.
    Agent { words: String, calls: Vec<ToolCall>, kept: Vec<Value> },
    /// What came of a call, by its id.
    Told { call: String, text: String },
}

/// One question to an endpoint.
#[derive(Clone, Copy, Debug)]
pub(super) struct AnswerRequest<'a> {
    pub(super) model: &'a str,
    pub(super) system: &'a str,
    pub(super) said: &'a [ChatMessage],
    /// None: the model knows none.
    pub(super) tools: Option<&'a [ToolDescription]>,
    /// Whether to ask for what it used, where that has to be asked for.
    pub(super) usage: bool,
    /// The longest answer, in tokens, where it has to be said.
    pub(super) longest: u32,
}

/// A piece of an answer, whatever the wire.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum AnswerPiece {
    Words(String),
    Refusal(String),
    /// More of a call, counted from 0 in each answer.
    ToolCall {
        at: usize,
        id: Option<String>,
        name: Option<String>,
        arguments: String,
    },
    Kept(Value),
    /// What the answer has used so far.
    TokenUsage(TokenUsage),
    Finish(Finish),
    /// Nothing more comes.
    Done,
}

/// Why an answer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Finish {
    /// It is whole, or calls something.
    Stop,
    /// It was too long.
    Length,
    /// It was held back.
    Filtered,
}

/// What an answer has used, in tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct TokenUsage {
    /// Those from a cache included.
    pub(super) input: u64,
    pub(super) cached: u64,
    pub(super) output: u64,
}

/// Reads a stream's events, one after another.
pub(super) trait AnswerReader: Debug + Send {
    /// What an event's data mean.
    ///
    /// # Errors
    /// [`EndpointError::Rubbish`] and [`EndpointError::Server`].
    fn read(&mut self, data: &str) -> Result<Vec<AnswerPiece>, EndpointError>;

    /// The same for an answer that came in one piece.
    ///
    /// # Errors
    /// As [`AnswerReader::read`].
    fn read_whole(&mut self, body: &str) -> Result<Vec<AnswerPiece>, EndpointError>;
}

impl Wire {
    /// The wire of a backend; none for those that are no model.
    pub fn of(backend: Backend) -> Option<Self> {
        match backend {
            Backend::OpenaiChat => Some(Self::Chat),
            Backend::OpenaiResponses => Some(Self::Responses),
            Backend::Anthropic => Some(Self::Anthropic),
            _ => None,
        }
    }

    /// Where it is asked, below the base address.
    pub(super) fn path(self) -> &'static str {
        match self {
            Self::Chat => "chat/completions",
            Self::Responses => "responses",
            Self::Anthropic => "messages",
        }
    }

    /// Lets us in.
    pub(super) fn sign(self, asked: RequestBuilder, key: Option<&str>) -> RequestBuilder {
        let asked = match self {
            Self::Anthropic => asked.header("anthropic-version", anthropic::VERSION),
            _ => asked,
        };
        match (self, key) {
            (_, None) => asked,
            (Self::Anthropic, Some(key)) => asked.header("x-api-key", key),
            (_, Some(key)) => asked.bearer_auth(key),
        }
    }

    pub(super) fn body(self, asking: AnswerRequest<'_>) -> Value {
        match self {
            Self::Chat => chat::body(asking),
            Self::Responses => responses::body(asking),
            Self::Anthropic => anthropic::body(asking),
        }
    }

    pub(super) fn reader(self) -> Box<dyn AnswerReader> {
        match self {
            Self::Chat => Box::<chat::ChatReader>::default(),
            Self::Responses => Box::<responses::ResponsesReader>::default(),
            Self::Anthropic => Box::<anthropic::AnthropicReader>::default(),
        }
    }
}

fn parsed<'a, T: serde::Deserialize<'a>>(data: &'a str) -> Result<T, EndpointError> {
    serde_json::from_str(data).map_err(|_| EndpointError::Rubbish(data.chars().take(200).collect()))
}

/// An error that came within an answer.
fn failed(error: &Value) -> EndpointError {
    EndpointError::Server { status: 200, said: error.to_string().chars().take(400).collect() }
}

/// The arguments of a call as the object that some wires want.
fn object(arguments: &str) -> Value {
    serde_json::from_str(arguments).ok().filter(Value::is_object).unwrap_or_else(|| serde_json::json!({}))
}

#[cfg(test)]
mod tests;
