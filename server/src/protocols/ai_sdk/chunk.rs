//! The chunks of a UI message stream. Source: the `ai` package's `ui-message-chunks.ts`, versions 6 and 7.

use serde::Serialize;
use serde_json::Value;

/// What versions 6 and 7 both read, but for what says otherwise.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub(super) enum Chunk {
    Start {
        message_id: String,
        message_metadata: Value,
    },
    MessageMetadata {
        message_metadata: Value,
    },
    /// The metadata names the agent whose words they are, where another one helps.
    TextStart {
        id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        provider_metadata: Option<Value>,
    },
    TextDelta {
        id: String,
        delta: String,
    },
    TextEnd {
        id: String,
    },
    Finish {
        finish_reason: &'static str,
        message_metadata: Value,
    },
    Abort {
        reason: String,
    },
    Error {
        error_text: String,
    },
    /// Version 7 alone: a person's words that reach an agent at work.
    SteeringMessage {
        id: String,
        parts: Value,
    },
    /// One of ours; the same kind and id again replaces it in the message.
    #[serde(untagged)]
    Data {
        #[serde(rename = "type")]
        kind: String,
        id: String,
        data: Value,
    },
}

impl Chunk {
    /// A part of ours.
    pub(super) fn data(name: &str, id: &str, data: Value) -> Self {
        Self::Data { kind: format!("data-{name}"), id: id.to_owned(), data }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn chunks_read_as_the_sdk_names_them() {
        for (chunk, text) in [
            (
                Chunk::Start { message_id: "m".into(), message_metadata: json!({ "run": "r" }) },
                r#"{"type":"start","messageId":"m","messageMetadata":{"run":"r"}}"#,
            ),
            (
                Chunk::TextDelta { id: "t".into(), delta: "a\n\nb".into() },
                r#"{"type":"text-delta","id":"t","delta":"a\n\nb"}"#,
            ),
            (
                Chunk::Finish { finish_reason: "stop", message_metadata: json!({}) },
                r#"{"type":"finish","finishReason":"stop","messageMetadata":{}}"#,
            ),
            (Chunk::Error { error_text: "e".into() }, r#"{"type":"error","errorText":"e"}"#),
            (
                Chunk::data("plan", "p", json!({ "steps": [] })),
                r#"{"type":"data-plan","id":"p","data":{"steps":[]}}"#,
            ),
        ] {
            assert_eq!(serde_json::to_string(&chunk).unwrap(), text);
        }
    }
}
