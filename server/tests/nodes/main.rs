//! Two real servers on one database, behind a plain round-robin. No poll helps: it is an hour away.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[allow(dead_code, unused_imports, reason = "the fault run uses the rest")]
#[path = "../fleet/mod.rs"]
mod fleet;
mod outage;
#[allow(dead_code, unused_imports, reason = "a part of it is used here")]
#[path = "../shared/mod.rs"]
mod shared;
mod traces;
mod upgrade;

use std::time::Duration;

use fleet::{Link, LinkAddress, NatsServer, Node, Process, Reader, ReceivedEvents, Way};
use futures::future::join_all;
use reqwest::{Client, StatusCode};
use sqlx::PgPool;
use tokio::sync::watch;

/// What no wait in here comes near, and far below the poll's hour.
const FOREVER: Duration = Duration::from_secs(20);
const AN_HOUR: u64 = 3_600_000;

/// Two nodes and what stands before them.
struct TwoPortals {
    nodes: Vec<Process>,
    front: Link,
    client: Client,
    said: usize,
}

impl TwoPortals {
    async fn new(node: &Node) -> Self {
        let nodes = vec![node.start().await.unwrap(), node.start().await.unwrap()];
        let front = Link::tcp(nodes.iter().map(|node| LinkAddress::Tcp(node.address)).collect()).await;
        // Each request takes the next node's turn.
        let client = fleet::client().pool_max_idle_per_host(0).build().unwrap();
        let house = Self { nodes, front, client, said: 0 };
        let made = house
            .client
            .put(house.url())
            .header("content-type", "application/json")
            .send()
            .await
            .unwrap()
            .status();
        assert_eq!(made, StatusCode::CREATED);
        house
    }

    fn url(&self) -> String {
        format!("{}/v1/stream/notes", self.front.url())
    }

    /// The stream at one node, without the round-robin.
    fn url_at(&self, node: usize) -> String {
        format!("http://{}/v1/stream/notes", self.nodes[node].address)
    }

    fn follow_at(&self, node: usize, way: Way) -> watch::Receiver<ReceivedEvents> {
        Reader::start(self.url_at(node), way)
    }

    /// Appends at whichever node's turn it is.
    async fn append_number(&mut self) {
        let url = self.url();
        self.append_number_at(&url).await;
    }

    async fn append_number_at(&mut self, url: &str) {
        let request = self.client.post(url).header("content-type", "application/json");
        let answer = tokio::time::timeout(FOREVER, request.body(self.said.to_string()).send()).await;
        assert_eq!(answer.unwrap().unwrap().status(), StatusCode::NO_CONTENT);
        self.said += 1;
    }

    /// Speaks at each node until whoever follows at the other hears of it: the followers take turns at the nodes.
    async fn meet(&mut self, followers: &mut [watch::Receiver<ReceivedEvents>]) {
        let met = tokio::time::Instant::now();
        for (speaker, hearer) in [(0, 1), (1, 0)] {
            // Whoever begins to follow finds what is there; from then on it has to be told.
            let mut heard = 0;
            while heard < 2 {
                assert!(met.elapsed() < FOREVER, "the nodes do not hear each other");
                let url = self.url_at(speaker);
                self.append_number_at(&url).await;
                let said = self.said;
                let hearing = followers.iter_mut().skip(hearer).step_by(2).map(|follower| async move {
                    drop(follower.wait_for(|heard| heard.messages.len() >= said).await);
                });
                let hearing = tokio::time::timeout(Duration::from_millis(100), join_all(hearing));
                heard = if hearing.await.is_ok() { heard + 1 } else { 0 };
            }
        }
    }

    /// Everyone has heard all that was said, once and in order.
    async fn assert_received_by(&self, followers: &mut [watch::Receiver<ReceivedEvents>]) {
        let all: Vec<String> = (0..self.said).map(|number| number.to_string()).collect();
        for heard in followers {
            let told = heard.wait_for(|heard| heard.messages.len() >= all.len() || heard.refused.is_some());
            let told = tokio::time::timeout(FOREVER, told).await.expect("it is told at once").unwrap();
            assert_eq!((&told.messages, &told.refused), (&all, &None));
        }
    }
}

/// A follower at one hears what is said at the other; one is killed, and its followers go on at the other.
async fn go_on(house: &mut TwoPortals) {
    let mut followers = [
        house.follow_at(0, Way::Sse),
        house.follow_at(1, Way::Sse),
        house.follow_at(0, Way::LongPoll),
        house.follow_at(1, Way::LongPoll),
    ];
    house.meet(&mut followers).await;
    for _ in 0..20 {
        house.append_number().await;
        house.assert_received_by(&mut followers).await;
    }

    let mut roaming = [Way::Sse, Way::Sse, Way::LongPoll].map(|way| Reader::start(house.url(), way));
    house.assert_received_by(&mut roaming).await;
    house.nodes.remove(0).kill().await;
    for _ in 0..20 {
        house.append_number().await;
        house.assert_received_by(&mut roaming).await;
    }
    assert!(roaming.iter().any(|heard| heard.borrow().reconnects > 0), "none was at the one that was killed");
}

#[sqlx::test(migrations = "../migrations")]
async fn two_nodes_are_as_one(database: PgPool) {
    let node = Node::of(&database.connect_options()).set("THROUGHLINE_POLL_MS", AN_HOUR);
    go_on(&mut TwoPortals::new(&node).await).await;
}

#[sqlx::test(migrations = "../migrations")]
async fn two_nodes_are_as_one_by_nats(database: PgPool) {
    let mut nats = NatsServer::start().await;
    let node = Node::of(&database.connect_options())
        .set("THROUGHLINE_POLL_MS", AN_HOUR)
        .set("THROUGHLINE_NATS_URL", nats.url());
    let mut house = TwoPortals::new(&node).await;
    let listening =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query ILIKE 'LISTEN%'";
    assert_eq!(sqlx::query_scalar::<_, i64>(listening).fetch_one(&database).await.unwrap(), 0);

    // What is said while NATS is away is heard when it is back.
    let mut followers = [house.follow_at(0, Way::Sse), house.follow_at(1, Way::Sse)];
    house.meet(&mut followers).await;
    nats.kill().await;
    for _ in 0..4 {
        house.append_number().await;
    }
    nats.start_again().await;
    house.assert_received_by(&mut followers).await;
    go_on(&mut house).await;
}
