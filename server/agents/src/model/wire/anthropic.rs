//! Anthropic's Messages.

use std::collections::HashMap;

use domain::bounds;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    AnswerPiece, AnswerReader, AnswerRequest, ChatMessage, Finish, TokenUsage, failed, object, parsed,
};
use crate::model::{answer::ToolCall, error::EndpointError, tools::ToolDescription};

pub(super) const VERSION: &str = "2023-06-01";

pub(super) fn body(asking: AnswerRequest<'_>) -> Value {
    let mut body = json!({ "model": asking.model, "max_tokens": asking.longest, "system": asking.system,
                           "messages": messages(asking.said), "stream": true });
    if let Some(tools) = asking.tools {
        body["tools"] = tools.iter().map(tool).collect();
    }
    body
}

fn tool(tool: &ToolDescription) -> Value {
    let ToolDescription { name, about, parameters } = tool;
    json!({ "name": name, "description": about, "input_schema": parameters })
}

/// The two sides take turns: what is told one after another is one message. Empty blocks are refused.
fn messages(said: &[ChatMessage]) -> Vec<Value> {
    let mut turns: Vec<(&str, Vec<Value>)> = Vec::new();
    for one in said {
        let (role, blocks) = match one {
            ChatMessage::User(words) => ("user", text(words)),
            ChatMessage::Told { call, text } => {
                ("user", vec![json!({ "type": "tool_result", "tool_use_id": call, "content": text })])
            }
            ChatMessage::Agent { words, calls, kept } => {
                let used = |call: &ToolCall| json!({ "type": "tool_use", "id": call.id, "name": call.name, "input": object(&call.arguments) });
                let blocks = kept.iter().cloned().chain(text(words)).chain(calls.iter().map(used));
                ("assistant", blocks.collect())
            }
        };
        match turns.last_mut() {
            _ if blocks.is_empty() => {}
            Some((last, so_far)) if *last == role => so_far.extend(blocks),
            _ => turns.push((role, blocks)),
        }
    }
    turns.into_iter().map(|(role, content)| json!({ "role": role, "content": content })).collect()
}

