use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use sessions::{Producer, StreamId};
use sha2::{Digest, Sha256};
use tokio::sync::Mutex;

use crate::{
    Error, Result, Scope, Tx,
    ids::{AgentId, ApprovalId, ClientId, RequestId, RunId},
    redact::{RedactingStream, Secrets},
    requests::lock::LockedRequest,
    session::{Author, Event, Part, RunState},
};

/// Where an agent's words go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Everyone who may read the request reads it.
    Session,
    /// Operators and agents alone.
    Backstage,
}

/// A run in a worker's hands. Clones share one place in the sequence of what is said.
#[derive(Clone, Debug)]
pub struct ClaimedRun {
    /// The agent, narrowed to the client that it works for.
    pub scope: Scope,
    pub run: RunId,
    /// The run that it helps, where it is a sub-run.
    pub parent: Option<RunId>,
    pub request: RequestId,
    pub client: ClientId,
    /// The request's number.
    pub number: u64,
    pub agent: AgentId,
    pub agent_name: String,
    /// From 1; each try at the run has its own.
    pub attempt: u32,
    /// W3C's `traceparent` of the request that queued the run, where that was traced.
    pub trace_parent: Option<String>,
    pub(super) session: Arc<SessionProducer>,
    pub(super) backstage: Arc<SessionProducer>,
}

impl ClaimedRun {
    /// The stream of the request's session, to read and to follow.
    pub fn session_stream(&self) -> StreamId {
        self.session.stream
    }

    /// The stream of what is internal to the request.
    pub fn backstage_stream(&self) -> StreamId {
        self.backstage.stream
    }

    /// The id of the question that the run asks under this key, whichever of its attempts asks.
    pub fn approval(&self, key: &str) -> ApprovalId {
        let hash = Sha256::new().chain_update(self.run.0.as_bytes()).chain_update(key).finalize();
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash[..16]);
        ApprovalId(uuid::Builder::from_custom_bytes(bytes).into_uuid())
    }

    /// Keeps a secret out of everything that this attempt writes.
    pub fn hide(&self, secret: &str) {
        self.session.secrets.add(secret);
        self.backstage.secrets.add(secret);
    }

    /// A text without secrets: what this attempt knows of, and whatever looks like one. What is written through the
    /// attempt is redacted anyway; this is for logs, and for what a model is told.
    pub fn redact(&self, text: &str) -> String {
        self.session.secrets.redact(text)
    }

    pub(super) fn new(
        scope: Scope,
        (run, parent): (RunId, Option<RunId>),
        agent: (AgentId, String),
        attempt: u32,
        row: &LockedRequest,
    ) -> Self {
        Self {
            scope,
            run,
            parent,
            request: row.id,
            client: row.client,
            number: row.number,
            agent: agent.0,
            agent_name: agent.1,
            attempt,
            trace_parent: None,
            session: Arc::new(SessionProducer::new(row.session, run, attempt)),
            backstage: Arc::new(SessionProducer::new(row.backstage, run, attempt)),
        }
    }

    pub(super) fn producer(&self, stage: Stage) -> &SessionProducer {
        match stage {
            Stage::Session => &self.session,
            Stage::Backstage => &self.backstage,
        }
    }

    /// What the agent does, as events of this attempt.
    pub(crate) fn events(
        &self,
        now: chrono::DateTime<chrono::Utc>,
        parts: impl IntoIterator<Item = Part>,
    ) -> Vec<Event> {
        let author = Author::of(&self.scope);
        let event = |part| {
            let part = self.session.secrets.redact_part(part);
            Event::new(author.clone(), now, part).of_run(self.run, self.attempt)
        };
        parts.into_iter().map(event).collect()
    }
}

/// One attempt's way to one stream: an idempotent producer.
#[derive(Debug)]
pub(super) struct SessionProducer {
    pub(super) stream: StreamId,
    producer: String,
    epoch: u64,
    pub(super) state: Mutex<Sequence>,
    secrets: Secrets,
}

/// How far a producer has got.
#[derive(Debug, Default)]
pub(super) struct Sequence {
    pub(super) next: u64,
    /// Sent under `next`, and not known to be stored: it goes again before anything else does.
    pub(super) unsure: Option<Vec<String>>,
    /// Texts that are being written, by their ids: what could be the beginning of a secret waits.
    texts: HashMap<String, RedactingStream>,
}

impl Sequence {
    /// Where texts are gone on with that somebody else began.
    pub(super) fn of_texts(held: BTreeMap<String, String>) -> Self {
        let texts = held.into_iter().map(|(id, held)| (id, RedactingStream { held })).collect();
        Self { texts, ..Self::default() }
    }

    /// What is held back.
    pub(super) fn into_texts(self) -> BTreeMap<String, String> {
        let held = self.texts.into_iter().map(|(id, text)| (id, text.held));
        held.filter(|(_, held)| !held.is_empty()).collect()
    }
}

impl SessionProducer {
    pub(super) fn new(stream: StreamId, run: RunId, attempt: u32) -> Self {
        Self {
            stream,
            producer: run.to_string(),
            epoch: attempt.into(),
            state: Mutex::default(),
            secrets: Secrets::default(),
        }
    }

