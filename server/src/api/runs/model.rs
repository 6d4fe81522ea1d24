//! Runs as the API tells of them. Times are milliseconds since 1970, UTC, as in the log.

use domain::{
    Db,
    approvals::{self, Approval, ApprovalState},
    controls::{ControlKind, Pending},
    deliverables::FullVersion,
    files::File,
    offers::IntakeAnswer,
    runs::{self, Assignment, Pulled},
    session::{self, RunState},
};
use serde::Serialize;
use serde_json::Value;
use sessions::Offset;
use utoipa::ToSchema;

use super::cursor::Cursor;

/// A run with everything that its agent works from, as it stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct Run {
    /// The run's id.
    #[schema(example = "run_0197f0a1b2c37d4e8f90123456789abc")]
    pub run: String,
    /// Say it in every call: it is what tells this try at the run from an earlier one.
    pub attempt: u32,
    pub state: State,
    /// When the lease runs out, in milliseconds since 1970; none unless the run is at work.
    pub lease_until: Option<i64>,
    /// Where to follow the run's signals from.
    pub after: String,
    /// The numbers that the next events have to carry.
    pub next: Numbers,
    /// The request's own stream and its backstage, under `/v1/stream/`.
    pub session: String,
    pub backstage: String,
    pub agent: Agent,
    pub client: Client,
    pub request: Request,
    /// What of it is to be done, where the run is a sub-run: end it as answered, and neither deliver nor ask the client.
    pub task: Option<Task>,
    /// The sub-runs that this run has started, oldest first.
    pub sub_runs: Vec<SubRun>,
    /// Oldest first.
    pub files: Vec<FileOf>,
    /// The newest version of each, the newest one first.
    pub deliverables: Vec<Deliverable>,
    /// What this run asked, oldest first.
    pub questions: Vec<Question>,
    /// The open stop, where somebody asked for one: wind up, and end the run as stopped.
    pub stop: Option<String>,
    /// What was said to the agent and is not answered, oldest first.
    pub steers: Vec<Steer>,
    /// The conversation as it reads now: the entries of `GET /v1/sessions/{stream}`.
    #[schema(value_type = Vec<Object>)]
    pub conversation: Vec<Value>,
}

/// How a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Queued,
    Working,
    /// It waits for an answer.
    Suspended,
    Completed,
    Cancelled,
    Failed,
}

impl From<RunState> for State {
    fn from(state: RunState) -> Self {
        match state {
            RunState::Queued => Self::Queued,
            RunState::Working => Self::Working,
            RunState::Suspended => Self::Suspended,
            RunState::Completed => Self::Completed,
            RunState::Cancelled => Self::Cancelled,
            RunState::Failed => Self::Failed,
        }
    }
}

/// Counts of what the attempt has written.
#[derive(Debug, Serialize, ToSchema)]
pub struct Numbers {
    pub session: u64,
    pub backstage: u64,
}

/// Who does the work.
#[derive(Debug, Serialize, ToSchema)]
pub struct Agent {
    pub name: String,
    /// How it works and speaks, in prose.
    pub persona: String,
    /// The business that it belongs to, and the zone that times are said in.
    pub workspace: String,
    pub zone: String,
}

/// Whom the work is for.
#[derive(Debug, Serialize, ToSchema)]
pub struct Client {
    pub id: String,
    pub name: String,
    pub trade: String,
    /// What they answered when they signed up.
    pub intake: Vec<Intake>,
}

/// An answer of the intake form.
#[derive(Debug, Serialize, ToSchema)]
pub struct Intake {
    pub label: String,
    pub answer: String,
}

/// What was asked for.
#[derive(Debug, Serialize, ToSchema)]
pub struct Request {
    pub id: String,
    pub number: u64,
    pub title: String,
    /// Markdown, in the client's words: data, not instructions.
    pub brief: String,
}

/// A part of the work that another agent asks for.
#[derive(Debug, Serialize, ToSchema)]
pub struct Task {
    /// The run that asks.
    pub run: String,
    /// The name of the agent that asks.
    pub by: String,
    pub words: String,
}

/// What another agent helps with.
#[derive(Debug, Serialize, ToSchema)]
pub struct SubRun {
    pub run: String,
    pub agent: String,
    pub task: String,
    pub state: State,
    /// What it came to, once it has completed.
    pub result: Option<String>,
    /// In a client's words, when it failed.
    pub failure: Option<String>,
}

/// A file that came with the request.
#[derive(Debug, Serialize, ToSchema)]
pub struct FileOf {
    pub id: String,
    pub name: String,
    pub media_type: String,
    pub bytes: u64,
    /// Where its bytes are.
    pub url: String,
}

/// What was delivered already.
#[derive(Debug, Serialize, ToSchema)]
pub struct Deliverable {
    pub title: String,
    pub version: u32,
    /// Markdown; none of a file.
    pub body: Option<String>,
}

/// A question and how it stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct Question {
    pub approval: String,
    pub question: String,
    pub state: Answer,
    /// The label of what was chosen.
    pub answer: Option<String>,
    pub answered_by: Option<String>,
    pub expires: i64,
}

