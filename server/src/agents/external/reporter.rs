use std::{collections::HashMap, time::Duration};

use domain::session::{Part, StepState};
use serde_json::Value;
use tokio::time::{Instant, sleep_until};

use super::plain::plain;
use crate::agents::{AttemptContext, Failure};

/// How long words are gathered: less than a reader notices.
const GATHER: Duration = Duration::from_millis(60);
/// The longest that one thing of a tool is kept, in characters.
const RAW: usize = 20_000;

/// Puts what a backend says and does into the session: words gathered for an instant, tools as steps in plain words,
/// their raw calls backstage. What an earlier attempt wrote is not written again.
pub(in crate::agents) struct Reporter {
    /// Begins the ids of everything that it writes.
    prefix: String,
    texts: u32,
    /// The text that is open.
    open: Option<String>,
    gathered: String,
    since: Instant,
    /// The steps as they stand.
    steps: HashMap<String, StepState>,
    called: HashMap<String, bool>,
}

impl Reporter {
    pub(in crate::agents) fn new(prefix: String) -> Self {
        Self {
            prefix,
            texts: 0,
            open: None,
            gathered: String::new(),
            since: Instant::now(),
            steps: HashMap::new(),
            called: HashMap::new(),
        }
    }

    /// More words.
    pub(in crate::agents) fn push(&mut self, words: &str) {
        if self.gathered.is_empty() {
            self.since = Instant::now();
        }
        // A text that begins with blanks would begin with an empty line.
        let begun = self.open.is_some() || !self.gathered.is_empty();
        self.gathered.push_str(if begun { words } else { words.trim_start() });
    }

    /// Waits until what is gathered should be said; for ever while there is nothing.
    pub(in crate::agents) fn due(&self) -> impl Future<Output = ()> + Send + use<> {
        let due = (!self.gathered.is_empty()).then(|| self.since + GATHER);
        async move {
            match due {
                Some(due) => sleep_until(due).await,
                None => std::future::pending().await,
            }
        }
    }

    /// Says what is gathered.
    pub(in crate::agents) async fn say(&mut self, bench: &AttemptContext) -> Result<(), Failure> {
        let words = std::mem::take(&mut self.gathered);
        self.write(bench, &words).await
    }

    async fn write(&mut self, bench: &AttemptContext, words: &str) -> Result<(), Failure> {
        if words.is_empty() {
            return Ok(());
        }
        let mut parts = Vec::new();
        let id = match &self.open {
            Some(id) => id.clone(),
            None => {
                let id = format!("{}w{}", self.prefix, self.texts);
                self.texts += 1;
                parts.push(Part::TextStart { id: id.clone() });
                self.open = Some(id.clone());
                id
            }
        };
        parts.push(Part::TextDelta { id, delta: words.to_owned() });
        bench.say(parts).await
    }

    /// Says the rest, and that nothing more comes of this text.
    pub(in crate::agents) async fn end(&mut self, bench: &AttemptContext) -> Result<(), Failure> {
        let words = std::mem::take(&mut self.gathered);
        self.write(bench, &words).await?;
        match self.open.take() {
            Some(id) => bench.say(vec![Part::TextEnd { id }]).await,
            None => Ok(()),
        }
    }

    /// Shows that a tool is used, or was: the same `id` again replaces it.
    pub(in crate::agents) async fn tool(
        &mut self,
        bench: &AttemptContext,
        id: &str,
        tool: &str,
        state: StepState,
    ) -> Result<(), Failure> {
        let Some((doing, done)) = plain(tool) else { return Ok(()) };
        let id = format!("{}s{id}", self.prefix);
        let ended = |state: &StepState| matches!(state, StepState::Done | StepState::Failed);
        let before = self.steps.get(&id);
        if before == Some(&state) || before.is_some_and(ended) || bench.history().has_done(&id) {
            return Ok(());
        }
        let title = if state == StepState::Working { doing } else { done };
        bench.step(&id, title, "", state).await?;
        self.steps.insert(id, state);
        Ok(())
    }

    /// Whether it was told of a call.
    pub(in crate::agents) fn knows(&self, id: &str) -> bool {
        self.called.contains_key(&format!("{}{id}", self.prefix))
    }

    /// Notes a raw call backstage, once.
    pub(in crate::agents) async fn call(
        &mut self,
        bench: &AttemptContext,
        id: &str,
        tool: &str,
        input: &Value,
    ) -> Result<(), Failure> {
        let id = format!("{}{id}", self.prefix);
        if self.called.contains_key(&id) || bench.history().has_called(&id).0 {
            return Ok(());
        }
        self.called.insert(id.clone(), false);
        let (tool_name, input) = (tool.to_owned(), short(bench, input));
        bench.backstage(vec![Part::ToolInputAvailable { tool_call_id: id, tool_name, input }]).await
    }

    /// Notes what came back of it backstage, once: `Err` where it failed.
    pub(in crate::agents) async fn returned(
        &mut self,
        bench: &AttemptContext,
        id: &str,
        outcome: Result<&Value, &str>,
    ) -> Result<(), Failure> {
        let id = format!("{}{id}", self.prefix);
        if self.called.get(&id) == Some(&true) || bench.history().has_called(&id).1 {
            return Ok(());
        }
        self.called.insert(id.clone(), true);
        let part = match outcome {
            Ok(output) => Part::ToolOutputAvailable { tool_call_id: id, output: short(bench, output) },
            Err(why) => Part::ToolOutputError { tool_call_id: id, error_text: cut(&bench.redact(why)) },
        };
        bench.backstage(vec![part]).await
    }

    /// A remark for the operators.
    pub(in crate::agents) async fn remark(&self, bench: &AttemptContext, words: &str) -> Result<(), Failure> {
        bench.backstage(vec![Part::DataComment { text: cut(&bench.redact(words)) }]).await
    }
}

/// What is cut loses its secrets before: half of one would not be known for what it is.
fn short(bench: &AttemptContext, value: &Value) -> Value {
    let text = value.to_string();
    if text.chars().count() <= RAW { value.clone() } else { Value::String(cut(&bench.redact(&text))) }
}

fn cut(text: &str) -> String {
    let mut kept: String = text.chars().take(RAW).collect();
    if kept.len() < text.len() {
        kept.push_str(" [cut here]");
    }
    kept.replace('\0', "")
}
