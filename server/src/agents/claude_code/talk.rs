//! The work with one start of Claude Code.

use std::{collections::HashMap, time::Duration};

use domain::{costs::Spent, session::StepState};
use serde_json::Value;
use tokio::time::{Instant, sleep_until};
use uuid::Uuid;

use super::{
    line::Line,
    message::{self, Done, Message},
};
use crate::agents::{
    Failure, Workbench,
    driven::{Hush, Memory, Spec, Teller, Trouble, brief, take_in},
};

/// Begins the ids of everything that is written.
pub(super) const PREFIX: &str = "c";
/// How long it may be silent while it works.
const QUIET: Duration = Duration::from_secs(20 * 60);

pub(super) struct Talk<'a> {
    bench: &'a mut Workbench,
    memory: &'a mut Memory,
    hush: &'a Hush,
    teller: Teller,
    start: u32,
    /// All that it said in this run.
    said: &'a mut String,
    /// The names of tools by their calls.
    tools: HashMap<String, String>,
    turns: u32,
    /// What this process has cost so far, in dollars.
    cost: f64,
    /// It has told that it is there.
    ready: bool,
}

type Outcome<T> = Result<Result<T, Trouble>, Failure>;

impl<'a> Talk<'a> {
    pub(super) fn new(
        bench: &'a mut Workbench,
        hush: &'a Hush,
        memory: &'a mut Memory,
        start: u32,
        said: &'a mut String,
    ) -> Self {
        let attempt = bench.claimed.attempt;
        let teller = Teller::new(hush.clone(), format!("{PREFIX}{attempt}-{start}-"));
        let tools = HashMap::new();
        Self { bench, memory, hush, teller, start, said, tools, turns: 0, cost: 0.0, ready: false }
    }

    /// Works until nothing is left to do: what it said last.
    pub(super) async fn go(mut self, spec: &Spec) -> Outcome<String> {
        let done = self.work(spec).await;
        // Whatever came, nothing is left open.
        self.teller.end(self.bench).await?;
        if matches!(&done, Ok(Err(Trouble::Broke(_)))) && !self.ready {
            // A conversation that it does not know any more is not asked for again.
            self.memory.session = None;
        }
        done
    }

    async fn work(&mut self, spec: &Spec) -> Outcome<String> {
        let remembered = self.memory.session.is_some();
        let session = self.memory.session.get_or_insert_with(|| Uuid::now_v7().to_string()).clone();
        let model = self.bench.reach().settings.model.clone();
        let instructions = brief::system(self.bench);
        let mut line = match Line::open(spec, &session, remembered, model.as_deref(), &instructions) {
            Ok(line) => line,
            Err(trouble) => return Ok(Err(trouble)),
        };
        let mut prompt = Vec::new();
        if !remembered {
            prompt.push(brief::material(self.bench).await);
        }
        if self.memory.told {
            prompt.push(brief::go_on(self.said));
        }
        loop {
            take_in(self.bench, self.memory, Memory::queue).await?;
            prompt.extend(self.memory.queue.read());
            self.memory.queue.clear();
            self.memory.told = true;
            self.bench.keep(self.memory).await?;
            if let Err(trouble) = line.say(&message::prompt(&prompt.join("\n\n"))).await {
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
            take_in(self.bench, self.memory, Memory::queue).await?;
            if self.memory.queue.is_empty() {
                return Ok(Ok(done.result.unwrap_or_default()));
            }
            prompt = Vec::new();
        }
    }

    async fn turn(&mut self, line: &mut Line) -> Outcome<Done> {
        let mut last = Instant::now();
        loop {
            let due = self.teller.due();
            let told = tokio::select! {
                told = line.next() => told,
                () = due => {
                    self.teller.say(self.bench).await?;
                    continue;
                }
                heard = self.bench.steered() => {
                    heard?;
                    take_in(self.bench, self.memory, Memory::queue).await?;
                    continue;
                }
                () = sleep_until(last + QUIET) => Err(line.broke()),
            };
            last = Instant::now();
            match told {
                Ok(Message::Result(done)) => {
                    self.teller.end(self.bench).await?;
                    return Ok(Ok(*done));
                }
                Ok(Message::ControlRequest { request_id, request }) => {
                    let answer = self.control(&request_id, &request).await?;
                    if let Err(trouble) = line.say(&answer).await {
                        return Ok(Err(trouble));
                    }
                    last = Instant::now();
                }
                Ok(told) => self.take(told).await?,
                Err(trouble) => return Ok(Err(trouble)),
            }
        }
    }

    async fn take(&mut self, told: Message) -> Result<(), Failure> {
        match told {
            Message::System { subtype } => self.ready |= subtype == "init",
            Message::StreamEvent { event, parent_tool_use_id: None } => match message::words(&event) {
                Some(words) => {
                    self.said.push_str(words);
                    self.teller.push(words);
                }
                None if event["type"] == "content_block_stop" => self.teller.end(self.bench).await?,
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
        self.teller.end(self.bench).await?;
        self.teller.call(self.bench, id, tool, &call["input"]).await?;
        if shown {
            self.tools.insert(id.to_owned(), tool.to_owned());
            self.teller.tool(self.bench, id, tool, StepState::Working).await?;
        }
        Ok(())
    }

    async fn returned(&mut self, outcome: &Value) -> Result<(), Failure> {
        let Some(id) = outcome["tool_use_id"].as_str() else { return Ok(()) };
        let failed = outcome["is_error"] == true;
        let content = &outcome["content"];
        let text = content.as_str().map_or_else(|| content.to_string(), str::to_owned);
        let came = if failed { Err(text.as_str()) } else { Ok(content) };
        self.teller.returned(self.bench, id, came).await?;
        if let Some(tool) = self.tools.remove(id) {
            let state = if failed { StepState::Failed } else { StepState::Done };
            self.teller.tool(self.bench, id, &tool, state).await?;
        }
        Ok(())
    }

    async fn control(&mut self, id: &str, request: &Value) -> Result<Value, Failure> {
        let (subtype, tool) = (request["subtype"].as_str(), request["tool_name"].as_str());
        let (Some("can_use_tool"), Some(tool)) = (subtype, tool) else { return Ok(message::refusal(id)) };
        self.teller.end(self.bench).await?;
        let input = &request["input"];
        let allowed = self.memory.permit(self.bench, self.hush, tool, "", input).await?;
        Ok(message::decision(id, allowed, input))
    }

    async fn count(&mut self, done: &Done, session: &str) -> Result<(), Failure> {
        self.turns += 1;
        let key = format!("{session}-{}-{}-{}", self.bench.claimed.attempt, self.start, self.turns);
        let usage = &done.usage;
        let cached_tokens = usage.cache_read_input_tokens;
        let spent = Spent {
            key,
            model: done.models.keys().next().cloned().unwrap_or_default(),
            input_tokens: usage.input_tokens + usage.cache_creation_input_tokens + cached_tokens,
            cached_tokens,
            output_tokens: usage.output_tokens,
            micros: Some(crate::agents::driven::micros(done.total_cost_usd - self.cost)),
        };
        self.cost = done.total_cost_usd;
        self.bench.spent(&spent).await
    }
}
