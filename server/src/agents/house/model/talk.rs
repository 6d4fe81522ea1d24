//! The conversation with the model: it speaks and calls tools until the work is handed in.

use std::time::Duration;

use domain::session::Part;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep, sleep_until};

use super::{
    chunk::{Answer, Call},
    endpoint::Endpoint,
    hand::Hand,
    prompt, tools,
    trouble::Trouble,
    voice::Voice,
};
use crate::agents::{End, Failure, Workbench};

/// How many answers one attempt takes.
const ANSWERS: u32 = 60;
/// How often a model that uses tools is told that nothing is delivered yet.
const NUDGES: u32 = 2;
/// How many calls in a row may be misunderstood.
const MISTAKES: u32 = 5;

pub(super) struct Talk<'a> {
    endpoint: &'a Endpoint,
    bench: &'a mut Workbench,
    tools: Value,
    messages: Vec<Value>,
    hand: Hand,
    /// All that it said, for a model without tools.
    said: String,
    texts: u32,
    nudges: u32,
    spent: Duration,
}

/// What came of asking once.
enum Turn {
    /// The whole answer.
    Whole(Answer),
    /// Somebody said something: what had come until then.
    Steered(String),
}

impl<'a> Talk<'a> {
    pub(super) async fn begin(endpoint: &'a Endpoint, bench: &'a mut Workbench) -> Self {
        let messages = vec![
            json!({ "role": "system", "content": prompt::system(bench) }),
            json!({ "role": "user", "content": prompt::material(bench).await }),
        ];
        let hand = Hand::of(bench);
        let (tools, said) = (tools::described(), String::new());
        Self { endpoint, bench, tools, messages, hand, said, texts: 0, nudges: 0, spent: Duration::ZERO }
    }

    pub(super) async fn go(mut self) -> Result<End, Failure> {
        for _ in 0..ANSWERS {
            self.hear().await?;
            match self.speak().await? {
                Turn::Steered(words) => self.assistant(&words, &[]),
                Turn::Whole(answer) => {
                    if self.is_done(answer).await? {
                        self.hand.tick_off(self.bench).await?;
                        return Ok(End::Review);
                    }
                }
            }
        }
        Err(self.failed(&Trouble::Endless("too many answers without an end")))
    }

    /// What was said to the agent is the next thing that the model reads.
    async fn hear(&mut self) -> Result<(), Failure> {
        for steer in self.bench.take_steers() {
            self.user(&prompt::steered(&steer));
            self.bench.answer_steer(&steer, "Read, and taken into account from here on.").await?;
        }
        Ok(())
    }

    /// Asks for the next answer, as often as it is worth it.
    async fn speak(&mut self) -> Result<Turn, Failure> {
        let (mut tries, mut pause) = (1, self.endpoint.limits.pause);
        loop {
            let mut voice = Voice::new(format!("w{}", self.texts));
            self.texts += 1;
            let (begun, mut words) = (Instant::now(), String::new());
            let left = self.endpoint.limits.total.saturating_sub(self.spent);
            let turn = tokio::select! {
                turn = self.listen(&mut voice, &mut words) => turn?,
                () = sleep(left) => Err(Trouble::Endless("the time for all answers is used up")),
            };
            self.spent += begun.elapsed();
            voice.end(self.bench, |text| self.endpoint.redact(text)).await?;
            let trouble = match turn {
                Ok(turn) => return Ok(turn),
                Err(trouble) => trouble,
            };
            let wait = trouble.worth_a_try().filter(|_| tries < self.endpoint.limits.tries);
            let Some(wait) = wait else { return Err(self.failed(&trouble)) };
            let told = self.endpoint.redact(&trouble.to_string());
            tracing::warn!(run.id = %self.bench.run(), tries, error.message = told, "the endpoint failed; trying on");
            self.remark(&format!("Trying again: {told}")).await?;
            if !words.trim().is_empty() {
                self.assistant(&words, &[]);
                self.user("(You were cut off here. Go on exactly where you stopped; repeat nothing.)");
                self.said.push_str(&words);
            }
            sleep(wait.max(pause)).await;
            (tries, pause) = (tries + 1, pause * 2);
        }
    }

