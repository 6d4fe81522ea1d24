use std::time::Duration;

use super::{Memory, Pass, Programs, Reporter, Spec, Trouble, hand_in, take_in};
use crate::agents::{AttemptContext, End, Failure};

/// How often a program that dies is started again within an attempt.
const STARTS: u32 = 3;
const PAUSE: Duration = Duration::from_millis(500);

/// What came of work that the backend may fail at.
pub(in crate::agents) type Outcome<T> = Result<Result<T, Trouble>, Failure>;

/// A kind of program that works by itself.
#[async_trait::async_trait]
pub(in crate::agents) trait Kind: Sync {
    /// Begins the ids of everything that is written.
    const PREFIX: &'static str;

    /// The programs that may be run.
    fn programs(&self) -> &Programs;

    /// The one that the agent's settings name.
    async fn spec(&self, bench: &AttemptContext) -> Result<Spec, Trouble>;

    /// Works with one start of it until nothing is left to do: what it said last.
    async fn talk(&self, sitting: &mut Sitting<'_>, spec: &Spec) -> Outcome<String>;
}

/// What one start of a program works with.
pub(in crate::agents) struct Sitting<'a> {
    pub(in crate::agents) bench: &'a mut AttemptContext,
    pub(in crate::agents) memory: &'a mut Memory,
    pub(in crate::agents) pass: &'a Pass,
    pub(in crate::agents) reporter: Reporter,
    /// Which start of the attempt it is, from 1.
    pub(in crate::agents) start: u32,
    /// All that it said in this run.
    pub(in crate::agents) said: &'a mut String,
}

impl Sitting<'_> {
    /// The next prompt, with what was said to the agent meanwhile.
    pub(in crate::agents) async fn prompt(&mut self, mut parts: Vec<String>) -> Result<String, Failure> {
        self.take_in().await?;
        parts.extend(self.memory.queue.read());
        self.memory.queue.clear();
        self.memory.told = true;
        self.bench.keep(self.memory).await?;
        Ok(parts.join("\n\n"))
    }

    /// Whether something was said to the agent that its next turn begins with.
    pub(in crate::agents) async fn has_more(&mut self) -> Result<bool, Failure> {
        self.take_in().await?;
        Ok(!self.memory.queue.is_empty())
    }

    pub(in crate::agents) async fn take_in(&mut self) -> Result<(), Failure> {
        take_in(self.bench, self.memory, Memory::queue).await
    }

    /// Whether the program may do what it wants; what it said before is said before anyone is asked.
    pub(in crate::agents) async fn permit(
        &mut self,
        tool: &str,
        input: &serde_json::Value,
    ) -> Result<bool, Failure> {
        self.reporter.end(self.bench).await?;
        self.memory.permit(self.bench, tool, input).await
    }

    /// More words of it.
    pub(in crate::agents) fn hear(&mut self, words: &str) {
        self.said.push_str(words);
        self.reporter.push(words);
    }

    /// Says what it said so far, and that nothing more comes of this text.
    pub(in crate::agents) async fn end(&mut self) -> Result<(), Failure> {
        self.reporter.end(self.bench).await
    }

    /// What this start has used is reported under keys that begin with this.
    pub(in crate::agents) fn report(&self, session: &str) -> String {
        format!("{session}-{}-{}", self.bench.claimed.attempt, self.start)
    }
}

/// Has a program do the work of an attempt, started anew where it dies, and hands in what it came to.
pub(in crate::agents) async fn work<K: Kind>(kind: &K, bench: &mut AttemptContext) -> Result<End, Failure> {
    let spec = kind.spec(bench).await;
    let mut memory: Memory = bench.kept().await?.unwrap_or_default();
    if memory.last.is_none() {
        let done = match &spec {
            Ok(spec) => start(kind, bench, &mut memory, spec).await?,
            Err(trouble) => Err(trouble.clone()),
        };
        memory.last = Some(done.map_err(|trouble| trouble.failure(bench.agent()))?);
        // Before it is handed in: an attempt that comes after that begins nothing anew.
        bench.keep(&memory).await?;
    }
    let end = hand_in(bench, memory.last.as_deref().unwrap_or_default()).await?;
    if let Ok(spec) = spec {
        spec.clear().await;
    }
    Ok(end)
}

async fn start<K: Kind>(
    kind: &K,
    bench: &mut AttemptContext,
    memory: &mut Memory,
    spec: &Spec,
) -> Outcome<String> {
    let pass = Pass::of(bench, kind.programs().inside()).await?;
    let mut said = bench.history().said(K::PREFIX);
    let mut start = 1;
    loop {
        let reporter = Reporter::new(format!("{}{}-{start}-", K::PREFIX, bench.claimed.attempt));
        let (memory, said) = (&mut *memory, &mut said);
        let mut sitting = Sitting { bench: &mut *bench, memory, pass: &pass, reporter, start, said };
        let done = kind.talk(&mut sitting, spec).await;
        // Whatever came, nothing is left open.
        sitting.end().await?;
        match done? {
            Err(Trouble::Broke(why)) if start < STARTS => {
                let why = bench.redact(&why);
                tracing::warn!(run.id = %bench.run(), error.message = why, "a program broke off");
                tokio::time::sleep(PAUSE * start).await;
                start += 1;
            }
            done => return Ok(done),
        }
    }
}