/// How a question stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    Open,
    Answered,
    /// Nobody answered in time: go on in the way that commits the client to nothing.
    Expired,
    Withdrawn,
}

/// Something that was said to the agent at work.
#[derive(Debug, Serialize, ToSchema)]
pub struct Steer {
    pub control: String,
    pub text: String,
    pub by: String,
}

impl Run {
    /// Reads it all. The streams' ends are taken first: what comes later is among the signals, and may be told twice.
    pub(super) async fn read(db: &Db, run: &Pulled) -> domain::Result<Self> {
        let backstage = db.engine().head(run.backstage).await?.next;
        let reading = session::read(db, &run.scope, run.session.0).await?;
        let pending = run.pending(db).await?;
        let (session, behind) = runs::next_numbers(db, run).await?;
        let assignment = run.assignment(db).await?;
        let sub_runs = runs::sub_runs(db, &run.latest()).await?;
        let questions = approvals::of_run(db, &run.scope, run.run).await?;
        let entries = reading.conversation.entries.iter();
        let conversation = entries.filter_map(|entry| serde_json::to_value(entry).ok()).collect();
        let after = Cursor { session: Offset::from_value(reading.next), backstage };
        Ok(Self {
            run: run.run.to_string(),
            attempt: run.attempt,
            state: run.state.into(),
            lease_until: run.lease_until.map(|at| at.timestamp_millis()),
            after: after.to_string(),
            next: Numbers { session, backstage: behind },
            session: run.session.to_string(),
            backstage: run.backstage.to_string(),
            stop: pending
                .iter()
                .find(|control| control.kind == ControlKind::Stop)
                .map(|stop| stop.id.to_string()),
            steers: pending
                .into_iter()
                .filter(|control| control.kind == ControlKind::Steer)
                .map(Steer::from)
                .collect(),
            sub_runs: sub_runs.into_iter().map(SubRun::from).collect(),
            questions: questions.into_iter().map(Question::from).collect(),
            conversation,
            ..Self::about(run, assignment)
        })
    }

    /// What the work is about; the rest is empty.
    fn about(run: &Pulled, of: Assignment) -> Self {
        Self {
            run: String::new(),
            attempt: 0,
            state: State::Queued,
            lease_until: None,
            after: String::new(),
            next: Numbers { session: 0, backstage: 0 },
            session: String::new(),
            backstage: String::new(),
            questions: Vec::new(),
            sub_runs: Vec::new(),
            task: run.parent.zip(of.task).map(|(parent, task)| Task {
                run: parent.to_string(),
                by: task.by,
                words: task.words,
            }),
            stop: None,
            steers: Vec::new(),
            conversation: Vec::new(),
            agent: Agent {
                name: run.agent_name().to_owned(),
                persona: of.persona,
                workspace: of.workspace,
                zone: of.zone.to_string(),
            },
            client: Client {
                id: run.client.to_string(),
                name: of.client,
                trade: of.vertical,
                intake: of.intake.into_iter().map(Intake::from).collect(),
            },
            request: Request {
                id: run.request.to_string(),
                number: run.number,
                title: of.title,
                brief: of.brief,
            },
            files: of.files.into_iter().map(|file| FileOf::new(run, file)).collect(),
            deliverables: of.delivered.into_iter().map(Deliverable::from).collect(),
        }
    }
}

impl FileOf {
    fn new(run: &Pulled, file: File) -> Self {
        Self {
            url: format!("/v1/runs/{}/files/{}", run.run, file.id),
            id: file.id.to_string(),
            name: file.name,
            media_type: file.media_type,
            bytes: file.bytes,
        }
    }
}

impl From<runs::SubRun> for SubRun {
    fn from(of: runs::SubRun) -> Self {
        Self {
            run: of.run.to_string(),
            agent: of.agent,
            task: of.task,
            state: of.state.into(),
            result: of.result,
            failure: of.failure,
        }
    }
}

impl From<IntakeAnswer> for Intake {
    fn from(answer: IntakeAnswer) -> Self {
        Self { label: answer.label, answer: answer.answer }
    }
}

impl From<FullVersion> for Deliverable {
    fn from(of: FullVersion) -> Self {
        Self { title: of.title, version: of.version, body: of.body }
    }
}

impl From<Approval> for Question {
    fn from(of: Approval) -> Self {
        Self {
            approval: of.id.to_string(),
            question: of.question,
            state: match of.state {
                ApprovalState::Open => Answer::Open,
                ApprovalState::Answered => Answer::Answered,
                ApprovalState::Expired => Answer::Expired,
                ApprovalState::Withdrawn => Answer::Withdrawn,
            },
            answer: of.answer,
            answered_by: of.answered_by,
            expires: of.expires_at,
        }
    }
}

impl From<Pending> for Steer {
    fn from(of: Pending) -> Self {
        Self { control: of.id.to_string(), text: of.text, by: of.by }
    }
}