    /// Reads one answer as it comes.
    async fn listen(
        &mut self,
        voice: &mut Voice,
        words: &mut String,
    ) -> Result<Result<Turn, Trouble>, Failure> {
        let endpoint = self.endpoint;
        let mut incoming = match endpoint.ask(&self.messages, &self.tools).await {
            Ok(incoming) => incoming,
            Err(trouble) => return Ok(Err(trouble)),
        };
        loop {
            let due = voice.due();
            // What only speaks can be cut off; a call that has begun is let finish.
            let may_cut = !incoming.answer.calls_something();
            tokio::select! {
                piece = incoming.next() => match piece {
                    Ok(Some(more)) => {
                        words.push_str(&more);
                        voice.push(&more);
                    }
                    Ok(None) => return Ok(incoming.whole().map(Turn::Whole)),
                    Err(trouble) => return Ok(Err(trouble)),
                },
                () = until(due), if due.is_some() => voice.say(self.bench, |text| endpoint.redact(text)).await?,
                heard = self.bench.steered(), if may_cut => {
                    heard?;
                    return Ok(Ok(Turn::Steered(words.clone())));
                }
            }
        }
    }

    /// Takes a whole answer in: whether the work is handed in.
    async fn is_done(&mut self, answer: Answer) -> Result<bool, Failure> {
        let calls: Vec<Call> = answer.calls.iter().map(|call| self.redacted(call)).collect();
        self.assistant(&answer.words, &calls);
        self.said.push_str(&answer.words);
        for call in &calls {
            let told = self.hand.perform(self.bench, call).await?;
            self.messages.push(json!({ "role": "tool", "tool_call_id": call.id, "content": told }));
            if self.hand.mistakes >= MISTAKES {
                return Err(
                    self.failed(&Trouble::Rubbish(format!("{MISTAKES} calls in a row that cannot be done")))
                );
            }
        }
        if self.hand.finished {
            return Ok(true);
        }
        if !calls.is_empty() {
            return Ok(false);
        }
        if answer.finish.as_deref() == Some("length") {
            self.user("(Your answer was too long for one piece. Go on exactly where you stopped.)");
            return Ok(false);
        }
        self.without_calls().await
    }

    /// The model has said all that it wants to say.
    async fn without_calls(&mut self) -> Result<bool, Failure> {
        if self.hand.delivered {
            return Ok(true);
        }
        if self.hand.used && self.nudges < NUDGES {
            self.nudges += 1;
            self.user(
                "Nothing is delivered yet. Hand the finished work over with deliver, then call finish.",
            );
            return Ok(false);
        }
        let work = self.bench.assignment();
        let title = work.delivered.first().map_or(&work.title, |last| &last.title).clone();
        let text = self.endpoint.redact(&self.said);
        match self.bench.deliver(&title, &text).await? {
            Ok(_) => Ok(true),
            Err(why) => Err(self.failed(&Trouble::Rubbish(why))),
        }
    }

    fn redacted(&self, call: &Call) -> Call {
        let redact = |text: &str| self.endpoint.redact(text);
        Call { id: redact(&call.id), name: redact(&call.name), arguments: redact(&call.arguments) }
    }

    fn user(&mut self, words: &str) {
        self.messages.push(json!({ "role": "user", "content": words }));
    }

    fn assistant(&mut self, words: &str, calls: &[Call]) {
        let mut message = json!({ "role": "assistant", "content": words });
        if !calls.is_empty() {
            let call = |call: &Call| {
                json!({ "id": call.id, "type": "function",
                        "function": { "name": call.name, "arguments": call.arguments } })
            };
            message["tool_calls"] = calls.iter().map(call).collect();
        } else if words.is_empty() {
            return;
        }
        self.messages.push(message);
    }

    async fn remark(&self, words: &str) -> Result<(), Failure> {
        self.bench.backstage(vec![Part::DataComment { text: words.to_owned() }]).await
    }

    fn failed(&self, trouble: &Trouble) -> Failure {
        Failure::failed(trouble.words(self.bench.agent()), self.endpoint.redact(&trouble.to_string()))
    }
}

async fn until(due: Option<Instant>) {
    if let Some(due) = due {
        sleep_until(due).await;
    }
}
