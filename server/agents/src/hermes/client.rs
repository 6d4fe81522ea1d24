//! The line to a Hermes.

use std::{collections::VecDeque, time::Duration};

use reqwest::{RequestBuilder, Response, StatusCode};
use safe_http::CheckedUrl;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sessions::Backoff;
use tokio::time::{Instant, timeout, timeout_at};

use super::{
    HermesLimits,
    event::{RecordedMessage, RunEvent, Status},
};
use crate::{external::ExternalError, model::sse::Sse};

/// How much of a refusal is kept, in characters.
const SAID: usize = 400;
/// The longest answer but for events, in bytes.
const BODY: usize = 32 << 20;
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Why a call came to nothing.
#[derive(Debug)]
pub(super) enum CallError {
    /// Another try may help.
    Away(String),
    /// Hermes does not know the run.
    Unknown,
    Refused {
        status: u16,
        said: String,
    },
    Nonsense(String),
}

impl CallError {
    pub(super) fn trouble(self) -> ExternalError {
        match self {
            Self::Away(why) => ExternalError::Away(why),
            Self::Unknown => ExternalError::Refused("404".to_owned()),
            Self::Refused { status, said } => ExternalError::Refused(format!("{status}: {said}")),
            Self::Nonsense(why) => ExternalError::Nonsense(why),
        }
    }
}

/// Clones speak to the same one.
#[derive(Clone)]
pub(super) struct HermesClient {
    url: CheckedUrl,
    key: Option<String>,
    pub(super) limits: HermesLimits,
}

impl HermesClient {
    pub(super) fn new(url: CheckedUrl, key: Option<String>, limits: HermesLimits) -> Self {
        Self { url, key, limits }
    }

    /// Starts a run, and answers its id. What became of one that ends with [`CallError::Away`] nobody knows.
    pub(super) async fn start(&self, body: &Value) -> Result<String, CallError> {
        let started: Value = self.call(self.url.post("v1/runs").json(body)).await?;
        let id = started["run_id"].as_str().filter(|id| is_plain(id));
        id.map(str::to_owned).ok_or_else(|| CallError::Nonsense("it did not say the run's id".to_owned()))
    }

    /// How a run stands. Like what follows, it is asked again and again while Hermes is away, within patience.
    pub(super) async fn status(&self, run: &str) -> Result<Status, CallError> {
        self.patiently(|| self.url.get(&format!("v1/runs/{run}"), self.limits.answer)).await
    }

    /// What it has on record of a conversation; nothing of one that it does not know.
    pub(super) async fn messages(&self, session: &str) -> Result<Vec<RecordedMessage>, CallError> {
        let path = format!("api/sessions/{session}/messages");
        let listed: Value = match self.patiently(|| self.url.get(&path, self.limits.answer)).await {
            Err(CallError::Unknown) => return Ok(Vec::new()),
            listed => listed?,
        };
        serde_json::from_value(listed["data"].clone()).map_err(|error| CallError::Nonsense(error.to_string()))
    }

    /// Lets a run do what it asked for, once, or not: false where it does not wait for that any more.
    pub(super) async fn decide(&self, run: &str, allowed: bool) -> Result<bool, CallError> {
        let body = json!({ "choice": if allowed { "once" } else { "deny" } });
        let path = format!("v1/runs/{run}/approval");
        match self.patiently::<Value>(|| self.url.post(&path).json(&body)).await {
            Ok(_) => Ok(true),
            Err(CallError::Refused { status: 409, .. } | CallError::Unknown) => Ok(false),
            Err(fault) => Err(fault),
        }
    }

    pub(super) async fn stop(&self, run: &str) -> Result<(), CallError> {
        match self.call::<Value>(self.url.post(&format!("v1/runs/{run}/stop"))).await {
            Ok(_) | Err(CallError::Unknown) => Ok(()),
            Err(fault) => Err(fault),
        }
    }

    /// A run's events from its beginning. Nobody else can read them, and nobody again.
    pub(super) async fn events(&self, run: &str) -> Result<RunEvents, CallError> {
        let asked = self.sign(self.url.request(reqwest::Method::GET, &format!("v1/runs/{run}/events")));
        let sent = timeout(self.limits.answer, traces::send("hermes events", asked)).await;
        let response = answered(sent.map_err(|_| CallError::Away("no answer in time".to_owned()))?).await?;
        Ok(RunEvents {
            response,
            sse: Sse::default(),
            read: VecDeque::new(),
            quiet: self.limits.quiet,
            last: Instant::now(),
        })
    }

    async fn patiently<T: DeserializeOwned>(
        &self,
        ask: impl Fn() -> RequestBuilder + Send + Sync,
    ) -> Result<T, CallError> {
        let (begun, mut backoff) = (Instant::now(), Backoff::new(FIRST_PAUSE, LONGEST_PAUSE));
        loop {
            match self.call(ask()).await {
                Err(CallError::Away(why)) if begun.elapsed() < self.limits.patience => {
                    tracing::debug!(error.message = why, "a Hermes is away");
                    backoff.pause().await;
                }
                done => return done,
            }
        }
    }

    async fn call<T: DeserializeOwned>(&self, asked: RequestBuilder) -> Result<T, CallError> {
        let read = async {
            let mut response = answered(traces::send("hermes call", self.sign(asked)).await).await?;
            let mut body = Vec::new();
            while let Some(piece) = response.chunk().await.map_err(away)? {
                body.extend_from_slice(&piece);
                if body.len() > BODY {
                    return Err(CallError::Nonsense("an answer without end".to_owned()));
                }
            }
            serde_json::from_slice(&body).map_err(|error| CallError::Nonsense(error.to_string()))
        };
        match timeout(self.limits.answer, read).await {
            Ok(done) => done,
            Err(_) => Err(CallError::Away("no answer in time".to_owned())),
        }
    }

    fn sign(&self, asked: RequestBuilder) -> RequestBuilder {
        match &self.key {
            Some(key) => asked.bearer_auth(key),
            None => asked,
        }
    }
}

/// It becomes part of an address.
fn is_plain(id: &str) -> bool {
    !id.is_empty() && id.len() <= 200 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b))
}

async fn answered(sent: reqwest::Result<Response>) -> Result<Response, CallError> {
    let response = sent.map_err(away)?;
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let said = response.text().await.unwrap_or_default().chars().take(SAID).collect();
    Err(match status {
        StatusCode::NOT_FOUND => CallError::Unknown,
        StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT => CallError::Away(said),
        status if status.is_server_error() => CallError::Away(format!("{status}: {said}")),
        status => CallError::Refused { status: status.as_u16(), said },
    })
}

/// Without the address.
fn away(error: reqwest::Error) -> CallError {
    let error = error.without_url();
    CallError::Away(match std::error::Error::source(&error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    })
}

/// The events of a run as they come.
pub(super) struct RunEvents {
    response: Response,
    sse: Sse,
    read: VecDeque<String>,
    quiet: Duration,
    last: Instant,
}

impl RunEvents {
    /// The next one; none once the line is cut, or quiet for too long. May be dropped and called again.
    pub(super) async fn next(&mut self) -> Option<RunEvent> {
        loop {
            if let Some(data) = self.read.pop_front() {
                // What cannot be read is nothing that matters here.
                return Some(serde_json::from_str(&data).unwrap_or(RunEvent::Other));
            }
            let piece = timeout_at(self.last + self.quiet, self.response.chunk()).await.ok()?.ok()??;
            self.last = Instant::now();
            self.read.extend(self.sse.push(&piece).ok()?);
        }
    }
}
