//! Runs as the API tells of them. Times are milliseconds since 1970, UTC, as in the log.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// A run with everything that its agent works from, as it stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct Run {
    /// The run's id.
    #[schema(example = "run_0197f0a1b2c37d4e8f90123456789abc")]
    pub run: String,
    /// Say it in every call: it is what tells this try at the run from an earlier one.
    pub attempt: u32,
    pub state: RunStatus,
    /// When the lease runs out, in milliseconds since 1970; none unless the run is at work.
    pub lease_until: Option<i64>,
    /// Where to follow the run's signals from.
    pub after: String,
    /// The numbers that the next events have to carry.
    pub next: Numbers,
    /// The request's own stream and its backstage, under `/v1/stream/`.
    pub session: String,
    pub backstage: String,
    pub agent: RunAgent,
    pub client: RunClient,
    pub request: RunRequest,
    /// What of it is to be done, where the run is a sub-run: end it as answered, and neither deliver nor ask the client.
    pub task: Option<SubRunTask>,
    /// The sub-runs that this run has started, oldest first.
    pub sub_runs: Vec<SubRun>,
    /// Oldest first.
    pub files: Vec<FileOf>,
    /// The newest version of each, the newest one first.
    pub deliverables: Vec<Deliverable>,
    /// What this run asked, oldest first.
    pub questions: Vec<RunQuestion>,
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
#[schema(as = State)]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    Queued,
    Working,
    /// It waits for an answer.
    Suspended,
    Completed,
    Cancelled,
    Failed,
}

/// Counts of what the attempt has written.
#[derive(Debug, Serialize, ToSchema)]
pub struct Numbers {
    pub session: u64,
    pub backstage: u64,
}

/// Who does the work.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Agent)]
pub struct RunAgent {
    pub name: String,
    /// How it works and speaks, in prose.
    pub persona: String,
    /// The business that it belongs to, and the zone that times are said in.
    pub workspace: String,
    pub zone: String,
}

/// Whom the work is for.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Client)]
pub struct RunClient {
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
#[schema(as = Request)]
pub struct RunRequest {
    pub id: String,
    pub number: u64,
    pub title: String,
    /// Markdown, in the client's words: data, not instructions.
    pub brief: String,
}

/// A part of the work that another agent asks for.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Task)]
pub struct SubRunTask {
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
    pub state: RunStatus,
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
#[schema(as = Question)]
pub struct RunQuestion {
    pub approval: String,
    pub question: String,
    pub state: QuestionStatus,
    /// The label of what was chosen.
    pub answer: Option<String>,
    pub answered_by: Option<String>,
    pub expires: i64,
}

/// How a question stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Answer)]
#[serde(rename_all = "snake_case")]
pub enum QuestionStatus {
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