fn text(words: &str) -> Vec<Value> {
    if words.trim().is_empty() { Vec::new() } else { vec![json!({ "type": "text", "text": words })] }
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum AnthropicEvent {
    MessageStart {
        message: AnthropicMessage,
    },
    ContentBlockStart {
        index: usize,
        content_block: Block,
    },
    ContentBlockDelta {
        index: usize,
        delta: Delta,
    },
    ContentBlockStop {
        index: usize,
    },
    MessageDelta {
        delta: Stop,
        usage: Option<AnthropicUsage>,
    },
    MessageStop,
    Error {
        error: Value,
    },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct AnthropicMessage {
    #[serde(default)]
    content: Vec<Block>,
    stop_reason: Option<String>,
    usage: Option<AnthropicUsage>,
    error: Option<Value>,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Block {
    Text {
        #[serde(default)]
        text: String,
    },
    ToolUse {
        id: String,
        name: String,
        #[serde(default)]
        input: Value,
    },
    Thinking {
        #[serde(default)]
        thinking: String,
        #[serde(default)]
        signature: String,
    },
    RedactedThinking {
        data: String,
    },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
#[serde(tag = "type")]
enum Delta {
    #[serde(rename = "text_delta")]
    Text { text: String },
    #[serde(rename = "input_json_delta")]
    InputJson { partial_json: String },
    #[serde(rename = "thinking_delta")]
    Thinking { thinking: String },
    #[serde(rename = "signature_delta")]
    Signature { signature: String },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Stop {
    stop_reason: Option<String>,
}

#[derive(Default, Deserialize)]
struct AnthropicUsage {
    #[serde(default, deserialize_with = "bounds::tokens_if_any")]
    input_tokens: Option<u64>,
    #[serde(default, deserialize_with = "bounds::tokens_if_any")]
    cache_creation_input_tokens: Option<u64>,
    #[serde(default, deserialize_with = "bounds::tokens_if_any")]
    cache_read_input_tokens: Option<u64>,
    #[serde(default, deserialize_with = "bounds::tokens_if_any")]
    output_tokens: Option<u64>,
}

/// Knows which block is which call, and the thoughts that are on their way: they go back as they came.
#[derive(Debug, Default)]
pub(super) struct AnthropicReader {
    calls: Vec<usize>,
    thoughts: HashMap<usize, (String, String)>,
    used: TokenUsage,
}

impl AnswerReader for AnthropicReader {
    fn read(&mut self, data: &str) -> Result<Vec<AnswerPiece>, EndpointError> {
        Ok(match parsed(data)? {
            AnthropicEvent::MessageStart { message } => self.use_up(message.usage),
            AnthropicEvent::ContentBlockStart { index, content_block } => self.begin(index, content_block),
            AnthropicEvent::ContentBlockDelta { index, delta } => self.more(index, delta),
            AnthropicEvent::ContentBlockStop { index } => self.end(index),
            AnthropicEvent::MessageDelta { delta, usage } => {
                let finish = delta.stop_reason.as_deref().map(|reason| AnswerPiece::Finish(finish(reason)));
                self.use_up(usage).into_iter().chain(finish).collect()
            }
            AnthropicEvent::MessageStop => vec![AnswerPiece::Done],
            AnthropicEvent::Error { error } => return Err(failed(&error)),
            AnthropicEvent::Other => Vec::new(),
        })
    }

    fn read_whole(&mut self, body: &str) -> Result<Vec<AnswerPiece>, EndpointError> {
        let message: AnthropicMessage = parsed(body)?;
        if let Some(error) = message.error.filter(|error| !error.is_null()) {
            return Err(failed(&error));
        }
        let mut pieces = self.use_up(message.usage);
        for (index, block) in message.content.into_iter().enumerate() {
            pieces.extend(self.begin(index, block));
            pieces.extend(self.end(index));
        }
        pieces.extend(message.stop_reason.as_deref().map(|reason| AnswerPiece::Finish(finish(reason))));
        Ok(pieces)
    }
}

impl AnthropicReader {
    fn begin(&mut self, index: usize, block: Block) -> Vec<AnswerPiece> {
        match block {
            Block::Text { text } => vec![AnswerPiece::Words(text)],
            Block::ToolUse { id, name, input } => {
                self.calls.push(index);
                // Empty at first in a stream, whole otherwise.
                let given = input.as_object().is_some_and(|input| !input.is_empty());
                let arguments = if given { input.to_string() } else { String::new() };
                vec![AnswerPiece::ToolCall {
                    at: self.calls.len() - 1,
                    id: Some(id),
                    name: Some(name),
                    arguments,
                }]
            }
            Block::Thinking { thinking, signature } => {
                self.thoughts.insert(index, (thinking, signature));
                Vec::new()
            }
            Block::RedactedThinking { data } => {
                vec![AnswerPiece::Kept(json!({ "type": "redacted_thinking", "data": data }))]
            }
            Block::Other => Vec::new(),
        }
    }

    fn more(&mut self, index: usize, delta: Delta) -> Vec<AnswerPiece> {
        match delta {
            Delta::Text { text } => return vec![AnswerPiece::Words(text)],
            Delta::InputJson { partial_json } => {
                let at = self.calls.iter().position(|known| *known == index);
                let more =
                    at.map(|at| AnswerPiece::ToolCall { at, id: None, name: None, arguments: partial_json });
                return more.into_iter().collect();
            }
            Delta::Thinking { thinking } => {
                self.thoughts.entry(index).or_default().0.push_str(&thinking);
            }
            Delta::Signature { signature } => {
                self.thoughts.entry(index).or_default().1.push_str(&signature);
            }
            Delta::Other => {}
        }
        Vec::new()
    }

    fn end(&mut self, index: usize) -> Vec<AnswerPiece> {
        let thought = self.thoughts.remove(&index).map(|(thinking, signature)| {
            AnswerPiece::Kept(json!({ "type": "thinking", "thinking": thinking, "signature": signature }))
        });
        thought.into_iter().collect()
    }

    /// Later reports count from the beginning, and leave out what has not changed.
    fn use_up(&mut self, usage: Option<AnthropicUsage>) -> Vec<AnswerPiece> {
        let Some(usage) = usage else { return Vec::new() };
        let (written, read) = (usage.cache_creation_input_tokens, usage.cache_read_input_tokens);
        if let Some(fresh) = usage.input_tokens {
            let read = read.unwrap_or_default();
            self.used.input = fresh + written.unwrap_or_default() + read;
            self.used.cached = read;
        }
        self.used.output = usage.output_tokens.unwrap_or(self.used.output);
        vec![AnswerPiece::TokenUsage(self.used)]
    }
}

fn finish(reason: &str) -> Finish {
    match reason {
        "max_tokens" | "model_context_window_exceeded" => Finish::Length,
        "refusal" => Finish::Filtered,
        _ => Finish::Stop,
    }
}
