//! What Hermes has on record of a turn: it fills what was missed of the events, and holds the raw tool calls.

use domain::session::StepState;
use serde_json::Value;

use super::{
    catch_up::remainders,
    client::CallError,
    collect::Collector,
    event::{ApprovalRequest, RecordedMessage},
};
use crate::AttemptFailure;

impl Collector<'_> {
    /// Says and notes what is on record of this turn and was missed.
    pub(super) async fn catch_up(&mut self) -> Result<Vec<RecordedMessage>, AttemptFailure> {
        let recorded = self.of_turn().await.map_err(|fault| self.failure(&fault.trouble()))?;
        let messages: Vec<String> =
            recorded.iter().filter(|m| m.speaks()).map(|m| self.context.redact(&m.words())).collect();
        match remainders(&messages, &self.context.redact(&self.said)) {
            Some(left) => {
                for piece in left {
                    if !piece.begun {
                        self.reporter.end(self.context).await?;
                    }
                    self.reporter.push(piece.words);
                    self.said.push_str(piece.words);
                    self.reporter.end(self.context).await?;
                }
            }
            None if !self.differs => {
                self.differs = true;
                let words = "What Hermes has on record differs from what it said while it worked.";
                self.reporter.remark(self.context, words).await?;
            }
            None => {}
        }
        self.words = messages;
        self.note_tools(&recorded).await?;
        Ok(recorded)
    }

    pub(super) async fn of_turn(&self) -> Result<Vec<RecordedMessage>, CallError> {
        let recorded = self.client.messages(&self.kept.session).await?;
        Ok(recorded.into_iter().filter(|message| message.id > self.kept.after).collect())
    }

    pub(super) async fn note_tools(&mut self, recorded: &[RecordedMessage]) -> Result<(), AttemptFailure> {
        let mut open: Vec<OpenCall> = Vec::new();
        let mut count = 0;
        for message in recorded {
            for call in message.tool_calls.iter().flatten() {
                // Hermes' ids are the model's, which may come again.
                let (id, step) = (format!("{}-{}", message.id, call.id), count.to_string());
                let tool = &call.function.name;
                count += 1;
                self.reporter.call(self.context, &id, tool, &read(&call.function.arguments)).await?;
                self.reporter.tool(self.context, &step, tool, StepState::Working).await?;
                open.push(OpenCall { theirs: &call.id, id, step, tool });
            }
            let theirs = message.tool_call_id.as_deref().filter(|_| message.role == "tool");
            if let Some(at) = theirs.and_then(|theirs| open.iter().position(|call| call.theirs == theirs)) {
                let call = open.remove(at);
                self.reporter.returned(self.context, &call.id, Ok(&read(&message.words()))).await?;
                self.reporter.tool(self.context, &call.step, call.tool, StepState::Done).await?;
            }
        }
        Ok(())
    }
}

/// A call on record whose outcome may follow.
struct OpenCall<'a> {
    theirs: &'a str,
    id: String,
    step: String,
    tool: &'a str,
}

/// What a run waits to be allowed whose request was missed: the last call without an outcome.
pub(super) fn last_wanted(recorded: &[RecordedMessage]) -> ApprovalRequest {
    let call = recorded.iter().rev().find_map(|message| message.tool_calls.as_ref()?.last());
    let arguments = call.map(|call| read(&call.function.arguments));
    let command = arguments.map(|arguments| match arguments["command"].as_str() {
        Some(command) => command.to_owned(),
        None => arguments.to_string(),
    });
    ApprovalRequest { command, description: None }
}

/// JSON where it is some, a text otherwise.
fn read(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()))
}
