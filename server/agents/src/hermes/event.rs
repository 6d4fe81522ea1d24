//! What Hermes says, as it stands on the wire.

use domain::bounds;
use serde::Deserialize;
use serde_json::Value;

/// An event of a run, as far as it matters.
#[derive(Debug, Deserialize, PartialEq, Eq)]
#[serde(tag = "event")]
pub(super) enum RunEvent {
    #[serde(rename = "message.delta")]
    Words { delta: String },
    #[serde(rename = "tool.started")]
    ToolStarted { tool: String },
    #[serde(rename = "tool.completed")]
    ToolCompleted {
        tool: String,
        #[serde(default)]
        error: bool,
    },
    #[serde(rename = "approval.request")]
    Approval(ApprovalRequest),
    #[serde(rename = "run.completed")]
    Completed {
        #[serde(default)]
        output: Option<String>,
        #[serde(default)]
        usage: RunUsage,
    },
    #[serde(rename = "run.failed")]
    Failed {
        #[serde(default)]
        error: String,
    },
    #[serde(rename = "run.cancelled")]
    Cancelled,
    #[serde(other)]
    Other,
}

/// A permission that it wants.
#[derive(Debug, Default, Deserialize, PartialEq, Eq)]
pub(super) struct ApprovalRequest {
    #[serde(default)]
    pub(super) command: Option<String>,
    #[serde(default)]
    pub(super) description: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(default)]
pub(super) struct RunUsage {
    #[serde(deserialize_with = "bounds::tokens")]
    pub(super) input_tokens: u64,
    #[serde(deserialize_with = "bounds::tokens")]
    pub(super) output_tokens: u64,
}

/// How a run stands.
#[derive(Debug, Deserialize)]
pub(super) struct Status {
    pub(super) status: String,
    #[serde(default)]
    pub(super) output: Option<String>,
    #[serde(default)]
    pub(super) usage: Option<RunUsage>,
    #[serde(default)]
    pub(super) error: Option<String>,
    #[serde(default)]
    pub(super) model: Option<String>,
}

/// A message that Hermes has on record.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct RecordedMessage {
    #[serde(default)]
    pub(super) id: i64,
    pub(super) role: String,
    #[serde(default)]
    content: Option<Value>,
    #[serde(default)]
    pub(super) tool_calls: Option<Vec<RecordedCall>>,
    #[serde(default)]
    pub(super) tool_call_id: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct RecordedCall {
    #[serde(default)]
    pub(super) id: String,
    pub(super) function: Function,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Function {
    pub(super) name: String,
    /// JSON, as a text.
    #[serde(default)]
    pub(super) arguments: String,
}

impl RecordedMessage {
    /// Its words: a text, or the texts of its parts.
    pub(super) fn words(&self) -> String {
        match &self.content {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Array(parts)) => parts.iter().filter_map(|part| part["text"].as_str()).collect(),
            _ => String::new(),
        }
    }

    /// Whether the agent said something with it.
    pub(super) fn speaks(&self) -> bool {
        self.role == "assistant" && !self.words().trim().is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_read_as_hermes_writes_them() {
        let read = |text: &str| serde_json::from_str::<RunEvent>(text).unwrap();
        assert_eq!(
            read(r#"{"event":"message.delta","run_id":"run_1","timestamp":1.5,"delta":"Let "}"#),
            RunEvent::Words { delta: "Let ".into() }
        );
        assert_eq!(
            read(
                r#"{"event":"tool.completed","run_id":"r","timestamp":1,"tool":"terminal","duration":0.1,"error":true}"#
            ),
            RunEvent::ToolCompleted { tool: "terminal".into(), error: true }
        );
        let wanted = r#"{"command":"rm","pattern_key":"x","description":"delete","event":"approval.request","choices":["once"]}"#;
        let (command, description) = (Some("rm".into()), Some("delete".into()));
        assert_eq!(read(wanted), RunEvent::Approval(ApprovalRequest { command, description }));
        assert_eq!(read(r#"{"event":"reasoning.available","text":"x"}"#), RunEvent::Other);
        let message: RecordedMessage = serde_json::from_str(
            r#"{"id":4,"role":"assistant","content":[{"type":"text","text":"Hi"}],"tool_calls":null}"#,
        )
        .unwrap();
        assert!(message.speaks());
    }
}
