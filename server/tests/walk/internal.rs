//! What is internal is in no byte that a client is sent: not in a page, a part of one, a file, a header or a frame.

use std::collections::BTreeMap;

use domain::requests::commands;
use server::{router, shutdown::Shutdown};
use sessions::StreamId;
use sqlx::PgPool;

use super::{
    browser::Browser,
    examples::{is_public, path, path_with},
    shared::{FORM_KEY, Tab, serve, sign_in},
    town::{OURS, Town},
    work::{Asked, Work},
};

/// What every member of the client could read of others, were it to leak: other clients and workspaces; raw tool calls,
/// remarks, questions to operators, notes, personas, holders of leases, drafts and offers that are not sold (all with
/// `-backstage` in them); hashes of passwords and keys.
const INSIDE: [&str; 6] = ["-backstage", "brackenmoor", "marshwater", "saltmarsh", "$argon2", FORM_KEY];

fn leaks(bytes: &str) -> Vec<&'static str> {
    INSIDE.into_iter().filter(|inside| bytes.contains(inside)).collect()
}

/// What a page may be asked for besides.
const QUERIES: [&str; 4] =
    ["", "?since=0&pieces=yes", "?version=1&page=1&state=draft", "?q=quillhaven&client=all"];

#[sqlx::test(migrations = "../migrations")]
async fn no_page_of_a_client_tells_what_is_internal(pool: PgPool) {
    let town = Town::new(&pool).await;
    let people = [&town.quill.client.owner, &town.quill.client.member, &town.quill.client.billing];
    let mut read = BTreeMap::new();
    for who in people {
        let browser = Browser::of(&town, OURS, who).await;
        for address in addresses(&town) {
            let answer = browser.get(&address).await;
            let found = leaks(&answer.bytes());
            assert!(found.is_empty(), "{:?} reads {found:?} at {address}", who.role());
            if answer.status.is_success() {
                read.insert(address, answer.bytes());
            }
        }
    }
    // So that it can fail: they read everything that is theirs.
    for theirs in ["title, at work", "words of", "question?", "comment", "deliverable", "plan", "step"] {
        assert!(read.values().any(|page| page.contains(theirs)), "nobody reads “{theirs}”");
    }
    assert!(read.len() > 60, "{} pages are too few", read.len());
}

/// Every address of the portal, of every request and deliverable of the client.
fn addresses(town: &Town) -> Vec<String> {
    let numbers: Vec<u64> = [&town.quill.portal, &town.quill.desk]
        .into_iter()
        .flat_map(|work| work.all())
        .map(|a| a.number)
        .collect();
    let mut addresses = Vec::new();
    for pattern in router::patterns() {
        let mut paths = vec![path(town, &pattern)];
        if pattern.contains("/requests/{number}") && !pattern.starts_with("/desk") {
            let of = |number: &u64| {
                path_with(town, &pattern, |name| (name == "number").then(|| number.to_string()))
            };
            paths.extend(numbers.iter().map(of));
        }
        if pattern.contains("{session}") {
            let of = |asked: Asked| {
                path_with(town, &pattern, |name| (name == "session").then(|| asked.session.to_string()))
            };
            paths.extend([&town.quill.portal, &town.quill.desk].into_iter().flat_map(Work::all).map(of));
        }
        for path in paths {
            addresses.extend(QUERIES.iter().map(|query| format!("{path}{query}")));
        }
    }
    addresses
}

/// The markers are there to be found: the operator reads them on the desk.
#[sqlx::test(migrations = "../migrations")]
async fn operators_read_what_is_internal(pool: PgPool) {
    let town = Town::new(&pool).await;
    let browser = Browser::of(&town, OURS, &town.ours.operator).await;
    let mut desk = String::new();
    for pattern in router::patterns().iter().filter(|pattern| !is_public(pattern)) {
        desk.push_str(&browser.get(&path(&town, pattern)).await.bytes());
    }
    for work in [&town.quill.portal, &town.quill.desk] {
        for asked in work.all() {
            let address = format!("/desk/clients/{}/requests/{}", town.quill.client.id, asked.number);
            desk.push_str(&browser.get(&address).await.bytes());
        }
    }
    for inside in [
        "quillhaven-backstage-note",
        "quillhaven-backstage-remark",
        "quillhaven-backstage question?",
        "quillhaven-backstage-persona",
        "quillhaven-backstage draft note",
        "fernworth-backstage offer",
        "brackenmoor",
    ] {
        assert!(desk.contains(inside), "no operator reads “{inside}”");
    }
    for elsewhere in ["marshwater", "saltmarsh", "$argon2", FORM_KEY] {
        assert!(!desk.contains(elsewhere), "an operator reads “{elsewhere}”");
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn no_frame_to_a_client_tells_what_is_internal(pool: PgPool) {
    let town = Town::new(&pool).await;
    let shutdown = Shutdown::default();
    let address = serve(&town.ours.db, &shutdown).await;
    let (_, cookie) = sign_in(&town.ours.db, &town.quill.client.owner).await;
    let mut heard = String::new();
    for work in [&town.quill.portal, &town.quill.desk] {
        let mut tab = Tab::open(address, &cookie).await.unwrap();
        for asked in work.all() {
            tab.follow(StreamId(asked.session), 0).await;
            heard.push_str(&until_the_end_of(&town, &mut tab, asked.session).await);
        }
    }
    // While the owner looks on, operators speak among themselves before somebody speaks to everyone.
    let asked = town.quill.portal.review.0;
    let mut tab = Tab::open(address, &cookie).await.unwrap();
    for stream in [asked.backstage, asked.session] {
        tab.follow(StreamId(stream), 0).await;
    }
    heard.push_str(&until_the_end_of(&town, &mut tab, asked.session).await);
    let (db, operator) = (&town.ours.db, &town.ours.operator);
    commands::note(db, operator, asked.id, "quillhaven-backstage-later").await.unwrap();
    commands::comment(db, &town.quill.client.member, asked.id, "quillhaven now", &[]).await.unwrap();
    loop {
        let frame = tab.next_frame().await.to_string();
        heard.push_str(&frame);
        if frame.contains("quillhaven now") {
            break;
        }
    }
    assert!(heard.contains("The words of *quillhaven*"), "the conversation is heard");
    assert!(leaks(&heard).is_empty(), "{:?} in {heard}", leaks(&heard));

    // So that it can fail: an operator's tab hears the note.
    let (_, cookie) = sign_in(&town.ours.db, operator).await;
    let mut tab = Tab::open(address, &cookie).await.unwrap();
    tab.follow(StreamId(asked.backstage), 0).await;
    let heard = until_the_end_of(&town, &mut tab, asked.backstage).await;
    assert!(heard.contains("quillhaven-backstage-later") && heard.contains("quillhaven-backstage-output"));
}

/// Every frame until a stream has been told whole.
async fn until_the_end_of(town: &Town, tab: &mut Tab, stream: uuid::Uuid) -> String {
    let end: i64 = sqlx::query_scalar("SELECT next_offset FROM stream WHERE id = $1")
        .bind(stream)
        .fetch_one(&town.ours.pool)
        .await
        .unwrap();
    let end = format!("{end:020}");
    let mut heard = String::new();
    loop {
        let frame = tab.next_frame().await;
        heard.push_str(&frame.to_string());
        if frame["stream"] == stream.to_string() && frame["next"].as_str() >= Some(end.as_str()) {
            return heard;
        }
    }
}
