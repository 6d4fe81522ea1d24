//! Postgres stands still, as on a machine that is paused: every connection stays open, and nothing comes over it.

use std::time::Duration;

use futures::future::join_all;
use reqwest::StatusCode;
use serde_json::json;
use server::postgres::Cluster;
use sqlx::PgPool;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::{
    folder,
    office::{Office, OfficeResponse, ending, text},
    until,
};
use crate::fleet::{Frozen, Node};

/// Everything is answered by then: 13 seconds are promised, and the machine may have other things to do.
const IN_TIME: Duration = Duration::from_secs(25);

/// The shortest lease that an agent may ask for.
const LEASE: u32 = 10;

fn held_off(what: &str, answer: &OfficeResponse, words: &str) {
    let OfficeResponse { status, retry_after, text, took } = answer;
    assert_eq!(*status, StatusCode::SERVICE_UNAVAILABLE, "{what}: {text}");
    assert!(*retry_after && text.contains(words), "{what} does not say “{words}”: {text}");
    assert!(*took < IN_TIME, "{what} took {took:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_stands_still_holds_nobody_and_loses_nothing() {
    let folder = folder();
    let cluster_data = folder.path().join("cluster");
    let (cluster, _) = Cluster::keep(&cluster_data, &CancellationToken::new()).await.unwrap();
    let node =
        Node::portal(&cluster.options(), &folder.path().join("node")).set("THROUGHLINE_LLM_URL", "off");
    let process = node.start().await.unwrap();
    let at = process.address;
    let office = Office::open(&PgPool::connect_with(cluster.options()).await.unwrap()).await;
    let asked = office.ask("Follow up").await;
    let run = office.claim(at, LEASE).await;
    let claimed = Instant::now();
    let events = format!("{run}/events");
    assert_eq!(office.send(at, &events, &text(0, "one")).await.status, StatusCode::OK);
    let stream = format!("/v1/stream/{}", asked.session);
    let all = join_all((0..12).map(|_| office.get(at, "/portal"))).await;
    // Their connections have not rested, so that nobody asks whether they are still good.
    assert!(all.iter().all(|answer| answer.status == StatusCode::OK));

    let frozen = Frozen::freeze(&cluster_data);
    let call = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {} });
    let (three, one) = (text(2, "three"), text(1, "two"));
    let (pages, posted, read, said, tools, followed, ready) = tokio::join!(
        join_all((0..12).map(|_| office.get(at, "/portal"))),
        office.post_request(at, "Typed meanwhile", None),
        office.call(at, &run),
        office.send(at, &events, &one),
        office.send(at, "/mcp", &call),
        office.call(at, &stream),
        office.get(at, "/readyz"),
    );
    for page in &pages {
        held_off("a page", page, "We’ll be right back");
    }
    held_off("a form", &posted, "We’ll be right back");
    assert!(
        posted.text.contains("Typed meanwhile") && posted.text.contains("Typed with care."),
        "{}",
        posted.text
    );
    for (what, answer) in [("a call", &read), ("an append", &said), ("a tool", &tools)] {
        held_off(what, answer, "Try again");
    }
    held_off("a follower", &followed, "Try again in a moment");
    assert_eq!(ready.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(ready.text.contains("no answer"), "{}", ready.text);
    assert_eq!(office.get(at, "/healthz").await.status, StatusCode::OK);
    // Known by now, so that nobody waits as long as the first ones did.
    let page = office.get(at, "/portal").await;
    held_off("a page", &page, "We’ll be right back");
    let first = pages.iter().map(|page| page.took).min().unwrap_or_default();
    assert!(page.took < first, "{:?} after {first:?}", page.took);
    // Long enough for the lease to run out.
    sleep_until(claimed + Duration::from_secs(u64::from(LEASE) + 1)).await;
    drop(frozen);

    // The agent goes on as programs do, and is not taken for lost.
    office.insist(at, &events, &one).await;
    office.insist(at, &events, &three).await;
    for (rest, body) in ending() {
        office.insist(at, &format!("{run}{rest}"), &body).await;
    }
    assert_eq!(office.run(&asked).await, ("completed".to_owned(), 1));
    assert_eq!(office.written(&asked).await, ["one", "two", "three"]);
    until("the form is taken", async || {
        office.post_request(at, "Typed meanwhile", None).await.status == StatusCode::SEE_OTHER
    })
    .await;
    let made = "SELECT count(*) FROM request WHERE title = 'Typed meanwhile'";
    assert_eq!(office.number(made).await, 1);
    until("it is ready", async || office.get(at, "/readyz").await.status == StatusCode::OK).await;
    assert_eq!(office.get(at, "/portal").await.status, StatusCode::OK);
    process.kill().await;
    cluster.stop().await;
}
