//! One of two nodes whose clock is an hour ahead: set on while it runs, and from its start.

use std::{fs, path::PathBuf};

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::StatusCode;
use serde_json::{Value, json};
use sqlx::PgPool;

use super::{
    folder,
    office::{Office, ending, text},
    until,
};
use crate::fleet::{self, Node, Process};

/// Shows programs another time (Debian's faketime, `scripts/setup.sh faketime`).
fn library() -> Option<PathBuf> {
    let folders = fs::read_dir("/usr/lib").ok()?.flatten().map(|entry| entry.path());
    folders.map(|folder| folder.join("faketime/libfaketimeMT.so.1")).find(|library| library.exists())
}

/// How far a node's own clock is ahead of the test's, as the date of its answers shows.
async fn ahead(node: &Process) -> TimeDelta {
    let client = fleet::client().build().unwrap();
    let answer = client.get(format!("http://{}/healthz", node.address)).send().await.unwrap();
    let date = answer.headers()["date"].to_str().unwrap();
    let date = DateTime::parse_from_rfc2822(date).unwrap();
    date.with_timezone(&Utc) - domain::Clock::system().now()
}

#[sqlx::test(migrations = "../migrations")]
async fn a_node_whose_clock_is_an_hour_ahead_takes_nothing_from_the_others(pool: PgPool) {
    let Some(library) = library() else {
        println!("passed over: there is no libfaketime here, so no node's clock is set");
        return;
    };
    let folder = folder();
    let set = folder.path().join("clock");
    fs::write(&set, "+0").unwrap();
    let data = folder.path().join("node");
    let right = Node::portal(&pool.connect_options(), &data).set("THROUGHLINE_LLM_URL", "off");
    let wrong = right
        .clone()
        .set("LD_PRELOAD", library.display())
        .set("FAKETIME_TIMESTAMP_FILE", set.display())
        .set("FAKETIME_CACHE_DURATION", 1)
        .set("FAKETIME_DONT_FAKE_MONOTONIC", 1);
    let there = right.start().await.unwrap();
    let here = wrong.start().await.unwrap();
    let office = Office::open(&pool).await;
    let asked = office.ask("Follow up").await;
    let run = office.claim(there.address, 60).await;
    let dead = office.ask("Left behind").await;
    office.claim(there.address, 60).await;
    office.insist(there.address, &format!("{run}/events"), &text(0, "one")).await;

    fs::write(&set, "+1h").unwrap();
    until("the clock is ahead", async || ahead(&here).await > TimeDelta::minutes(59)).await;
    // From here on nobody else looks for leases that ran out. One has.
    there.kill().await;
    sqlx::query("UPDATE run SET lease_until = clock_timestamp() - interval '1 second' WHERE request_id = $1")
        .bind(dead.id)
        .execute(&pool)
        .await
        .unwrap();
    until("the lost run is taken back", async || office.run(&dead).await.0 == "queued").await;
    assert_eq!(office.run(&asked).await, ("working".to_owned(), 1));

    // What it writes is in the time of all.
    let at = here.address;
    office.insist(at, &format!("{run}/events"), &text(1, "two")).await;
    office.insist(at, &format!("{run}/heartbeat"), &json!({ "attempt": 1 })).await;
    let question = json!({ "attempt": 1, "question": "Well?", "options": [{ "key": "y", "label": "Yes" }], "open_for": 600 });
    office.insist(at, &format!("{run}/questions"), &question).await;
    let written = office.post_request(at, "Asked by the wrong clock", None).await;
    assert_eq!(written.status, StatusCode::SEE_OTHER, "{}", written.text);
    let off = "SELECT count(*) FROM (SELECT created_at AS at FROM approval UNION ALL SELECT stream_event.at FROM stream_event
                   UNION ALL SELECT created_at FROM request) x WHERE at > clock_timestamp() + interval '5 minutes'";
    assert_eq!(office.number(off).await, 0);
    assert_eq!(office.number("SELECT count(*) FROM approval WHERE state = 'open'").await, 1);

    // The same where it is wrong from the start.
    here.kill().await;
    let (here, there) = (wrong.start().await.unwrap(), right.start().await.unwrap());
    assert!(ahead(&here).await > TimeDelta::minutes(59));
    for node in [&here, &there] {
        let page = office.get(node.address, "/portal").await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    }
    assert_eq!(office.number("SELECT count(*) FROM approval WHERE state = 'open'").await, 1);
    sqlx::query("UPDATE approval SET expires_at = clock_timestamp()").execute(&pool).await.unwrap();
    until("the question is over", async || office.run(&asked).await.0 == "working").await;
    office.insist(here.address, &format!("{run}/events"), &text(2, "three")).await;
    for (rest, body) in ending() {
        office.insist(here.address, &format!("{run}{rest}"), &body).await;
    }
    let mut told = Vec::new();
    for node in [&here, &there] {
        let answer = office.call(node.address, &run).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        told.push(serde_json::from_str::<Value>(&answer.text).unwrap());
    }
    assert_eq!(told[0], told[1]);
    assert_eq!(office.run(&asked).await, ("completed".to_owned(), 1));
    assert_eq!(office.written(&asked).await, ["one", "two", "three"]);
}
