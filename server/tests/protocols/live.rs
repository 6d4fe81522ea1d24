//! The portal's socket, through the real router: who is told what, and when it ends.

use std::{net::SocketAddr, time::Duration};

use crate::shared::{self, Tab, TestRequest, ask};
use domain::{
    Actor, Scope,
    requests::{commands, queries},
    testing::{Fixture, TestClient},
};
use futures::SinkExt;
use serde_json::{Value, json};
use server::{shutdown::Shutdown, sign_in_store::SignInStore};
use sessions::{Append, StreamId};
use sqlx::PgPool;
use tokio_tungstenite::tungstenite::{Error, Message, protocol::frame::coding::CloseCode};
use tower_sessions::{SessionStore, session::Id};
use uuid::Uuid;

/// What no wait in here comes near.
const FOREVER: Duration = Duration::from_secs(20);

/// A server with a client that has one request.
struct LivePortal {
    fixture: Fixture,
    client: TestClient,
    address: SocketAddr,
    shutdown: Shutdown,
    session: StreamId,
    backstage: StreamId,
}

impl LivePortal {
    async fn new(pool: &PgPool) -> Self {
        let fixture = Fixture::new(pool).await;
        let client = fixture.client("Harbor & Pine").await;
        let TestRequest { session, backstage, .. } = ask(&fixture, &client).await;
        let shutdown = Shutdown::default();
        let address = shared::serve(&fixture.db, &shutdown).await;
        Self { fixture, client, address, shutdown, session, backstage }
    }

    async fn sign_in(&self, scope: &Scope) -> (Id, String) {
        shared::sign_in(&self.fixture.db, scope).await
    }

    async fn open(&self, cookie: &str) -> Result<Tab, Error> {
        Tab::open(self.address, cookie).await
    }

    /// A tab of one of the client's members.
    async fn tab(&self) -> Tab {
        let (_, cookie) = self.sign_in(&self.client.member).await;
        self.open(&cookie).await.unwrap()
    }

    async fn append(&self, stream: StreamId, events: Vec<String>) {
        self.fixture.db.engine().append(stream, Append::new(events)).await.unwrap();
    }
}

