use std::collections::HashMap;

use domain::session::{Part, StepState};
use serde_json::Value;

use super::plain::plain;
use crate::{AttemptContext, AttemptFailure, text_batcher::TextBatcher};

/// The longest that one thing of a tool is kept, in characters.
const RAW: usize = 20_000;

/// Puts what a backend says and does into the session: words gathered for an instant, tools as steps in plain words,
/// their raw calls backstage. What an earlier attempt wrote is not written again.
pub(crate) struct Reporter {
    /// Begins the ids of everything that it writes.
    prefix: String,
    texts: u32,
    /// The text that is written.
    text: TextBatcher,
    /// The steps as they stand.
    steps: HashMap<String, StepState>,
    called: HashMap<String, bool>,
}

impl Reporter {
    pub(crate) fn new(prefix: String) -> Self {
        let text = TextBatcher::new(text_id(&prefix, 0));
        Self { prefix, texts: 0, text, steps: HashMap::new(), called: HashMap::new() }
    }

    /// More words.
    pub(crate) fn push(&mut self, words: &str) {
        self.text.push(words);
    }

    /// Waits until what is gathered should be written; for ever while there is nothing.
    pub(crate) fn due(&self) -> impl Future<Output = ()> + Send + use<> {
        self.text.due()
    }

    /// Writes what is gathered.
    pub(crate) async fn flush(&mut self, context: &AttemptContext) -> Result<(), AttemptFailure> {
        self.text.flush(context).await
    }

    /// Writes the rest, and that nothing more comes of this text: what comes then is another one.
    pub(crate) async fn end(&mut self, context: &AttemptContext) -> Result<(), AttemptFailure> {
        if !self.text.has_words() {
            return Ok(());
        }
        self.texts += 1;
        let next = TextBatcher::new(text_id(&self.prefix, self.texts));
        std::mem::replace(&mut self.text, next).end(context).await
    }

    /// Shows that a tool is used, or was: the same `id` again replaces it.
    pub(crate) async fn tool(
        &mut self,
        context: &AttemptContext,
        id: &str,
        tool: &str,
        state: StepState,
    ) -> Result<(), AttemptFailure> {
        let Some((doing, done)) = plain(tool) else { return Ok(()) };
        let id = format!("{}s{id}", self.prefix);
        let ended = |state: &StepState| matches!(state, StepState::Done | StepState::Failed);
        let before = self.steps.get(&id);
        if before == Some(&state) || before.is_some_and(ended) || context.history().has_done(&id) {
            return Ok(());
        }
        let title = if state == StepState::Working { doing } else { done };
        context.step(&id, title, "", state).await?;
        self.steps.insert(id, state);
        Ok(())
    }

    /// Whether it was told of a call.
    pub(crate) fn knows(&self, id: &str) -> bool {
        self.called.contains_key(&format!("{}{id}", self.prefix))
    }

    /// Notes a raw call backstage, once.
    pub(crate) async fn call(
        &mut self,
        context: &AttemptContext,
        id: &str,
        tool: &str,
        input: &Value,
    ) -> Result<(), AttemptFailure> {
        let id = format!("{}{id}", self.prefix);
        if self.called.contains_key(&id) || context.history().has_called(&id).0 {
            return Ok(());
        }
        self.called.insert(id.clone(), false);
        let (tool_name, input) = (tool.to_owned(), short(context, input));
        context.append_backstage(vec![Part::ToolInputAvailable { tool_call_id: id, tool_name, input }]).await
    }

    /// Notes what came back of it backstage, once: `Err` where it failed.
    pub(crate) async fn returned(
        &mut self,
        context: &AttemptContext,
        id: &str,
        outcome: Result<&Value, &str>,
    ) -> Result<(), AttemptFailure> {
        let id = format!("{}{id}", self.prefix);
        if self.called.get(&id) == Some(&true) || context.history().has_called(&id).1 {
            return Ok(());
        }
        self.called.insert(id.clone(), true);
        let part = match outcome {
            Ok(output) => Part::ToolOutputAvailable { tool_call_id: id, output: short(context, output) },
            Err(why) => Part::ToolOutputError { tool_call_id: id, error_text: cut(&context.redact(why)) },
        };
        context.append_backstage(vec![part]).await
    }

    /// A remark for the operators.
    pub(crate) async fn remark(&self, context: &AttemptContext, words: &str) -> Result<(), AttemptFailure> {
        context.append_backstage(vec![Part::DataComment { text: cut(&context.redact(words)) }]).await
    }
}

fn text_id(prefix: &str, text: u32) -> String {
    format!("{prefix}w{text}")
}

/// What is cut loses its secrets before: half of one would not be known for what it is.
fn short(context: &AttemptContext, value: &Value) -> Value {
    let text = value.to_string();
    if text.chars().count() <= RAW { value.clone() } else { Value::String(cut(&context.redact(&text))) }
}

fn cut(text: &str) -> String {
    let mut kept: String = text.chars().take(RAW).collect();
    if kept.len() < text.len() {
        kept.push_str(" [cut here]");
    }
    kept.replace('\0', "")
}
