//! Whoever comes late to a long text gets about the bytes of the text: on the page, on the socket, and in the fold.

use std::net::SocketAddr;

use crate::shared::{self, Tab, TestRequest, ask};
use domain::{
    ids::RunId,
    session::{Author, AuthorKind, Body, Conversation, Event, Part, RunState},
    testing::Fixture,
};
use reqwest::Client;
use serde_json::Value;
use server::shutdown::Shutdown;
use sessions::{Append, StreamId};
use sqlx::PgPool;
use uuid::Uuid;

/// Pieces of the text, as a model writes them: some characters each.
const CHUNKS: usize = 4_000;

/// What stands around the text, of which there is a fixed amount: the frames' own words, the last pieces before the end.
const AROUND: usize = 4 * 1024;

struct LatePortal {
    fixture: Fixture,
    address: SocketAddr,
    cookie: String,
    number: u64,
    session: StreamId,
}

impl LatePortal {
    async fn new(pool: &PgPool) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let fixture = Fixture::new(pool).await;
        let client = fixture.client("Harbor & Pine").await;
        let TestRequest { number, session, .. } = ask(&fixture, &client).await;
        let address = shared::serve(&fixture.db, &Shutdown::default()).await;
        let (_, cookie) = shared::sign_in(&fixture.db, &client.owner).await;
        Self { fixture, address, cookie, number, session }
    }

    /// Writes so many pieces of one text, as the agent's appends do; the text.
    async fn write(&self, chunks: std::ops::Range<usize>) -> String {
        let deltas: Vec<String> = chunks.map(|n| format!("word {n} ")).collect();
        for some in deltas.chunks(50) {
            let delta = |delta: &String| event(Part::TextDelta { id: "t".into(), delta: delta.clone() });
            self.append(some.iter().map(delta).collect()).await;
        }
        deltas.concat()
    }

    async fn append(&self, events: Vec<String>) {
        self.fixture.db.engine().append(self.session, Append::new(events)).await.unwrap();
    }

    async fn get(&self, path: &str) -> String {
        let url = format!("http://{}{path}", self.address);
        let response = Client::new().get(url).header("cookie", &self.cookie).send().await.unwrap();
        assert!(response.status().is_success(), "{path}: {}", response.status());
        response.text().await.unwrap()
    }

    async fn page(&self) -> String {
        self.get(&format!("/portal/requests/{}", self.number)).await
    }
}

fn event(part: Part) -> String {
    let author = Author { kind: AuthorKind::Agent, id: Uuid::nil().to_string(), name: "Juno".into() };
    let id = Uuid::now_v7().simple().to_string();
    let event = Event { id, run: None, attempt: None, author, at: 1_795_420_800_000, part };
    event.of_run(RunId(Uuid::nil()), 1).to_json()
}

/// Follows from an offset until `end`: the events, and the bytes of the frames.
async fn follow_until(tab: &mut Tab, session: StreamId, from: u64, end: u64) -> (Vec<Event>, usize, usize) {
    tab.follow(session, from).await;
    let (mut events, mut bytes, mut frames, mut at) = (Vec::new(), 0, 0, from);
    while at < end {
        let frame = tab.next_frame().await;
        let Some(told) = frame.get("events") else { continue };
        let next: u64 = frame["next"].as_str().unwrap().parse().unwrap();
        let told = told.as_array().unwrap();
        let counts: u64 = match frame.get("counts") {
            Some(counts) => counts.as_array().unwrap().iter().map(|count| count.as_u64().unwrap()).sum(),
            None => told.len() as u64,
        };
        assert_eq!(at + counts, next, "every event of the log is accounted for");
        events.extend(told.iter().map(|event| Event::from_json(&event.to_string()).unwrap()));
        (at, bytes, frames) = (next, bytes + frame.to_string().len(), frames + 1);
    }
    (events, bytes, frames)
}

#[sqlx::test(migrations = "../migrations")]
async fn a_long_turn_costs_whoever_is_late_its_text(pool: PgPool) {
    let house = LatePortal::new(&pool).await;
    let empty = house.page().await.len();
    let state = Part::DataRun { state: RunState::Working, failure: None, rehearsal: false };
    house.append(vec![event(state)]).await;
    let text = house.write(0..CHUNKS).await;
    let head = house.fixture.db.engine().head(house.session).await.unwrap();
    let end = head.next.value();

    // The socket, from the beginning: a phone that wakes, a page from yesterday.
    let mut tab = Tab::open(house.address, &house.cookie).await.unwrap();
    let (events, socket, frames) = follow_until(&mut tab, house.session, 0, end).await;
    let read = Conversation::read(&events);
    assert!(matches!(&read.entries.last().unwrap().body, Body::Words { text: of, .. } if *of == text));
    assert!(socket < text.len() + AROUND, "{socket} bytes in {frames} frames for {} of text", text.len());

    // From the middle of the turn.
    let mut late = Tab::open(house.address, &house.cookie).await.unwrap();
    let (events, rest, _) = follow_until(&mut late, house.session, end - 1_500, end).await;
    assert!(rest < 1_500 * text.len() / CHUNKS + AROUND, "{rest}");
    assert!(events.len() <= 4, "{}", events.len());

    // The page, drawn with all of it, and the fold.
    let page = house.page().await.len() - empty;
    assert!(page < text.len() + AROUND, "{page} bytes more for {} of text", text.len());
    let folded = house.get(&format!("/v1/sessions/{}", house.session)).await;
    assert!(folded.len() < text.len() + AROUND, "{}", folded.len());
    let folded: Value = serde_json::from_str(&folded).unwrap();
    assert_eq!(folded["entries"].as_array().unwrap().last().unwrap()["text"], text);

    // As it would be word by word.
    let raw = house.get(&format!("/v1/stream/{}", house.session)).await.len();
    assert!(raw > 10 * text.len());

    // Who is there hears every piece as it comes.
    house.write(CHUNKS..CHUNKS + 1).await;
    let (next, events) = tab.events().await;
    assert_eq!((next, events.len()), (end + 1, 1));
}