impl Tab {
    /// Who the next frame about people names.
    async fn people(&mut self) -> Vec<String> {
        loop {
            let frame = self.next_frame().await;
            if let Some(presence) = frame.get("presence") {
                let people = presence["people"].as_array().unwrap();
                return people.iter().map(|person| person["name"].as_str().unwrap().to_owned()).collect();
            }
        }
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn tells_what_is_behind_the_offset_and_then_what_comes(pool: PgPool) {
    let house = LivePortal::new(&pool).await;
    let mut tab = house.tab().await;
    tab.follow(house.session, 0).await;
    let (next, events) = tab.events().await;
    assert_eq!(events[0]["type"], "data-asked");
    assert_eq!(next, events.len() as u64);
    house.append(house.session, vec![r#"{"b":1,"a":2}"#.into(), r#""two""#.into()]).await;
    assert_eq!(tab.events().await, (next + 2, vec![json!({ "b": 1, "a": 2 }), json!("two")]));
    let mut late = house.tab().await;
    late.follow(house.session, next + 1).await;
    assert_eq!(late.events().await, (next + 2, vec![json!("two")]));
}

/// A page that was open hears of it, one that comes back to before it gets the mark in its place.
#[sqlx::test(migrations = "../migrations")]
async fn what_was_deleted_is_heard_of_and_told_no_more(pool: PgPool) {
    let house = LivePortal::new(&pool).await;
    let (db, owner) = (&house.fixture.db, &house.client.owner);
    let files = tempfile::tempdir().unwrap();
    let store = domain::files::Store::folder(files.path()).unwrap();
    let mut tab = house.tab().await;
    tab.follow(house.session, 0).await;
    let (asked, _) = tab.events().await;
    let request = queries::find(db, owner, house.client.id, 1).await.unwrap();
    commands::comment(db, owner, request, "a word too much", &[]).await.unwrap();
    let (end, said) = tab.events().await;
    assert_eq!(said[0]["text"], "a word too much");
    let key = said[0]["event"].as_str().unwrap();
    commands::delete(db, &store, owner, request, key).await.unwrap();
    let (next, heard) = tab.events().await;
    assert_eq!((next, &heard[0]["type"], &heard[0]["of"]), (end + 1, &json!("data-deletion"), &json!(key)));
    let mut late = house.tab().await;
    late.follow(house.session, asked).await;
    let (next, told) = late.events().await;
    assert_eq!((next, told.len()), (end + 1, 2));
    assert_eq!((&told[0]["type"], &told[0]["event"]), (&json!("data-tombstone"), &json!(key)));
    assert!(!json!(told).to_string().contains("a word too much"), "{told:?}");
}

#[sqlx::test(migrations = "../migrations")]
async fn what_is_not_theirs_is_gone_without_a_word_of_it(pool: PgPool) {
    let house = LivePortal::new(&pool).await;
    let other = house.fixture.client("Cedar").await;
    let foreign = ask(&house.fixture, &other).await.session;
    let mut tab = house.tab().await;
    for stream in [foreign, house.backstage, StreamId(Uuid::from_u128(1))] {
        tab.follow(stream, 0).await;
        assert_eq!(tab.next_frame().await, json!({ "gone": stream }));
    }
    let (_, cookie) = house.sign_in(&house.fixture.operator).await;
    let mut desk = house.open(&cookie).await.unwrap();
    desk.follow(foreign, 0).await;
    assert_eq!(desk.events().await.1[0]["type"], "data-asked");
}

#[sqlx::test(migrations = "../migrations")]
async fn an_offset_past_the_end_asks_for_the_page_anew(pool: PgPool) {
    let house = LivePortal::new(&pool).await;
    let mut tab = house.tab().await;
    tab.follow(house.session, 1_000).await;
    loop {
        let frame = tab.next_frame().await;
        if frame.get("presence").is_none() {
            assert_eq!(frame, json!({ "stale": house.session }));
            break;
        }
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn only_who_is_signed_in_and_only_from_our_own_pages(pool: PgPool) {
    let house = LivePortal::new(&pool).await;
    let mut nobody = house.open("sign_in=AAAAAAAAAAAAAAAAAAAAAA").await.unwrap();
    assert_eq!(nobody.ends().await, CloseCode::from(4401));
    let (_, cookie) = house.sign_in(&house.client.member).await;
    let Err(Error::Http(refused)) =
        Tab::open_at(house.address, &house.address.to_string(), "https://elsewhere.test", &cookie).await
    else {
        panic!("another site got in");
    };
    assert_eq!(refused.status(), 403);
}

#[sqlx::test(migrations = "../migrations")]
async fn access_taken_away_ends_the_lines_of_whoever_had_it(pool: PgPool) {
    let house = LivePortal::new(&pool).await;
    let mut removed = house.tab().await;
    let (id, cookie) = house.sign_in(&house.client.owner).await;
    let mut signed_out = house.open(&cookie).await.unwrap();
    for tab in [&mut removed, &mut signed_out] {
        tab.follow(house.session, 0).await;
        tab.events().await;
    }
    let Actor::Person { membership, .. } = &house.client.member.actor else { panic!("a person") };
    sqlx::query("UPDATE membership SET removed_at = now() WHERE id = $1")
        .bind(membership.0)
        .execute(&pool)
        .await
        .unwrap();
    SignInStore(house.fixture.db.clone()).delete(&id).await.unwrap();
    assert_eq!(removed.ends().await, CloseCode::from(4401));
    assert_eq!(signed_out.ends().await, CloseCode::from(4401));
}

/// A browser's first visit tells the person's zone while its page is open already.
#[sqlx::test(migrations = "../migrations")]
async fn another_zone_or_name_ends_no_line(pool: PgPool) {
    let house = LivePortal::new(&pool).await;
    let mut tab = house.tab().await;
    tab.follow(house.session, 0).await;
    let (next, _) = tab.events().await;
    let Actor::Person { id, .. } = &house.client.member.actor else { panic!("a person") };
    sqlx::query("UPDATE person SET zone = 'Asia/Tokyo', name = 'Another Name' WHERE id = $1")
        .bind(id.0)
        .execute(&pool)
        .await
        .unwrap();
    // Lines that are taken away, one after another, end by the same looks: when the second has ended, this one was looked at.
    for scope in [&house.client.owner, &house.client.billing] {
        let (id, cookie) = house.sign_in(scope).await;
        let mut ends = house.open(&cookie).await.unwrap();
        ends.follow(house.session, next).await;
        SignInStore(house.fixture.db.clone()).delete(&id).await.unwrap();
        assert_eq!(ends.ends().await, CloseCode::from(4401));
    }
    house.append(house.session, vec![json!({ "type": "data-changed" }).to_string()]).await;
    assert_eq!(tab.events().await.1.len(), 1);
}

#[sqlx::test(migrations = "../migrations")]
async fn whatever_is_sent_is_answered_with_a_code(pool: PgPool) {
    let house = LivePortal::new(&pool).await;
    let stream = house.session;
    let offset = |from: &str| json!({ "follow": { "stream": stream, "from": from } }).to_string();
    let cases = [
        (Message::text("{"), CloseCode::Policy),
        (Message::text(""), CloseCode::Policy),
        (Message::text("null"), CloseCode::Policy),
        (Message::text(r#"{"follow":{"stream":"'; DROP TABLE stream","from":"0"}}"#), CloseCode::Policy),
        (Message::text(offset("-1")), CloseCode::Policy),
        (Message::text(offset("99999999999999999999")), CloseCode::Policy),
        (Message::binary(vec![0, 159, 146, 150]), CloseCode::Unsupported),
        (Message::text("x".repeat(17 * 1024)), CloseCode::Size),
        (Message::text("[".repeat(16 * 1024)), CloseCode::Policy),
    ];
    for (message, code) in cases {
        let mut tab = house.tab().await;
        tab.socket.send(message.clone()).await.unwrap();
        assert_eq!(tab.ends().await, code, "{:.40?}", message);
    }
    let mut tab = house.tab().await;
    tab.follow(house.session, 0).await;
    assert!(!tab.events().await.1.is_empty());
}

#[sqlx::test(migrations = "../migrations")]
async fn a_page_follows_a_page_worth_of_streams(pool: PgPool) {
    let house = LivePortal::new(&pool).await;
    let mut tab = house.tab().await;
    for number in 0..33 {
        tab.follow(StreamId(Uuid::from_u128(number)), 0).await;
    }
    assert_eq!(tab.ends().await, CloseCode::Policy);
    let mut busy = house.tab().await;
    // It may hang up before all is said.
    for _ in 0..300 {
        let said = Message::text(json!({ "unfollow": house.session }).to_string());
        if busy.socket.send(said).await.is_err() {
            break;
        }
    }
    assert_eq!(busy.ends().await, CloseCode::Policy);
}

#[sqlx::test(migrations = "../migrations")]
async fn who_reads_slowly_misses_nothing(pool: PgPool) {
    const APPENDS: usize = 30;
    const EACH: usize = 500;
    let house = LivePortal::new(&pool).await;
    let mut tab = house.tab().await;
    tab.follow(house.session, 0).await;
    let (from, _) = tab.events().await;
    // Fifteen megabytes, more than the network and the ring hold for one who does not read.
    let filling = "x".repeat(1_000);
    for append in 0..APPENDS {
        let events =
            (0..EACH).map(|place| json!({ "n": append * EACH + place, "filling": filling }).to_string());
        house.append(house.session, events.collect()).await;
    }
    let mut heard = 0;
    while heard < APPENDS * EACH {
        let (next, events) = tab.events().await;
        for event in &events {
            assert_eq!(event["n"], heard);
            heard += 1;
        }
        assert_eq!(next, from + heard as u64);
    }
}

/// The frames of an answer of events, as they come.
struct Events {
    response: reqwest::Response,
    text: String,
}

impl Events {
    async fn open(house: &LivePortal, query: &str, cookie: &str) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let url = format!("http://{}/live/events?{query}", house.address);
        let response = reqwest::Client::new().get(url).header("cookie", cookie).send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { response, text: String::new() }
    }

    /// The next frame that is none of a beat or of people; none at the end.
    async fn next_frame(&mut self) -> Option<Value> {
        loop {
            while let Some((event, rest)) = self.text.split_once("\n\n") {
                let frame: Value = serde_json::from_str(event.strip_prefix("data: ").unwrap()).unwrap();
                self.text = rest.to_owned();
                if frame.get("beat").is_none() && frame.get("presence").is_none() {
                    return Some(frame);
                }
            }
            let chunk = tokio::time::timeout(FOREVER, self.response.chunk()).await.unwrap().unwrap()?;
            self.text.push_str(str::from_utf8(&chunk).unwrap());
        }
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn where_no_socket_gets_through_the_same_frames_come_as_events(pool: PgPool) {
    let house = LivePortal::new(&pool).await;
    let other = house.fixture.client("Cedar").await;
    let foreign = ask(&house.fixture, &other).await.session;
    let (id, cookie) = house.sign_in(&house.client.member).await;
    let follow = |stream: StreamId, from: u64| format!("follow={stream}:{from:020}");
    let both = format!("{}&{}", follow(house.session, 0), follow(foreign, 0));
    let mut events = Events::open(&house, &both, &cookie).await;
    let (mut log, mut gone) = (None, None);
    while log.is_none() || gone.is_none() {
        let frame = events.next_frame().await.unwrap();
        if frame.get("events").is_some() { log = Some(frame) } else { gone = Some(frame) }
    }
    assert_eq!(gone, Some(json!({ "gone": foreign })));
    let next: u64 = log.unwrap()["next"].as_str().unwrap().parse().unwrap();
    house.append(house.session, vec!["{\"b\":\n1}".into()]).await;
    let frame = events.next_frame().await.unwrap();
    assert_eq!(frame["events"], json!([{ "b": 1 }]));
    // Whoever comes again hears what is behind their offset.
    let mut again = Events::open(&house, &follow(house.session, next), &cookie).await;
    assert_eq!(again.next_frame().await.unwrap(), frame);

    SignInStore(house.fixture.db.clone()).delete(&id).await.unwrap();
    for events in [&mut events, &mut again] {
        assert_eq!(events.next_frame().await, Some(json!({ "closed": 4401 })));
        assert_eq!(events.next_frame().await, None);
    }
    let mut nobody = Events::open(&house, &follow(house.session, 0), &cookie).await;
    assert_eq!(nobody.next_frame().await, Some(json!({ "closed": 4401 })));
    let (_, cookie) = house.sign_in(&house.client.member).await;
    let mut staying = Events::open(&house, &follow(house.session, next), &cookie).await;
    staying.next_frame().await;
    let client = reqwest::Client::new();
    let url = format!("http://{}/live/events", house.address);
    for (query, origin, status) in
        [("follow=x", None, 400), ("", Some("http://elsewhere.test"), 403), ("", None, 200)]
    {
        let request = client.get(format!("{url}?{query}")).header("cookie", &cookie);
        let request = origin.into_iter().fold(request, |request, origin| request.header("origin", origin));
        assert_eq!(request.send().await.unwrap().status(), status, "{query} {origin:?}");
    }
    house.shutdown.begin();
    assert_eq!(staying.next_frame().await, Some(json!({ "closed": 1012 })));
    assert_eq!(staying.next_frame().await, None);
    tokio::time::timeout(FOREVER, house.shutdown.drained()).await.unwrap();
}

#[sqlx::test(migrations = "../migrations")]
async fn a_server_that_stops_sends_its_pages_to_another(pool: PgPool) {
    let house = LivePortal::new(&pool).await;
    let mut tab = house.tab().await;
    tab.follow(house.session, 0).await;
    tab.events().await;
    house.shutdown.begin();
    assert_eq!(tab.ends().await, CloseCode::Restart);
    tokio::time::timeout(FOREVER, house.shutdown.drained()).await.unwrap();
}

#[sqlx::test(migrations = "../migrations")]
async fn everyone_who_looks_is_named_once(pool: PgPool) {
    let house = LivePortal::new(&pool).await;
    let mut first = house.tab().await;
    first.follow(house.session, 0).await;
    assert_eq!(first.people().await, ["Member"]);
    let mut second = house.tab().await;
    second.follow(house.session, 0).await;
    assert_eq!(second.people().await, ["Member"]);
    let (_, cookie) = house.sign_in(&house.fixture.operator).await;
    let mut desk = house.open(&cookie).await.unwrap();
    desk.follow(house.session, 0).await;
    assert_eq!(desk.people().await, ["Member", "Operator"]);
    assert_eq!(first.people().await, ["Member", "Operator"]);
}

#[sqlx::test(migrations = "../migrations")]
async fn people_on_other_nodes_are_seen(pool: PgPool) {
    let house = LivePortal::new(&pool).await;
    let (other, shutdown) = (domain::testing::bare(&pool).await, Shutdown::default());
    let elsewhere = shared::serve(&other, &shutdown).await;
    let mut here = house.tab().await;
    here.follow(house.session, 0).await;
    assert_eq!(here.people().await, ["Member"]);
    let (_, cookie) = house.sign_in(&house.fixture.operator).await;
    let mut there = Tab::open(elsewhere, &cookie).await.unwrap();
    there.follow(house.session, 0).await;
    assert_eq!(here.people().await, ["Member", "Operator"]);
    while there.people().await != ["Member", "Operator"] {}
    // Whoever is at both counts once.
    let (_, cookie) = house.sign_in(&house.client.member).await;
    let mut both = Tab::open(elsewhere, &cookie).await.unwrap();
    both.follow(house.session, 0).await;
    assert_eq!(both.people().await, ["Member", "Operator"]);
    // A node that stops takes its people along.
    shutdown.begin();
    assert_eq!(there.ends().await, CloseCode::Restart);
    other.engine().shutdown().await;
    while here.people().await != ["Member"] {}
}

/// A page that was open since before the events went: it is told to be drawn anew, and is then what a fresh one is.
#[sqlx::test(migrations = "../migrations")]
async fn an_offset_before_what_is_kept_asks_for_the_page_anew(pool: PgPool) {
    let house = LivePortal::new(&pool).await;
    let mut tab = house.tab().await;
    tab.follow(house.session, 0).await;
    let (next, _) = tab.events().await;
    house.fixture.wait(chrono::TimeDelta::days(31));
    let keep = chrono::TimeDelta::days(30);
    assert_eq!(domain::session::commands::retain(&house.fixture.db, keep).await.unwrap(), 1);
    // Who has heard it all notices nothing.
    house.append(house.session, vec![r#""on""#.into()]).await;
    assert_eq!(tab.events().await, (next + 1, vec![json!("on")]));
    let mut late = house.tab().await;
    late.follow(house.session, 0).await;
    let mut heard = late.next_frame().await;
    while heard.get("presence").is_some() {
        heard = late.next_frame().await;
    }
    assert_eq!(heard, json!({ "stale": house.session }));
    late.follow(house.session, next).await;
    assert_eq!(late.events().await, (next + 1, vec![json!("on")]));
}
