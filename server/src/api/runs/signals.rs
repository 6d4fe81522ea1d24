//! `GET /v1/runs/{run}/signals`

use std::time::Duration;

use axum::{Json, extract::State};
use domain::{
    ids::RunId,
    runs::PulledRun,
    session::{Event, Part, RunState},
};
use serde::{Deserialize, Serialize};
use sessions::{Batch, Follower, Offset, Record, StreamId};
use tokio::time::{Instant, sleep_until};
use utoipa::ToSchema;

use super::{RunStatus, cursor::Cursor, find, wait};
use crate::{
    api::{Api, Problem, bearer::Caller, body::QueryParams, path::Path},
    limits::SeatKind,
    protocols::tenant,
};

/// How many entries of the log are read at once.
const PAGE: u32 = 1_000;
/// How often it is looked whether the token still counts while nothing comes.
const LOOK: Duration = Duration::from_secs(2);

/// What to follow.
#[derive(Debug, Deserialize)]
pub struct Follow {
    /// The attempt that listens.
    pub attempt: u32,
    /// Where the last answer ended: `after` of the run, then of each answer.
    pub after: String,
    /// Wait for so many seconds until something comes: 0 to 30.
    #[serde(default)]
    pub wait: Option<u32>,
}

/// What was heard.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Heard)]
pub struct Signals {
    pub signals: Vec<Signal>,
    /// Go on from here.
    pub after: String,
}

/// Something that concerns the agent at work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Signal {
    /// Somebody asked to stop: wind up, and end the run as stopped within 15 seconds.
    Stop { control: String, by: String },
    /// Somebody said something: take it up, and answer it within a minute.
    Steer { control: String, text: String, by: String },
    /// A question was settled: by an answer, or, with `expired`, because nobody gave one in time.
    Answer { approval: String, label: Option<String>, by: String, expired: bool },
    /// Somebody wrote into the conversation.
    Comment { text: String, by: String },
    /// An agent that helped has ended its sub-run: see the run's `sub_runs` for what it came to.
    Helped { run: String, state: RunStatus },
    /// The run is no longer this attempt's: leave it.
    Lost { state: RunStatus },
}

/// Follow what people say to the agent
///
/// Answers at once when there is something, else when the wait is over. A control may be told twice, here and with the
/// run: go by its id.
#[utoipa::path(
    get, path = "/v1/runs/{run}/signals", tag = "Runs", operation_id = "signals",
    params(
        ("run" = String, Path, description = "The run's id"),
        ("attempt" = u32, Query, description = "The attempt that listens"),
        ("after" = String, Query, description = "Where the last answer ended: `after` of the run, then of each answer"),
        ("wait" = Option<u32>, Query, description = "Wait for so many seconds until something comes: 0 to 30"),
    ),
    responses((status = 200, description = "What came, which may be nothing", body = Signals)),
)]
pub async fn signals(
    State(api): State<Api>,
    caller: Caller,
    Path(run): Path<RunId>,
    QueryParams(follow): QueryParams<Follow>,
) -> Result<Json<Signals>, Problem> {
    let run = find(&api, &caller, run).await?;
    run.claimed(follow.attempt)?;
    let cursor: Cursor =
        follow.after.parse().map_err(|_| Problem::unreadable("`after` is none that was told here."))?;
    let mut reader = SignalReader { api: &api, run: &run, cursor, signals: Vec::new() };
    reader.catch_up().await?;
    let until = Instant::now() + wait(follow.wait);
    if reader.signals.is_empty() && follow.wait.unwrap_or(0) > 0 {
        reader.listen(&caller, until).await?;
    }
    Ok(Json(Signals { signals: reader.signals, after: reader.cursor.to_string() }))
}

/// Hears one run's signals.
struct SignalReader<'a> {
    api: &'a Api,
    run: &'a PulledRun,
    cursor: Cursor,
    signals: Vec<Signal>,
}

