//! The events of AG-UI that a session is sent as. Source: the schemas of `@ag-ui/core` 1.0.

use serde::Serialize;
use serde_json::{Value, json};

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "SCREAMING_SNAKE_CASE", rename_all_fields = "camelCase")]
pub(super) enum AgUiEvent {
    RunStarted { thread_id: String, run_id: String },
    RunFinished { thread_id: String, run_id: String, outcome: Value },
    RunError { message: String },
    MessagesSnapshot { messages: Vec<AgUiMessage> },
    TextMessageStart { message_id: String, role: MessageRole, name: String },
    TextMessageContent { message_id: String, delta: String },
    TextMessageEnd { message_id: String },
    StepStarted { step_name: String },
    StepFinished { step_name: String },
    Custom { name: &'static str, value: Value },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum MessageRole {
    Assistant,
    User,
}

/// What was said, as it stands now.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct AgUiMessage {
    pub(super) id: String,
    pub(super) role: MessageRole,
    pub(super) name: String,
    pub(super) content: String,
}

/// What a run waits for.
pub(super) fn interrupt(interrupts: &[Value]) -> Value {
    json!({ "type": "interrupt", "interrupts": interrupts })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_read_as_the_protocol_names_them() {
        let (thread_id, run_id) = ("t".to_owned(), "r".to_owned());
        for (event, text) in [
            (
                AgUiEvent::RunStarted { thread_id, run_id },
                r#"{"type":"RUN_STARTED","threadId":"t","runId":"r"}"#,
            ),
            (
                AgUiEvent::TextMessageStart {
                    message_id: "m".into(),
                    role: MessageRole::User,
                    name: "Rosa".into(),
                },
                r#"{"type":"TEXT_MESSAGE_START","messageId":"m","role":"user","name":"Rosa"}"#,
            ),
            (
                AgUiEvent::Custom { name: "plan", value: json!({ "steps": [] }) },
                r#"{"type":"CUSTOM","name":"plan","value":{"steps":[]}}"#,
            ),
        ] {
            assert_eq!(serde_json::to_string(&event).unwrap(), text);
        }
    }
}
