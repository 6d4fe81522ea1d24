//! OpenAI's Responses. Nothing is kept at the other end: each question carries the whole conversation.

use domain::bounds;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{AnswerPiece, AnswerReader, AnswerRequest, ChatMessage, Finish, TokenUsage, failed, parsed};
use crate::model::{error::EndpointError, tools::ToolDescription};

pub(super) fn body(asking: AnswerRequest<'_>) -> Value {
    let input: Vec<Value> = asking.said.iter().flat_map(items).collect();
    let mut body = json!({ "model": asking.model, "instructions": asking.system, "input": input,
                           "stream": true, "store": false });
    if let Some(tools) = asking.tools {
        body["tools"] = tools.iter().map(tool).collect();
    }
    body
}

fn tool(tool: &ToolDescription) -> Value {
    let ToolDescription { name, about, parameters } = tool;
    json!({ "type": "function", "name": name, "description": about, "parameters": parameters, "strict": false })
}

fn items(said: &ChatMessage) -> Vec<Value> {
    match said {
        ChatMessage::User(words) => vec![json!({ "role": "user", "content": words })],
        ChatMessage::Told { call, text } => {
            vec![json!({ "type": "function_call_output", "call_id": call, "output": text })]
        }
        ChatMessage::Agent { words, calls, .. } => {
            let words = (!words.trim().is_empty()).then(|| json!({ "role": "assistant", "content": words }));
            let calls = calls.iter().map(|call| {
                json!({ "type": "function_call", "call_id": call.id, "name": call.name,
                        "arguments": call.arguments })
            });
            words.into_iter().chain(calls).collect()
        }
    }
}

/// An event; which of its fields there are depends on its type.
#[derive(Deserialize)]
struct ResponsesEvent {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    delta: Value,
    #[serde(default)]
    output_index: usize,
    item: Option<Item>,
    response: Option<Response>,
}

#[derive(Default, Deserialize)]
struct Response {
    #[serde(default)]
    output: Vec<Item>,
    usage: Option<ResponsesUsage>,
    error: Option<Value>,
    incomplete_details: Option<Incomplete>,
}

#[derive(Deserialize)]
struct Incomplete {
    reason: Option<String>,
}

#[derive(Deserialize)]
struct Item {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    call_id: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    arguments: String,
    #[serde(default)]
    content: Vec<ResponsesContent>,
}

#[derive(Deserialize)]
struct ResponsesContent {
    #[serde(default)]
    text: String,
    #[serde(default)]
    refusal: String,
}

#[derive(Deserialize)]
struct ResponsesUsage {
    #[serde(default, deserialize_with = "bounds::tokens")]
    input_tokens: u64,
    #[serde(default, deserialize_with = "bounds::tokens")]
    output_tokens: u64,
    input_tokens_details: Option<Details>,
}

#[derive(Deserialize)]
struct Details {
    #[serde(default, deserialize_with = "bounds::tokens")]
    cached_tokens: u64,
}

/// Knows at which place of the output each call stands, and whether its arguments have come.
#[derive(Debug, Default)]
pub(super) struct ResponsesReader {
    calls: Vec<(usize, bool)>,
}

impl AnswerReader for ResponsesReader {
    fn read(&mut self, data: &str) -> Result<Vec<AnswerPiece>, EndpointError> {
        let event: ResponsesEvent = parsed(data)?;
        let text = || event.delta.as_str().unwrap_or_default().to_owned();
        Ok(match event.kind.as_str() {
            "response.output_text.delta" => vec![AnswerPiece::Words(text())],
            "response.refusal.delta" => vec![AnswerPiece::Refusal(text())],
            "response.output_item.added" => self.begin(event.output_index, event.item.as_ref()),
            "response.function_call_arguments.delta" => self.more(event.output_index, text()),
            "response.output_item.done" => self.end(event.output_index, event.item.as_ref()),
            "response.completed" | "response.incomplete" => ended(event.response.unwrap_or_default()),
            "response.failed" => {
                let error = event.response.and_then(|response| response.error);
                return Err(failed(&error.unwrap_or_default()));
            }
            "error" => return Err(failed(&parsed(data)?)),
            _ => Vec::new(),
        })
    }

    fn read_whole(&mut self, body: &str) -> Result<Vec<AnswerPiece>, EndpointError> {
        let mut response: Response = parsed(body)?;
        if let Some(error) = response.error.as_ref().filter(|error| !error.is_null()) {
            return Err(failed(error));
        }
        let mut pieces = Vec::new();
        for (at, item) in std::mem::take(&mut response.output).iter().enumerate() {
            pieces.extend(item.content.iter().flat_map(|content| {
                [AnswerPiece::Words(content.text.clone()), AnswerPiece::Refusal(content.refusal.clone())]
            }));
            pieces.extend(self.end(at, Some(item)));
        }
        pieces.extend(ended(response));
        Ok(pieces)
    }
}

impl ResponsesReader {
    fn begin(&mut self, place: usize, item: Option<&Item>) -> Vec<AnswerPiece> {
        let Some(item) = item.filter(|item| item.kind == "function_call") else { return Vec::new() };
        let at = self.calls.len();
        self.calls.push((place, !item.arguments.is_empty()));
        let (id, name) = (Some(item.call_id.clone()), Some(item.name.clone()));
        vec![AnswerPiece::ToolCall { at, id, name, arguments: item.arguments.clone() }]
    }

    fn more(&mut self, place: usize, arguments: String) -> Vec<AnswerPiece> {
        let Some(at) = self.calls.iter().position(|(known, _)| *known == place) else { return Vec::new() };
        self.calls[at].1 = true;
        vec![AnswerPiece::ToolCall { at, id: None, name: None, arguments }]
    }

    /// The whole item: what had not come by then comes with it.
    fn end(&mut self, place: usize, item: Option<&Item>) -> Vec<AnswerPiece> {
        match self.calls.iter().position(|(known, _)| *known == place) {
            None => self.begin(place, item),
            Some(at) if !self.calls[at].1 => match item {
                Some(item) => self.more(place, item.arguments.clone()),
                None => Vec::new(),
            },
            Some(_) => Vec::new(),
        }
    }
}

fn ended(response: Response) -> Vec<AnswerPiece> {
    let why = response.incomplete_details.and_then(|details| details.reason);
    let finish = match why.as_deref() {
        Some("content_filter") => Finish::Filtered,
        Some(_) => Finish::Length,
        None => Finish::Stop,
    };
    let used = response.usage.map(|usage| AnswerPiece::TokenUsage(usage.into()));
    used.into_iter().chain([AnswerPiece::Finish(finish), AnswerPiece::Done]).collect()
}

impl From<ResponsesUsage> for TokenUsage {
    fn from(usage: ResponsesUsage) -> Self {
        let cached = usage.input_tokens_details.map_or(0, |details| details.cached_tokens);
        Self { input: usage.input_tokens, cached, output: usage.output_tokens }
    }
}
