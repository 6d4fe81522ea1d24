//! OpenAI's Chat Completions. Reads what servers send rather than what they should: most of them leave something out.

use domain::bounds;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{AnswerPiece, AnswerReader, AnswerRequest, ChatMessage, Finish, TokenUsage, failed, parsed};
use crate::model::{answer::ToolCall, error::EndpointError, tools::ToolDescription};

pub(super) fn body(asking: AnswerRequest<'_>) -> Value {
    let system = json!({ "role": "system", "content": asking.system });
    let messages: Vec<Value> = std::iter::once(system).chain(asking.said.iter().map(message)).collect();
    let mut body = json!({ "model": asking.model, "messages": messages, "stream": true });
    if asking.usage {
        body["stream_options"] = json!({ "include_usage": true });
    }
    if let Some(tools) = asking.tools {
        body["tools"] = tools.iter().map(tool).collect();
    }
    body
}

fn tool(tool: &ToolDescription) -> Value {
    let ToolDescription { name, about, parameters } = tool;
    json!({ "type": "function", "function": { "name": name, "description": about, "parameters": parameters } })
}

fn message(said: &ChatMessage) -> Value {
    match said {
        ChatMessage::User(words) => json!({ "role": "user", "content": words }),
        ChatMessage::Told { call, text } => json!({ "role": "tool", "tool_call_id": call, "content": text }),
        ChatMessage::Agent { words, calls, .. } if calls.is_empty() => {
            json!({ "role": "assistant", "content": words })
        }
        ChatMessage::Agent { words, calls, .. } => {
            let call = |call: &ToolCall| {
                json!({ "id": call.id, "type": "function",
                        "function": { "name": call.name, "arguments": call.arguments } })
            };
            let calls: Vec<Value> = calls.iter().map(call).collect();
            json!({ "role": "assistant", "content": words, "tool_calls": calls })
        }
    }
}

#[derive(Deserialize)]
struct ChatChunk {
    #[serde(default)]
    choices: Vec<ChatChoice>,
    usage: Option<ChatUsage>,
    error: Option<Value>,
}

#[derive(Deserialize)]
struct ChatChoice {
    #[serde(alias = "message")]
    delta: Option<Delta>,
    finish_reason: Option<String>,
}

#[derive(Default, Deserialize)]
struct Delta {
    content: Option<String>,
    refusal: Option<String>,
    tool_calls: Option<Vec<More>>,
}

#[derive(Deserialize)]
struct More {
    index: Option<usize>,
    id: Option<String>,
    function: Option<Function>,
}

#[derive(Default, Deserialize)]
struct Function {
    name: Option<String>,
    arguments: Option<Arguments>,
}

/// A string by the book; some send the object itself.
#[derive(Deserialize)]
#[serde(untagged)]
enum Arguments {
    Text(String),
    Object(Value),
}

#[derive(Deserialize)]
struct ChatUsage {
    #[serde(default, deserialize_with = "bounds::tokens")]
    prompt_tokens: u64,
    #[serde(default, deserialize_with = "bounds::tokens")]
    completion_tokens: u64,
    prompt_tokens_details: Option<Details>,
}

#[derive(Deserialize)]
struct Details {
    #[serde(default, deserialize_with = "bounds::tokens_if_any")]
    cached_tokens: Option<u64>,
}

/// Knows the ids of the calls so far: servers that leave out the index are understood by them.
#[derive(Debug, Default)]
pub(super) struct ChatReader {
    ids: Vec<String>,
}

impl AnswerReader for ChatReader {
    fn read(&mut self, data: &str) -> Result<Vec<AnswerPiece>, EndpointError> {
        let chunk: ChatChunk = parsed(data)?;
        if let Some(error) = chunk.error.filter(|error| !error.is_null()) {
            return Err(failed(&error));
        }
        let mut pieces: Vec<AnswerPiece> =
            chunk.usage.map(|usage| AnswerPiece::TokenUsage(usage.into())).into_iter().collect();
        // Chunks without a choice tell usage and the like.
        let Some(choice) = chunk.choices.into_iter().next() else { return Ok(pieces) };
        let delta = choice.delta.unwrap_or_default();
        pieces.extend(delta.content.map(AnswerPiece::Words));
        pieces.extend(delta.refusal.map(AnswerPiece::Refusal));
        pieces.extend(delta.tool_calls.into_iter().flatten().map(|more| self.call(more)));
        pieces.extend(choice.finish_reason.as_deref().and_then(finish).map(AnswerPiece::Finish));
        Ok(pieces)
    }

    /// The same shape but for one name.
    fn read_whole(&mut self, body: &str) -> Result<Vec<AnswerPiece>, EndpointError> {
        self.read(body)
    }
}

impl ChatReader {
    fn call(&mut self, more: More) -> AnswerPiece {
        let id = more.id.filter(|id| !id.is_empty());
        let at = match more.index {
            Some(index) => index,
            // Without an index a new id is a new call, and everything else belongs to the last one.
            None if id.is_some() && self.ids.last() != id.as_ref() => self.ids.len(),
            None => self.ids.len().saturating_sub(1),
        };
        if at == self.ids.len() {
            self.ids.push(id.clone().unwrap_or_default());
        }
        let function = more.function.unwrap_or_default();
        let arguments = match function.arguments {
            Some(Arguments::Text(text)) => text,
            Some(Arguments::Object(object)) if !object.is_null() => object.to_string(),
            _ => String::new(),
        };
        AnswerPiece::ToolCall { at, id, name: function.name.filter(|name| !name.is_empty()), arguments }
    }
}

fn finish(reason: &str) -> Option<Finish> {
    match reason {
        "" => None,
        "length" => Some(Finish::Length),
        "content_filter" => Some(Finish::Filtered),
        _ => Some(Finish::Stop),
    }
}

impl From<ChatUsage> for TokenUsage {
    fn from(usage: ChatUsage) -> Self {
        let cached =
            usage.prompt_tokens_details.and_then(|details| details.cached_tokens).unwrap_or_default();
        Self { input: usage.prompt_tokens, cached, output: usage.completion_tokens }
    }
}
