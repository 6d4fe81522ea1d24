use std::sync::atomic::{AtomicU64, Ordering};

use chrono::DateTime;
use futures::FutureExt as _;
use sqlx::postgres::PgPoolOptions;

use super::*;
use crate::{Data, Engine, Options};

const ROUNDS: u64 = 10_000;
const FOLLOWERS: usize = 24;

/// An event that comes in the instant in which a follower has looked and does not wait yet wakes it all the same.
/// Each round pushes two, ever so slightly apart, and goes on when both have arrived at all followers, of which
/// there are enough on enough threads for some to be held up in that instant.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_wake_up_is_lost() {
    // Nothing listens there: what arrives comes from the ring.
    let nowhere = PgPoolOptions::new().connect_lazy("postgres://nobody@127.0.0.1:1/none").unwrap();
    let engine = Engine::start(nowhere, Options::default());
    let stream = StreamId::generate();
    let followers: Vec<_> = (0..FOLLOWERS).map(|_| engine.follow(stream, Offset::ZERO)).collect();
    let tail = engine.core().tails.get(stream).unwrap();
    let ring = Ring::at(Offset::ZERO, Size { events: 8, bytes: 1_000 });
    tail.set(TailState::Known { ring, closed: false, revision: 0 });
    let arrived = Arc::new(AtomicU64::new(0));
    for mut follower in followers {
        let arrived = Arc::clone(&arrived);
        tokio::spawn(async move {
            while let Some(batch) = follower.next().await.unwrap() {
                arrived.fetch_add(batch.records.len() as u64, Ordering::SeqCst);
            }
        });
    }
    let pushing = std::thread::spawn(move || (0..ROUNDS).find(|round| !push_two(&tail, *round, &arrived)));
    let lost = tokio::task::spawn_blocking(|| pushing.join()).await.unwrap().unwrap();
    assert_eq!(lost, None, "a wake-up was lost in this round");
}

/// Many hear of events that come fast some at a time, a few of each as it comes.
#[tokio::test(start_paused = true)]
async fn a_crowd_hears_of_fast_events_together() {
    const EVENTS: u64 = 400;
    let options = Options { crowd: 8, ..Options::default() };
    for (followers, times) in [(3, EVENTS..=EVENTS), (8, EVENTS / 64..=EVENTS / 8)] {
        let tail = Arc::new(Tail::new(StreamId::generate(), CancellationToken::new()));
        let ring = Ring::at(Offset::ZERO, Size { events: 8, bytes: 1_000 });
        tail.set(TailState::Known { ring, closed: false, revision: 0 });
        let mut crowd: Vec<_> = (0..followers).map(|_| tail.subscribe()).collect();
        let late = Arc::clone(&tail);
        let telling = tokio::spawn(async move { late.notify_late().await });
        let mut heard = 0;
        for event in 0..EVENTS {
            tail.push(Offset::from_value(event), vec![record(event)], false, &options);
            // The clock goes on by itself once everybody waits.
            tokio::time::sleep(Duration::from_millis(1)).await;
            if crowd[0].has_changed().unwrap() {
                crowd[0].borrow_and_update();
                heard += 1;
            }
        }
        assert!(times.contains(&heard), "{followers} heard {heard} times");
        telling.abort();
    }
}

fn record(event: u64) -> Record {
    Record { offset: Offset::from_value(event + 1), at: DateTime::UNIX_EPOCH, data: Data::known_json("1") }
}

/// Whether the events of this round arrive everywhere, soon.
fn push_two(tail: &Tail, round: u64, arrived: &AtomicU64) -> bool {
    for event in [2 * round, 2 * round + 1] {
        tail.push(Offset::from_value(event), vec![record(event)], false, &Options::default());
        (0..round % 500).for_each(|_| std::hint::spin_loop());
    }
    let late = std::time::Instant::now() + Duration::from_secs(20);
    while arrived.load(Ordering::SeqCst) < FOLLOWERS as u64 * (2 * round + 2) {
        if std::time::Instant::now() > late {
            return false;
        }
        std::thread::yield_now();
    }
    true
}

fn push(tail: &Tail, event: u64) {
    let record = Record {
        offset: Offset::from_value(event + 1),
        at: DateTime::UNIX_EPOCH,
        data: Data::known_json("1"),
    };
    tail.push(Offset::from_value(event), vec![record], false, &Options::default());
}

/// A push that finds nothing to join on to must not be forgotten: what the task is asking just now may be of a moment
/// before it.
#[test]
fn what_does_not_join_on_is_asked_for() {
    let tail = Tail::new(StreamId::generate(), CancellationToken::new());
    let asks = || tail.wake.notified().now_or_never().is_some();
    let known = || TailState::Known {
        ring: Ring::at(Offset::ZERO, Size { events: 8, bytes: 100 }),
        closed: false,
        revision: 0,
    };
    for (state, event, asked) in [
        (TailState::Unknown, 0, true),
        (TailState::Missing, 0, true),
        (known(), 1, true),
        (known(), 0, false),
    ] {
        tail.set(state);
        push(&tail, event);
        assert_eq!(asks(), asked, "{tail:?}");
    }
}
