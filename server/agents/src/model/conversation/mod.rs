//! The conversation with the model: it speaks and calls tools until the work is handed in.

mod turn;

use std::time::Duration;

use domain::session::Part;
use serde_json::Value;

use super::{
    answer::{ModelAnswer, ToolCall},
    endpoint::ModelEndpoint,
    error::EndpointError,
    prompt,
    tool_executor::ToolExecutor,
    tools::{self, ToolDescription},
    wire::{ChatMessage, Finish},
};
use turn::AnswerOutcome;

use crate::{AttemptContext, AttemptEnd, AttemptFailure, Steer, material::untagged};

/// How many answers one attempt takes.
const ANSWERS: u32 = 60;
/// How often a model that uses tools is told that nothing is delivered yet.
const NUDGES: u32 = 2;
/// How many calls in a row may be misunderstood.
const MISTAKES: u32 = 5;

/// Begins the ids of its texts.
const TEXT: &str = "w";
/// What whoever says something reads once the model has it.
const READ: &str = "Got it. I’ll take that into account from here on.";

pub(super) struct ModelConversation<'a> {
    endpoint: &'a ModelEndpoint,
    context: &'a mut AttemptContext,
    tools: Vec<ToolDescription>,
    system: String,
    messages: Vec<ChatMessage>,
    /// What was said to it, and has to wait until a call is written.
    waiting: Vec<Steer>,
    executor: ToolExecutor,
    /// All that it said, for a model without tools.
    spoken: String,
    texts: u32,
    nudges: u32,
    spent: Duration,
    /// A limit was reached with the last answer: that one still counts, the next is not asked for.
    over: Option<AttemptFailure>,
}

impl<'a> ModelConversation<'a> {
    pub(super) async fn begin(
        endpoint: &'a ModelEndpoint,
        context: &'a mut AttemptContext,
    ) -> Result<Self, AttemptFailure> {
        for secret in endpoint.secrets() {
            context.hide(secret);
        }
        let system = prompt::system(context);
        let material = prompt::material(context).await?;
        let messages =
            std::iter::once(material).chain(prompt::decided(context)).map(ChatMessage::User).collect();
        let (executor, tools) = (ToolExecutor::of(context), tools::offered(context));
        Ok(Self {
            endpoint,
            context,
            tools,
            system,
            messages,
            waiting: Vec::new(),
            executor,
            spoken: String::new(),
            texts: 0,
            nudges: 0,
            spent: Duration::ZERO,
            over: None,
        })
    }

    pub(super) async fn run(mut self) -> Result<AttemptEnd, AttemptFailure> {
        for _ in 0..ANSWERS {
            if let Some(over) = self.over.take() {
                return Err(over);
            }
            self.take_up_steers().await?;
            match self.next_answer().await? {
                AnswerOutcome::Steered(words) => {
                    self.spoken.push_str(&words);
                    self.agent(words, Vec::new(), Vec::new());
                }
                AnswerOutcome::Whole(answer) => {
                    if let Some(end) = self.is_done(answer).await? {
                        self.executor.tick_off(self.context).await?;
                        return Ok(end);
                    }
                }
            }
        }
        Err(self.failed(&EndpointError::Endless("too many answers without an end")))
    }

    /// What was said to the agent is the next thing that the model reads.
    async fn take_up_steers(&mut self) -> Result<(), AttemptFailure> {
        let waited = std::mem::take(&mut self.waiting);
        for steer in waited.into_iter().chain(self.context.take_steers()) {
            self.user(&self.context.redact(&prompt::steered(&steer)));
            // One that had to wait has been answered.
            self.context.answer_steer(&steer, READ).await?;
        }
        Ok(())
    }

    /// Takes a whole answer in: how the work ends, where it is handed in.
    async fn is_done(&mut self, answer: ModelAnswer) -> Result<Option<AttemptEnd>, AttemptFailure> {
        let calls: Vec<ToolCall> = answer.calls.iter().map(|call| self.redacted(call)).collect();
        self.spoken.push_str(&answer.words);
        self.agent(answer.words, calls.clone(), answer.kept);
        for call in &calls {
            let told = self.executor.perform(self.context, call).await?;
            let text = untagged(&self.context.redact(&told));
            self.messages.push(ChatMessage::Told { call: call.id.clone(), text });
            if self.executor.mistakes >= MISTAKES {
                return Err(self.failed(&EndpointError::Rubbish(format!(
                    "{MISTAKES} calls in a row that cannot be done"
                ))));
            }
        }
        // What was said meanwhile comes before the end.
        let steered = self.is_steered();
        if std::mem::take(&mut self.executor.finished) && !steered {
            return Ok(Some(AttemptEnd::Review));
        }
        if !calls.is_empty() || steered {
            return Ok(None);
        }
        if answer.finish == Some(Finish::Length) {
            self.user("(Your answer was too long for one piece. Go on exactly where you stopped.)");
            return Ok(None);
        }
        self.without_calls().await
    }

    /// The model has said all that it wants to say.
    async fn without_calls(&mut self) -> Result<Option<AttemptEnd>, AttemptFailure> {
        if self.context.task().is_some() {
            return self.answered().map(Some);
        }
        if self.executor.delivered {
            return Ok(Some(AttemptEnd::Review));
        }
        if self.executor.used && self.nudges < NUDGES {
            self.nudges += 1;
            self.user(
                "Nothing is delivered yet. Hand the finished work over with deliver, then call finish.",
            );
            return Ok(None);
        }
        let work = self.context.assignment();
        let title = work.delivered.first().map_or(&work.title, |last| &last.title).clone();
        match self.context.deliver(&title, &self.spoken).await? {
            Ok(_) => Ok(Some(AttemptEnd::Review)),
            Err(why) => Err(self.failed(&EndpointError::Rubbish(why))),
        }
    }

    /// What one that helps has said, in whichever attempt, is what it came to.
    fn answered(&self) -> Result<AttemptEnd, AttemptFailure> {
        let said = format!("{}{}", self.context.history().texts_with_prefix(TEXT), self.spoken);
        if said.trim().is_empty() {
            return Err(self.failed(&EndpointError::Rubbish("it said nothing".to_owned())));
        }
        Ok(AttemptEnd::Answer(said))
    }

    fn is_steered(&mut self) -> bool {
        !self.waiting.is_empty() || self.context.is_steered()
    }

    fn redacted(&self, call: &ToolCall) -> ToolCall {
        let redact = |text: &str| self.context.redact(text);
        ToolCall { id: redact(&call.id), name: redact(&call.name), arguments: redact(&call.arguments) }
    }

    fn user(&mut self, words: &str) {
        self.messages.push(ChatMessage::User(words.to_owned()));
    }

    fn agent(&mut self, words: String, calls: Vec<ToolCall>, kept: Vec<Value>) {
        if !words.is_empty() || !calls.is_empty() {
            let words = self.context.redact(&words);
            self.messages.push(ChatMessage::Agent { words, calls, kept });
        }
    }

    async fn remark(&self, words: &str) -> Result<(), AttemptFailure> {
        self.context.append_backstage(vec![Part::DataComment { text: words.to_owned() }]).await
    }

    fn failed(&self, trouble: &EndpointError) -> AttemptFailure {
        AttemptFailure::failed(trouble.words(self.context.agent()), self.context.redact(&trouble.to_string()))
    }
}