impl SignalReader<'_> {
    /// Everything that there is.
    async fn catch_up(&mut self) -> Result<(), Problem> {
        self.cursor.session = self.read(self.run.session, self.cursor.session).await?;
        self.cursor.backstage = self.read(self.run.backstage, self.cursor.backstage).await?;
        Ok(())
    }

    async fn read(&mut self, stream: StreamId, mut from: Offset) -> Result<Offset, Problem> {
        loop {
            let page = self.api.app.db.engine().read(stream, from, PAGE).await.map_err(unheard)?;
            self.collect(&page.records);
            from = page.next;
            if page.up_to_date {
                return Ok(from);
            }
        }
    }

    /// Waits for the first signal.
    async fn listen(&mut self, caller: &Caller, until: Instant) -> Result<(), Problem> {
        let _seat = self.api.limits.seat(tenant(&self.run.scope), SeatKind::LongPoll)?;
        let engine = self.api.app.db.engine();
        let mut session = engine.follow(self.run.session, self.cursor.session);
        let mut backstage = engine.follow(self.run.backstage, self.cursor.backstage);
        let mut look = Instant::now() + LOOK;
        while self.signals.is_empty() {
            tokio::select! {
                batch = session.next() => self.take(batch)?,
                batch = backstage.next() => self.take(batch)?,
                () = sleep_until(until) => break,
                () = self.api.stop.cancelled() => break,
                () = sleep_until(look) => {
                    if !self.api.gate.still(caller).await {
                        return Err(Problem::unauthorized());
                    }
                    look = Instant::now() + LOOK;
                }
            }
            self.at(&session, &backstage);
        }
        Ok(())
    }

    fn take(&mut self, batch: Result<Option<Batch>, sessions::Error>) -> Result<(), Problem> {
        if let Some(batch) = batch.map_err(unheard)? {
            self.collect(&batch.records);
        }
        Ok(())
    }

    fn at(&mut self, session: &Follower, backstage: &Follower) {
        self.cursor = Cursor { session: session.offset(), backstage: backstage.offset() };
    }

    fn collect(&mut self, records: &[Record]) {
        let events = records.iter().filter_map(|record| Event::from_json(record.json()).ok());
        self.signals.extend(events.filter_map(|event| signal(event, self.run)));
    }
}

/// What an event says to the agent at work, if anything.
fn signal(event: Event, of: &PulledRun) -> Option<Signal> {
    let by = event.author.name;
    let ours = event.run == Some(of.run);
    Some(match event.part {
        // Whoever helps is not the one who is spoken to, and goes when that one goes.
        Part::DataStop { .. } | Part::DataSteer { .. } if of.parent.is_some() => return None,
        Part::DataStop { control } => Signal::Stop { control: control.to_string(), by },
        Part::DataSteer { control, text } => Signal::Steer { control: control.to_string(), text, by },
        Part::DataAnswer { approval, label, expired } => {
            Signal::Answer { approval: approval.to_string(), label, by, expired }
        }
        // What an agent remarks backstage itself is its own.
        Part::DataComment { text } if event.run.is_none() => Signal::Comment { text, by },
        Part::DataSubRun { parent, state, .. } if parent == of.run && state.has_ended() => {
            Signal::Helped { run: event.run?.to_string(), state: state.into() }
        }
        Part::DataRun { state, .. } | Part::DataSubRun { state, .. } if ours => {
            let newer = event.attempt.is_some_and(|said| said > of.attempt);
            let holds = matches!(state, RunState::Working | RunState::Suspended) && !newer;
            // What was said of earlier attempts is theirs.
            let older = event.attempt.is_some_and(|said| said < of.attempt);
            return (!holds && !older).then(|| Signal::Lost { state: state.into() });
        }
        _ => return None,
    })
}

/// A place in the log that is not there: of another run, or from before what is kept.
fn unheard(error: sessions::Error) -> Problem {
    match error {
        sessions::Error::Gone { .. } | sessions::Error::Ahead { .. } => {
            Problem::invalid("`after` is of another run, or too old. Read the run, and go on from there.")
        }
        error => error.into(),
    }
}
