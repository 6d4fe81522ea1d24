//! What Claude Code says, a line each, as far as it matters.

use domain::bounds;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum StreamMessage {
    System {
        #[serde(default)]
        subtype: String,
    },
    /// An event of the model's answer as it is written.
    StreamEvent {
        event: Value,
        #[serde(default)]
        parent_tool_use_id: Option<String>,
    },
    /// A part of an answer that is whole.
    Assistant {
        message: Value,
        #[serde(default)]
        parent_tool_use_id: Option<String>,
    },
    /// What came of tools.
    User { message: Value },
    /// A turn is over.
    Result(Box<TurnResult>),
    #[serde(other)]
    Other,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct TurnResult {
    pub(super) subtype: String,
    pub(super) is_error: bool,
    pub(super) result: Option<String>,
    /// Of this process so far, in dollars.
    #[serde(deserialize_with = "bounds::dollars")]
    pub(super) total_cost_usd: f64,
    /// Of this turn.
    pub(super) usage: ClaudeUsage,
    #[serde(rename = "modelUsage")]
    pub(super) models: serde_json::Map<String, Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ClaudeUsage {
    #[serde(deserialize_with = "bounds::tokens")]
    pub(super) input_tokens: u64,
    #[serde(deserialize_with = "bounds::tokens")]
    pub(super) cache_creation_input_tokens: u64,
    #[serde(deserialize_with = "bounds::tokens")]
    pub(super) cache_read_input_tokens: u64,
    #[serde(deserialize_with = "bounds::tokens")]
    pub(super) output_tokens: u64,
}

/// What it is told.
pub(super) fn prompt(text: &str) -> Value {
    json!({ "type": "user", "message": { "role": "user", "content": [{ "type": "text", "text": text }] } })
}

/// The words of an event, if it is some.
pub(super) fn words(event: &Value) -> Option<&str> {
    (event["type"] == "content_block_delta" && event["delta"]["type"] == "text_delta")
        .then(|| event["delta"]["text"].as_str())?
}

/// The blocks of a message of one kind.
pub(super) fn blocks<'a>(message: &'a Value, kind: &'a str) -> impl Iterator<Item = &'a Value> {
    message["content"].as_array().into_iter().flatten().filter(move |block| block["type"] == kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_read_as_they_are_written() {
        let read = |text: &str| serde_json::from_str::<StreamMessage>(text).unwrap();
        let StreamMessage::StreamEvent { event, .. } = read(
            r#"{"type":"stream_event","event":{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"I "}},"session_id":"s","parent_tool_use_id":null}"#,
        ) else {
            panic!()
        };
        assert_eq!(words(&event), Some("I "));
        let StreamMessage::Result(done) = read(
            r#"{"type":"result","subtype":"success","is_error":false,"result":"Done.","total_cost_usd":0.0003,"usage":{"input_tokens":20,"output_tokens":10,"service_tier":"standard"},"modelUsage":{"m":{}}}"#,
        ) else {
            panic!()
        };
        assert_eq!((done.usage.input_tokens, done.result.as_deref()), (20, Some("Done.")));
        assert!(matches!(read(r#"{"type":"rate_limit_event","x":1}"#), StreamMessage::Other));
    }
}
