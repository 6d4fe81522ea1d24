use std::time::Duration;

use super::{
    ExternalError, ProgramSpec, ProgramState, Programs, Reporter, ToolAccess, hand_in, queue_steers,
};
use crate::{AttemptContext, AttemptEnd, AttemptFailure};

/// How often a program that dies is started again within an attempt.
const STARTS: u32 = 3;
const PAUSE: Duration = Duration::from_millis(500);

/// What came of work that the backend may fail at.
pub(crate) type ExternalResult<T> = Result<Result<T, ExternalError>, AttemptFailure>;

/// A kind of program that works by itself.
#[async_trait::async_trait]
pub(crate) trait ExternalProgram: Sync {
    /// Begins the ids of everything that is written.
    const PREFIX: &'static str;

    /// The programs that may be run.
    fn programs(&self) -> &Programs;

    /// The one that the agent's settings name.
    async fn spec(&self, context: &AttemptContext) -> Result<ProgramSpec, ExternalError>;

    /// Works with one start of it until nothing is left to do: what it said last.
    async fn work(&self, session: &mut ProgramSession<'_>, spec: &ProgramSpec) -> ExternalResult<String>;
}

/// What one start of a program works with.
pub(crate) struct ProgramSession<'a> {
    pub(crate) context: &'a mut AttemptContext,
    pub(crate) state: &'a mut ProgramState,
    pub(crate) access: &'a ToolAccess,
    pub(crate) reporter: Reporter,
    /// Which start of the attempt it is, from 1.
    pub(crate) start: u32,
    /// All that it said in this run.
    pub(crate) said: &'a mut String,
}

impl ProgramSession<'_> {
    /// The next prompt, with what was said to the agent meanwhile.
    pub(crate) async fn prompt(&mut self, mut parts: Vec<String>) -> Result<String, AttemptFailure> {
        self.queue_steers().await?;
        parts.extend(self.state.queue.read());
        self.state.queue.clear();
        self.state.told = true;
        self.context.save_state(self.state).await?;
        Ok(parts.join("\n\n"))
    }

    /// Whether something was said to the agent that its next turn begins with.
    pub(crate) async fn has_more(&mut self) -> Result<bool, AttemptFailure> {
        self.queue_steers().await?;
        Ok(!self.state.queue.is_empty())
    }

    pub(crate) async fn queue_steers(&mut self) -> Result<(), AttemptFailure> {
        queue_steers(self.context, self.state, ProgramState::queue).await
    }

    /// Whether the program may do what it wants; what it said before is said before anyone is asked.
    pub(crate) async fn permit(
        &mut self,
        tool: &str,
        input: &serde_json::Value,
    ) -> Result<bool, AttemptFailure> {
        self.reporter.end(self.context).await?;
        self.state.permit(self.context, tool, input).await
    }

    /// More words of it.
    pub(crate) fn push_words(&mut self, words: &str) {
        self.said.push_str(words);
        self.reporter.push(words);
    }

    /// Says what it said so far, and that nothing more comes of this text.
    pub(crate) async fn end(&mut self) -> Result<(), AttemptFailure> {
        self.reporter.end(self.context).await
    }

    /// What this start has used is reported under keys that begin with this.
    pub(crate) fn report(&self, session: &str) -> String {
        format!("{session}-{}-{}", self.context.claimed.attempt, self.start)
    }
}

/// Has a program do the work of an attempt, started anew where it dies, and hands in what it came to.
pub(crate) async fn work<K: ExternalProgram>(
    kind: &K,
    context: &mut AttemptContext,
) -> Result<AttemptEnd, AttemptFailure> {
    let spec = kind.spec(context).await;
    let mut state: ProgramState = context.saved_state().await?.unwrap_or_default();
    if state.last.is_none() {
        let done = match &spec {
            Ok(spec) => start(kind, context, &mut state, spec).await?,
            Err(trouble) => Err(trouble.clone()),
        };
        state.last = Some(done.map_err(|trouble| trouble.failure(context.agent()))?);
        // Before it is handed in: an attempt that comes after that begins nothing anew.
        context.save_state(&state).await?;
    }
    let end = hand_in(context, state.last.as_deref().unwrap_or_default()).await?;
    if let Ok(spec) = spec {
        spec.clear().await;
    }
    Ok(end)
}

async fn start<K: ExternalProgram>(
    kind: &K,
    context: &mut AttemptContext,
    state: &mut ProgramState,
    spec: &ProgramSpec,
) -> ExternalResult<String> {
    let access = ToolAccess::of(context, kind.programs().gateway()).await?;
    let mut said = context.history().texts_with_prefix(K::PREFIX);
    let mut start = 1;
    loop {
        let reporter = Reporter::new(format!("{}{}-{start}-", K::PREFIX, context.claimed.attempt));
        let (state, said) = (&mut *state, &mut said);
        let mut session =
            ProgramSession { context: &mut *context, state, access: &access, reporter, start, said };
        let done = kind.work(&mut session, spec).await;
        // Whatever came, nothing is left open.
        session.end().await?;
        match done? {
            Err(ExternalError::Broke(why)) if start < STARTS => {
                let why = context.redact(&why);
                tracing::warn!(run.id = %context.run(), error.message = why, "a program broke off");
                tokio::time::sleep(PAUSE * start).await;
                start += 1;
            }
            done => return Ok(done),
        }
    }
}