    /// Parts without secrets, also where one is cut over several pieces of a text.
    pub(super) fn redacted(&self, state: &mut Sequence, parts: Vec<Part>) -> Vec<Part> {
        let mut written = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Part::TextDelta { id, delta } => {
                    let delta = state.texts.entry(id.clone()).or_default().push(&self.secrets, &delta);
                    written.extend((!delta.is_empty()).then_some(Part::TextDelta { id, delta }));
                }
                Part::TextEnd { id } => {
                    let rest = state.texts.remove(&id).map(|mut text| text.end(&self.secrets));
                    let rest = rest.filter(|rest| !rest.is_empty());
                    written.extend(rest.map(|delta| Part::TextDelta { id: id.clone(), delta }));
                    written.push(Part::TextEnd { id });
                }
                part => written.push(part),
            }
        }
        written
    }

    /// The same for parts of which nothing is to be held back.
    pub(super) fn redacted_at_once(&self, parts: Vec<Part>) -> Vec<Part> {
        let mut state = Sequence::default();
        let mut written = self.redacted(&mut state, parts);
        for (id, mut text) in std::mem::take(&mut state.texts) {
            let delta = text.end(&self.secrets);
            written.extend((!delta.is_empty()).then_some(Part::TextDelta { id, delta }));
        }
        written
    }

    pub(super) fn producer(&self, sequence: u64) -> Producer {
        Producer { id: self.producer.clone(), epoch: self.epoch, sequence }
    }
}

/// A run that has not ended.
#[derive(Clone, Debug)]
pub(crate) struct LivingRun {
    pub(crate) id: RunId,
    /// The run that it helps, where it is a sub-run.
    pub(crate) parent: Option<RunId>,
    pub(crate) state: RunState,
    pub(crate) attempt: u32,
    pub(crate) agent_name: String,
}

/// The request's living run, locked; not one that helps it.
pub(crate) async fn living_in(tx: &mut Tx, scope: &Scope, row: &LockedRequest) -> Result<Option<LivingRun>> {
    Ok(find_living(tx, scope, row, LivingRunsOf::Own).await?.pop())
}

/// That very run of the request, if it lives, locked.
pub(crate) async fn living_run_in(
    tx: &mut Tx,
    scope: &Scope,
    row: &LockedRequest,
    run: RunId,
) -> Result<Option<LivingRun>> {
    Ok(find_living(tx, scope, row, LivingRunsOf::This(run)).await?.pop())
}

/// The living sub-runs of a run of the request, locked.
pub(super) async fn living_helpers_in(
    tx: &mut Tx,
    scope: &Scope,
    row: &LockedRequest,
    of: RunId,
) -> Result<Vec<LivingRun>> {
    find_living(tx, scope, row, LivingRunsOf::Helpers(of)).await
}

/// Which of a request's living runs.
#[derive(Clone, Copy)]
enum LivingRunsOf {
    /// The one that has the request.
    Own,
    This(RunId),
    /// Those that help this one.
    Helpers(RunId),
}

async fn find_living(
    tx: &mut Tx,
    scope: &Scope,
    row: &LockedRequest,
    which: LivingRunsOf,
) -> Result<Vec<LivingRun>> {
    let (run, parent) = match which {
        LivingRunsOf::Own => (None, None),
        LivingRunsOf::This(run) => (Some(run.0), None),
        LivingRunsOf::Helpers(of) => (None, Some(of.0)),
    };
    let found = sqlx::query!(
        r#"SELECT r.id, r.parent_id, r.state AS "state: RunState", r.attempt, a.name
           FROM run r JOIN agent a ON a.workspace_id = r.workspace_id AND a.id = r.agent_id
           WHERE r.workspace_id = $1 AND r.client_id = $2 AND r.request_id = $3
             AND r.state IN ('queued', 'working', 'suspended')
             AND CASE WHEN $4::uuid IS NULL THEN r.parent_id IS NOT DISTINCT FROM $5::uuid ELSE r.id = $4 END
           ORDER BY r.id FOR UPDATE OF r"#,
        scope.workspace.0,
        row.client.0,
        row.id.0,
        run,
        parent,
    )
    .fetch_all(tx.conn())
    .await?;
    let living = found.into_iter().map(|run| LivingRun {
        id: RunId(run.id),
        parent: run.parent_id.map(RunId),
        state: run.state,
        attempt: run.attempt.cast_unsigned(),
        agent_name: run.name,
    });
    Ok(living.collect())
}

/// The answer to a worker whose run is no longer its own.
pub(crate) fn lost(attempt: u32) -> Error {
    Error::Sessions(sessions::Error::StaleEpoch { current: u64::from(attempt) + 1 })
}

/// Whether the run was taken from the worker: it was stopped, or its lease ran out. There is nothing left to do for it.
pub fn is_lost(error: &Error) -> bool {
    matches!(error, Error::Sessions(sessions::Error::StaleEpoch { .. }))
}
