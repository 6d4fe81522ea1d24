//! A database that says nothing. Postgres whose machine is frozen keeps its connections open, so whoever asked it would wait for
//! as long as that lasts. Where an answer is late and the database does not speak to anybody, the waiting ends: the
//! request is answered with 503, and what it had begun is undone when the database goes on.
//!
//! What is slow for another reason (a model that is tried, a file on its way to a bucket) is not cut off.

use std::{
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    task::{Context, Poll},
    time::Duration,
};

use app::web::Problem;
use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use domain::Db;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use tokio::{
    sync::Mutex,
    time::{Instant, sleep},
};

use crate::api;

/// How long an answer may take before the database is asked whether it is there. With [`PROBE`] it makes ten seconds: about
/// what people wait before they reload, and more than the five that a request waits for a connection.
pub const PATIENCE: Duration = Duration::from_secs(7);

/// The same for what stands around a page, so that the page itself, which still has what was typed, answers first.
pub const OUTER_PATIENCE: Duration = Duration::from_secs(15);

/// How long the database may take to say anything at all to a connection of its own.
const PROBE: Duration = Duration::from_secs(3);

/// For how long it is believed that it spoke.
const FRESH: Duration = Duration::from_secs(1);

/// How long it is left alone when it did.
const AGAIN: Duration = Duration::from_secs(4);

/// Knows whether the database speaks. Cheap to clone; one for a node, so that however many wait, one asks.
#[derive(Clone)]
pub struct Stall(Arc<StallState>);

struct StallState {
    db: Db,
    silent: AtomicBool,
    last: Mutex<Option<(Instant, bool)>>,
}

impl Stall {
    /// Of this database, which speaks for all that is known.
    pub fn new(db: Db) -> Self {
        Self(Arc::new(StallState { db, silent: AtomicBool::new(false), last: Mutex::default() }))
    }

    /// What the work comes to; none where the database never answers, and then it is dropped.
    pub async fn unless_silent<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        unless(work, self.silence(PATIENCE)).await
    }

    /// Ends when the database says nothing, at the earliest after so long; at once asked where that is known already.
    async fn silence(&self, patience: Duration) {
        if !self.0.silent.load(Relaxed) {
            sleep(patience).await;
        }
        while self.speaks().await {
            sleep(AGAIN).await;
        }
    }

    async fn speaks(&self) -> bool {
        let mut last = self.0.last.lock().await;
        if let Some((at, spoke)) = *last
            && at.elapsed() < FRESH
        {
            return spoke;
        }
        let speaks = self.0.db.speaks_within(PROBE).await;
        *last = Some((Instant::now(), speaks));
        match (self.0.silent.swap(!speaks, Relaxed), speaks) {
            (false, false) => {
                tracing::warn!("the database does not answer; requests that wait for it get a 503")
            }
            (true, true) => tracing::info!("the database answers again"),
            _ => {}
        }
        speaks
    }
}

/// What the work comes to, unless the silence ends first.
async fn unless<T>(work: impl Future<Output = T>, silence: impl Future<Output = ()>) -> Option<T> {
    let (work, silence) = (pin!(work), pin!(silence));
    tokio::select! {
        biased;
        done = work => Some(done),
        () = silence => None,
    }
}

/// Within what time some routes answer, and how they say that they cannot.
#[derive(Clone)]
pub struct TimeLimit {
    pub stall: Stall,
    pub patience: Duration,
    pub words: fn(&Method, &HeaderMap) -> Response,
}

/// The middleware. While a part of the body is on its way nobody is told off, nor where the answer has begun.
pub async fn bound(State(bound): State<TimeLimit>, request: Request, next: Next) -> Response {
    let (method, headers) = (request.method().clone(), request.headers().clone());
    let (request, arriving) = arrival(request);
    let TimeLimit { stall, patience, words } = bound;
    let silence = async {
        stall.silence(patience).await;
        // Whoever is still sending has time to; what they send is then told off by the next look.
        while arriving.load(Relaxed) {
            sleep(AGAIN).await;
            stall.silence(Duration::ZERO).await;
        }
    };
    match unless(next.run(request), silence).await {
        Some(response) => response,
        None => words(&method, &headers),
    }
}

/// As people read it.
pub fn page(method: &Method, headers: &HeaderMap) -> Response {
    Problem::stalled(!method.is_safe()).for_reader(headers)
}

/// As programs with a token read it.
pub fn problem(_: &Method, _: &HeaderMap) -> Response {
    api::Problem::away().into_response()
}

/// As those who follow a stream read it.
pub fn plain(_: &Method, _: &HeaderMap) -> Response {
    let words = "The database does not answer. Try again in a moment.";
    (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "5")], words).into_response()
}

/// The request, and whether its handler waits for a part of its body. One that has not begun to read waits for something else.
fn arrival(request: Request) -> (Request, Arc<AtomicBool>) {
    let waits = Arc::new(AtomicBool::new(false));
    let request = request.map(|body| match body.is_end_stream() {
        true => body,
        false => Body::new(ArrivingBody { body, waits: Arc::clone(&waits) }),
    });
    (request, waits)
}

struct ArrivingBody {
    body: Body,
    waits: Arc<AtomicBool>,
}

impl Drop for ArrivingBody {
    fn drop(&mut self) {
        self.waits.store(false, Relaxed);
    }
}

impl HttpBody for ArrivingBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(cx);
        self.waits.store(polled.is_pending(), Relaxed);
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
