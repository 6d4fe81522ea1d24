//! The conversation with the model: it speaks and calls tools until the work is handed in.

mod turn;

use std::time::Duration;

use domain::session::Part;
use serde_json::Value;

use super::{
    answer::{Answer, Call},
    endpoint::Endpoint,
    prompt,
    tool_executor::ToolExecutor,
    tools::{self, Described},
    trouble::Trouble,
    wire::{Finish, Said},
};
use turn::Turn;

use crate::agents::{AttemptContext, End, Failure, Steer, material::untagged};

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

pub(super) struct Talk<'a> {
    endpoint: &'a Endpoint,
    bench: &'a mut AttemptContext,
    tools: Vec<Described>,
    system: String,
    said: Vec<Said>,
    /// What was said to it, and has to wait until a call is written.
    waiting: Vec<Steer>,
    executor: ToolExecutor,
    /// All that it said, for a model without tools.
    spoken: String,
    texts: u32,
    nudges: u32,
    spent: Duration,
    /// A limit was reached with the last answer: that one still counts, the next is not asked for.
    over: Option<Failure>,
}

impl<'a> Talk<'a> {
    pub(super) async fn begin(
        endpoint: &'a Endpoint,
        bench: &'a mut AttemptContext,
    ) -> Result<Self, Failure> {
        for secret in endpoint.secrets() {
            bench.hide(secret);
        }
        let system = prompt::system(bench);
        let material = prompt::material(bench).await?;
        let said = std::iter::once(material).chain(prompt::decided(bench)).map(Said::User).collect();
        let (executor, tools) = (ToolExecutor::of(bench), tools::offered(bench));
        Ok(Self {
            endpoint,
            bench,
            tools,
            system,
            said,
            waiting: Vec::new(),
            executor,
            spoken: String::new(),
            texts: 0,
            nudges: 0,
            spent: Duration::ZERO,
            over: None,
        })
    }

    pub(super) async fn go(mut self) -> Result<End, Failure> {
        for _ in 0..ANSWERS {
            if let Some(over) = self.over.take() {
                return Err(over);
            }
            self.hear().await?;
            match self.speak().await? {
                Turn::Steered(words) => {
                    self.spoken.push_str(&words);
                    self.agent(words, Vec::new(), Vec::new());
                }
                Turn::Whole(answer) => {
                    if let Some(end) = self.is_done(answer).await? {
                        self.executor.tick_off(self.bench).await?;
                        return Ok(end);
                    }
                }
            }
        }
        Err(self.failed(&Trouble::Endless("too many answers without an end")))
    }

    /// What was said to the agent is the next thing that the model reads.
    async fn hear(&mut self) -> Result<(), Failure> {
        let waited = std::mem::take(&mut self.waiting);
        for steer in waited.into_iter().chain(self.bench.take_steers()) {
            self.user(&self.bench.redact(&prompt::steered(&steer)));
            // One that had to wait has been answered.
            self.bench.answer_steer(&steer, READ).await?;
        }
        Ok(())
    }

    /// Takes a whole answer in: how the work ends, where it is handed in.
    async fn is_done(&mut self, answer: Answer) -> Result<Option<End>, Failure> {
        let calls: Vec<Call> = answer.calls.iter().map(|call| self.redacted(call)).collect();
        self.spoken.push_str(&answer.words);
        self.agent(answer.words, calls.clone(), answer.kept);
        for call in &calls {
            let told = self.executor.perform(self.bench, call).await?;
            let text = untagged(&self.bench.redact(&told));
            self.said.push(Said::Told { call: call.id.clone(), text });
            if self.executor.mistakes >= MISTAKES {
                return Err(
                    self.failed(&Trouble::Rubbish(format!("{MISTAKES} calls in a row that cannot be done")))
                );
            }
        }
        // What was said meanwhile comes before the end.
        let steered = self.is_steered();
        if std::mem::take(&mut self.executor.finished) && !steered {
            return Ok(Some(End::Review));
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
    async fn without_calls(&mut self) -> Result<Option<End>, Failure> {
        if self.bench.task().is_some() {
            return self.answered().map(Some);
        }
        if self.executor.delivered {
            return Ok(Some(End::Review));
        }
        if self.executor.used && self.nudges < NUDGES {
            self.nudges += 1;
            self.user(
                "Nothing is delivered yet. Hand the finished work over with deliver, then call finish.",
            );
            return Ok(None);
        }
        let work = self.bench.assignment();
        let title = work.delivered.first().map_or(&work.title, |last| &last.title).clone();
        match self.bench.deliver(&title, &self.spoken).await? {
            Ok(_) => Ok(Some(End::Review)),
            Err(why) => Err(self.failed(&Trouble::Rubbish(why))),
        }
    }

    /// What one that helps has said, in whichever attempt, is what it came to.
    fn answered(&self) -> Result<End, Failure> {
        let said = format!("{}{}", self.bench.history().said(TEXT), self.spoken);
        if said.trim().is_empty() {
            return Err(self.failed(&Trouble::Rubbish("it said nothing".to_owned())));
        }
        Ok(End::Answer(said))
    }

    fn is_steered(&mut self) -> bool {
        !self.waiting.is_empty() || self.bench.is_steered()
    }

    fn redacted(&self, call: &Call) -> Call {
        let redact = |text: &str| self.bench.redact(text);
        Call { id: redact(&call.id), name: redact(&call.name), arguments: redact(&call.arguments) }
    }

    fn user(&mut self, words: &str) {
        self.said.push(Said::User(words.to_owned()));
    }

    fn agent(&mut self, words: String, calls: Vec<Call>, kept: Vec<Value>) {
        if !words.is_empty() || !calls.is_empty() {
            let words = self.bench.redact(&words);
            self.said.push(Said::Agent { words, calls, kept });
        }
    }

    async fn remark(&self, words: &str) -> Result<(), Failure> {
        self.bench.backstage(vec![Part::DataComment { text: words.to_owned() }]).await
    }

    fn failed(&self, trouble: &Trouble) -> Failure {
        Failure::failed(trouble.words(self.bench.agent()), self.bench.redact(&trouble.to_string()))
    }
}
