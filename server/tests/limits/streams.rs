//! Limits of the log's own protocol.

use std::{num::NonZeroU32, time::Duration};

use axum::http::{Method, StatusCode};
use server::limits::{Allowance, SeatKind};
use sessions::Options;
use sqlx::PgPool;

use super::streams_server::{StreamsServer, again, body, events};

const OK: StatusCode = StatusCode::NO_CONTENT;

#[sqlx::test(migrations = "../migrations")]
async fn events_that_come_too_fast_are_told_when_to_come_again(pool: PgPool) {
    let house =
        StreamsServer::new(&pool, Allowance { append_rate: NonZeroU32::new(2), ..Allowance::default() });
    let (one, other) = (house.somebody(), house.somebody());
    // A stream counts as an event; twenty are saved up.
    assert_eq!(one.create("a").await, StatusCode::CREATED);
    assert_eq!(one.append("a", events(18)).await.status(), OK);
    // One is left, and two more come with each second: all twenty not for a while.
    let refused = one.append("a", events(20)).await;
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    let wait = again(&refused);
    assert!((1..=10).contains(&wait), "{wait}");
    assert!(body(refused).await.contains("Retry-After"));
    // What was refused is neither stored nor held against anybody.
    assert_eq!(one.ask(Method::PUT, "b", events(19)).await.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(other.create("a").await, StatusCode::CREATED);
    assert_eq!(other.append("a", events(19)).await.status(), OK);
    assert_eq!(house.figure("throughline_refused_total{reason=\"rate\"}").await, 2.0);

    // By then, three at least.
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(one.append("a", events(3)).await.status(), OK);
    assert_eq!(body(one.get("a").await).await, events(21));
    assert_eq!(house.figure("throughline_appends_total").await, 3.0);
    assert_eq!(house.figure("throughline_append_events_total").await, 40.0);
    assert_eq!(house.figure("throughline_commit_events_sum").await, 40.0);
    assert_eq!(house.figure("throughline_commit_seconds_bucket{le=\"+Inf\"}").await, 3.0);
}

#[sqlx::test(migrations = "../migrations")]
async fn so_many_follow_and_no_more(pool: PgPool) {
    let house = StreamsServer::new(&pool, Allowance { followers: Some(2), ..Allowance::default() });
    let (one, other) = (house.somebody(), house.somebody());
    for who in [&one, &other] {
        assert_eq!(who.create("a").await, StatusCode::CREATED);
    }
    let (sse, poll) = ("a?offset=now&live=sse", "a?offset=now&live=long-poll");
    let first = one.get(sse).await;
    let waiting = tokio::spawn({
        let one = one.clone();
        async move { one.get(poll).await }
    });
    while house.limits.followers(SeatKind::LongPoll) == 0 {
        tokio::task::yield_now().await;
    }
    for way in [sse, poll] {
        let refused = one.get(way).await;
        assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS, "{way}");
        assert_eq!(again(&refused), 5);
        assert!(body(refused).await.contains("Close some"));
    }
    assert_eq!(one.get("a").await.status(), StatusCode::OK, "reading is not following");
    let others = other.get(sse).await;
    assert_eq!(others.status(), StatusCode::OK);
    assert_eq!(house.figure("throughline_followers{kind=\"sse\"}").await, 2.0);
    assert_eq!(house.figure("throughline_followers{kind=\"long_poll\"}").await, 1.0);
    assert_eq!(house.figure("throughline_refused_total{reason=\"followers\"}").await, 2.0);

    // What is answered, and what is hung up on, makes room.
    assert_eq!(one.append("a", "[1]").await.status(), OK);
    assert_eq!(waiting.await.unwrap().status(), StatusCode::OK);
    let second = one.get(sse).await;
    assert_eq!(second.status(), StatusCode::OK);
    drop(first);
    assert_eq!(one.get(sse).await.status(), StatusCode::OK);
    drop((second, others));
    assert_eq!(house.figure("throughline_followers{kind=\"sse\"}").await, 0.0);
    // Whoever asks for what is not there holds no seat.
    for _ in 0..3 {
        assert_eq!(one.get("none?offset=now&live=sse").await.status(), StatusCode::NOT_FOUND);
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn streams_hold_so_much_and_deleting_makes_room(pool: PgPool) {
    let house = StreamsServer::new(&pool, Allowance { stored_bytes: Some(1 << 20), ..Allowance::default() });
    let (one, other) = (house.somebody(), house.somebody());
    let look = async || house.limits.look(&house.engine).await.unwrap();
    for who in [&one, &other] {
        assert_eq!(who.create("a").await, StatusCode::CREATED);
    }
    assert_eq!(one.create("b").await, StatusCode::CREATED);
    let large = format!("\"{}\"", "x".repeat(600_000));
    assert_eq!(one.append("a", large.clone()).await.status(), OK);
    look().await;
    assert_eq!(one.append("b", large.clone()).await.status(), OK);
    look().await;
    for refused in [one.append("a", "[1]").await, one.ask(Method::PUT, "c", "[1]").await] {
        assert_eq!(refused.status(), StatusCode::PAYLOAD_TOO_LARGE);
        let told = body(refused).await;
        assert!(told.contains("1 MB") && told.contains("Delete some"), "{told}");
    }
    assert_eq!(other.append("a", "[1]").await.status(), OK);
    assert_eq!(one.get("b").await.status(), StatusCode::OK, "reading takes no room");
    assert_eq!(house.figure("throughline_refused_total{reason=\"stored\"}").await, 2.0);
    let stored = house.figure("throughline_stored_bytes").await;
    assert!((1_200_000.0..1_201_000.0).contains(&stored), "{stored}");

    assert_eq!(one.delete("a").await, OK);
    look().await;
    assert_eq!(one.append("b", "[1]").await.status(), OK);
}

#[sqlx::test(migrations = "../migrations")]
async fn what_is_too_large_or_too_much_at_once_is_counted(pool: PgPool) {
    let options = Options { queue_appends: 0, ..Options::default() };
    let house = StreamsServer::with(&pool, Allowance::default(), options);
    let one = house.somebody();
    assert_eq!(one.create("a").await, StatusCode::CREATED);
    let large = one.append("a", format!("\"{}\"", "x".repeat(2 << 20))).await;
    assert_eq!(large.status(), StatusCode::PAYLOAD_TOO_LARGE);
    let larger = one.append("a", "x".repeat(9 << 20)).await;
    assert_eq!(larger.status(), StatusCode::PAYLOAD_TOO_LARGE);
    let busy = one.append("a", "[1]").await;
    assert_eq!(busy.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(again(&busy), 1);
    assert_eq!(house.figure("throughline_refused_total{reason=\"size\"}").await, 2.0);
    assert_eq!(house.figure("throughline_refused_total{reason=\"busy\"}").await, 1.0);
}
