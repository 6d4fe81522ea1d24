//! The work with one start of Claude Code.

use std::{collections::HashMap, time::Duration};

use domain::{bounds, costs::Spent, session::StepState};
use serde_json::Value;
use tokio::time::{Instant, sleep_until};
use uuid::Uuid;

use super::{
    line::{Line, Start},
    message::{self, Done, Message},
    wishes::Wishes,
};
use crate::agents::{
    Failure,
    external::{Outcome, Sitting, Spec, Trouble, Wish, brief},
};

/// How long it may be silent while it works.
const QUIET: Duration = Duration::from_secs(20 * 60);

pub(super) struct Talk<'a, 'b> {
    with: &'a mut Sitting<'b>,
    wishes: Wishes,
    /// The names of tools by their calls.
    tools: HashMap<String, String>,
    turns: u32,
    /// What this process has cost so far, in dollars.
    cost: f64,
    /// It has told that it is there.
    ready: bool,
}

impl<'a, 'b> Talk<'a, 'b> {
    pub(super) fn new(with: &'a mut Sitting<'b>) -> Self {
        let wishes = Wishes::new(with.pass.wishes());
        Self { with, wishes, tools: HashMap::new(), turns: 0, cost: 0.0, ready: false }
    }

    /// Works until nothing is left to do: what it said last.
    pub(super) async fn go(mut self, spec: &Spec) -> Outcome<String> {
        let done = self.work(spec).await;
        if matches!(&done, Ok(Err(Trouble::Broke(_)))) && !self.ready {
            // A conversation that it does not know any more is not asked for again.
            self.with.memory.session = None;
        }
        done
    }

    async fn work(&mut self, spec: &Spec) -> Outcome<String> {
        let remembered = self.with.memory.session.is_some();
        let session = self.with.memory.session.get_or_insert_with(|| Uuid::now_v7().to_string()).clone();
        let model = self.with.bench.reach().settings.model.clone();
        let instructions = brief::system(self.with.bench);
        let start =
            Start { session: &session, remembered, model: model.as_deref(), instructions: &instructions };
        let mut line = match Line::open(spec, &start, self.with.pass) {
            Ok(line) => line,
            Err(trouble) => return Ok(Err(trouble)),
        };
        let mut prompt = Vec::new();
        if !remembered {
            prompt.push(brief::material(self.with.bench).await?);
        }
        if self.with.memory.told {
            prompt.push(brief::go_on(self.with.said));
        }
        loop {
            let told = self.with.prompt(prompt).await?;
            if let Err(trouble) = line.say(&message::prompt(&told)).await {
                return Ok(Err(trouble));
            }
            let done = match self.turn(&mut line).await? {
                Ok(done) => done,
                Err(trouble) => return Ok(Err(trouble)),
            };
            self.count(&done, &session).await?;
            if done.is_error || done.subtype != "success" {
                let why = done.result.unwrap_or_default();
                return Ok(Err(Trouble::Failed(format!("{}: {why}", done.subtype))));
            }
            if !self.with.has_more().await? {
                return Ok(Ok(done.result.unwrap_or_default()));
            }
            prompt = Vec::new();
        }
    }

    async fn turn(&mut self, line: &mut Line) -> Outcome<Done> {
        let mut last = Instant::now();
        loop {
            let due = self.with.reporter.due();
            let told = tokio::select! {
                biased;
                told = line.next() => told,
                () = due => {
                    self.with.reporter.say(self.with.bench).await?;
                    continue;
                }
                wish = self.wishes.next(&self.with.reporter) => {
                    self.decide(wish).await?;
                    last = Instant::now();
                    continue;
                }
                heard = self.with.bench.steered() => {
                    heard?;
                    self.with.take_in().await?;
                    continue;
                }
                () = sleep_until(last + QUIET) => {
                    // It may wait for an answer of somebody's.
                    if !self.with.bench.waits().await? {
                        return Ok(Err(line.broke()));
                    }
                    last = Instant::now();
                    continue;
                }
            };
            last = Instant::now();
            match told {
                Ok(Message::Result(done)) => {
                    self.with.end().await?;
                    return Ok(Ok(*done));
                }
                Ok(Message::System { subtype }) if subtype == "init" => {
                    self.ready = true;
                    line.is_ready();
                }
                Ok(told) => self.take(told).await?,
                Err(trouble) => return Ok(Err(trouble)),
            }
        }
    }

    async fn take(&mut self, told: Message) -> Result<(), Failure> {
        match told {
            Message::StreamEvent { event, parent_tool_use_id: None } => match message::words(&event) {
                Some(words) => {
                    self.with.hear(words);
                }
                None if event["type"] == "content_block_stop" => self.with.end().await?,
                None => {}
            },
            Message::Assistant { message, parent_tool_use_id } => {
                for call in message::blocks(&message, "tool_use") {
                    self.called(call, parent_tool_use_id.is_none()).await?;
                }
            }
            Message::User { message } => {
                for outcome in message::blocks(&message, "tool_result") {
                    self.returned(outcome).await?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// A tool is used. What helpers of its own do is for the operators alone.
    async fn called(&mut self, call: &Value, shown: bool) -> Result<(), Failure> {
        let (Some(id), Some(tool)) = (call["id"].as_str(), call["name"].as_str()) else { return Ok(()) };
        self.with.end().await?;
        self.with.reporter.call(self.with.bench, id, tool, &call["input"]).await?;
        if shown {
            self.tools.insert(id.to_owned(), tool.to_owned());
            self.with.reporter.tool(self.with.bench, id, tool, StepState::Working).await?;
        }
        Ok(())
    }

    async fn returned(&mut self, outcome: &Value) -> Result<(), Failure> {
        let Some(id) = outcome["tool_use_id"].as_str() else { return Ok(()) };
        let failed = outcome["is_error"] == true;
        let content = &outcome["content"];
        let text = content.as_str().map_or_else(|| content.to_string(), str::to_owned);
        let came = if failed { Err(text.as_str()) } else { Ok(content) };
        self.with.reporter.returned(self.with.bench, id, came).await?;
        if let Some(tool) = self.tools.remove(id) {
            let state = if failed { StepState::Failed } else { StepState::Done };
            self.with.reporter.tool(self.with.bench, id, &tool, state).await?;
        }
        Ok(())
    }

    async fn decide(&mut self, wish: Wish) -> Result<(), Failure> {
        let Wish { tool, input, answer, .. } = wish;
        // Whoever has hung up asks again.
        if answer.is_closed() {
            return Ok(());
        }
        let allowed = self.with.permit(&tool, &input).await?;
        match answer.send(allowed) {
            Ok(()) => Ok(()),
            Err(_) => self.with.memory.unheard(self.with.bench, &tool, &input).await,
        }
    }

    async fn count(&mut self, done: &Done, session: &str) -> Result<(), Failure> {
        self.turns += 1;
        let key = format!("{}-{}", self.with.report(session), self.turns);
        let usage = &done.usage;
        let cached_tokens = usage.cache_read_input_tokens;
        let spent = Spent {
            key,
            model: done.models.keys().next().cloned().unwrap_or_default(),
            input_tokens: usage.input_tokens + usage.cache_creation_input_tokens + cached_tokens,
            cached_tokens,
            output_tokens: usage.output_tokens,
            micros: Some(bounds::micros(done.total_cost_usd - self.cost)),
        };
        self.cost = done.total_cost_usd;
        self.with.bench.spent(&spent).await
    }
}
