//! Producers: the same append sent twice is stored once, and who has been replaced is refused (invariant 6).

use crate::support::{self, contents, engine, event, soon, stream};
use futures::future::join_all;
use sessions::{Append, AppendOutcome, Engine, Error, Producer, StreamId, fence_in};
use sqlx::PgPool;

async fn append(
    engine: &Engine,
    stream: StreamId,
    epoch: u64,
    sequence: u64,
) -> Result<AppendOutcome, Error> {
    let producer = Producer { id: "agent".into(), epoch, sequence };
    engine.append(stream, Append::by(producer, vec![event(format!("{epoch}/{sequence}"))])).await
}

#[sqlx::test(migrations = "../migrations")]
async fn an_append_sent_again_is_stored_once(database: PgPool) {
    let (engine, stream) = (engine(&database).await, stream(&database).await);
    let first = append(&engine, stream, 0, 0).await.unwrap();
    assert_eq!(
        (first.first.value(), first.next.value(), first.duplicate, first.sequence),
        (0, 1, false, Some(0))
    );
    append(&engine, stream, 0, 1).await.unwrap();
    let again = append(&engine, stream, 0, 0).await.unwrap();
    assert_eq!((again.next.value(), again.duplicate, again.sequence), (2, true, Some(1)));
    let gap = append(&engine, stream, 0, 3).await;
    assert!(matches!(gap, Err(Error::SequenceGap { expected: 2, received: 3 })), "{gap:?}");
    assert!(matches!(append(&engine, stream, 1, 1).await, Err(Error::EpochMustStartAtZero)));
    append(&engine, stream, 1, 0).await.unwrap();
    assert!(matches!(append(&engine, stream, 0, 2).await, Err(Error::StaleEpoch { current: 1 })));
    assert_eq!(contents(&engine, stream).await, ["0/0", "0/1", "1/0"]);
}

/// What a producer has appended is known to the next engine, and to another one at the same time.
#[sqlx::test(migrations = "../migrations")]
async fn producers_are_known_after_a_restart(database: PgPool) {
    let (first, stream) = (engine(&database).await, stream(&database).await);
    append(&first, stream, 4, 0).await.unwrap();
    append(&first, stream, 4, 1).await.unwrap();
    first.shutdown().await;
    let (second, third) = (engine(&database).await, engine(&database).await);
    assert!(append(&second, stream, 4, 1).await.unwrap().duplicate);
    assert!(matches!(append(&second, stream, 3, 2).await, Err(Error::StaleEpoch { current: 4 })));
    assert!(matches!(append(&second, stream, 4, 3).await, Err(Error::SequenceGap { expected: 2, .. })));
    assert!(!append(&second, stream, 4, 2).await.unwrap().duplicate);
    assert!(append(&third, stream, 4, 2).await.unwrap().duplicate);
    assert_eq!(contents(&third, stream).await, ["4/0", "4/1", "4/2"]);
}

/// Eight copies of one producer on two engines send the same appends at once: each is stored once, in order.
#[sqlx::test(migrations = "../migrations")]
async fn copies_of_a_producer_do_not_repeat_it(database: PgPool) {
    let stream = stream(&database).await;
    let engines = [engine(&database).await, engine(&database).await];
    let copies = (0..8).map(|copy| {
        let engine = engines[copy % 2].clone();
        tokio::spawn(async move {
            let mut stored = 0;
            for sequence in 0..40 {
                stored += u32::from(!append(&engine, stream, 0, sequence).await.unwrap().duplicate);
            }
            stored
        })
    });
    let stored: u32 = soon("the copies", join_all(copies)).await.into_iter().map(Result::unwrap).sum();
    assert_eq!(stored, 40);
    let expected: Vec<_> = (0..40).map(|sequence| format!("0/{sequence}")).collect();
    assert_eq!(contents(&engines[0], stream).await, expected);
}

/// Appends of one producer that wait together go into one commit in their order, the repeated one among them.
#[sqlx::test(migrations = "../migrations")]
async fn a_producer_may_be_several_times_in_a_batch(database: PgPool) {
    let (engine, stream) = (engine(&database).await, stream(&database).await);
    let appends = [0, 1, 2, 1, 3, 9, 4].map(|sequence| append(&engine, stream, 0, sequence));
    let duplicates: Vec<_> = join_all(appends)
        .await
        .into_iter()
        .map(|result| result.map(|appended| appended.duplicate).ok())
        .collect();
    assert_eq!(
        duplicates,
        [Some(false), Some(false), Some(false), Some(true), Some(false), None, Some(false)]
    );
    assert_eq!(contents(&engine, stream).await, ["0/0", "0/1", "0/2", "0/3", "0/4"]);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_fence_refuses_the_epochs_before_it(database: PgPool) {
    let (engine, stream) = (engine(&database).await, stream(&database).await);
    let mut conn = database.acquire().await.unwrap();
    append(&engine, stream, 0, 0).await.unwrap();
    fence_in(&mut conn, stream, "agent", 2).await.unwrap();
    for (epoch, sequence) in [(0, 0), (0, 1), (1, 0)] {
        let refused = append(&engine, stream, epoch, sequence).await;
        assert!(matches!(refused, Err(Error::StaleEpoch { current: 2 })), "{refused:?}");
    }
    append(&engine, stream, 2, 0).await.unwrap();
    // Again, it changes nothing: the epoch goes on counting.
    fence_in(&mut conn, stream, "agent", 2).await.unwrap();
    append(&engine, stream, 2, 1).await.unwrap();
    assert!(matches!(fence_in(&mut conn, stream, "agent", 1).await, Err(Error::StaleEpoch { current: 2 })));
    assert!(matches!(fence_in(&mut conn, StreamId::generate(), "agent", 1).await, Err(Error::NotFound)));
    // One that never appended can be fenced too.
    fence_in(&mut conn, stream, "other", 1).await.unwrap();
    let other = Producer { id: "other".into(), epoch: 0, sequence: 0 };
    let refused = engine.append(stream, Append::by(other, vec![event("late")])).await;
    assert!(matches!(refused, Err(Error::StaleEpoch { current: 1 })), "{refused:?}");
    assert_eq!(contents(&engine, stream).await, ["0/0", "2/0", "2/1"]);
}

/// An append that comes while a fence is being committed waits for it: refused after a commit, taken after a rollback.
#[sqlx::test(migrations = "../migrations")]
async fn a_fence_takes_effect_with_its_transaction(database: PgPool) {
    let (engine, stream) = (engine(&database).await, stream(&database).await);
    append(&engine, stream, 0, 0).await.unwrap();
    for commits in [false, true] {
        let mut tx = database.begin().await.unwrap();
        fence_in(&mut tx, stream, "agent", 1).await.unwrap();
        let sequence = 1 + u64::from(commits);
        let mut waiting = Box::pin(append(&engine, stream, 0, sequence));
        assert!(futures::poll!(&mut waiting).is_pending());
        support::until("the append to wait", async || {
            sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')")
                .fetch_one(&database)
                .await
                .unwrap()
        })
        .await;
        assert!(futures::poll!(&mut waiting).is_pending());
        if commits { tx.commit().await } else { tx.rollback().await }.unwrap();
        match soon("the answer", waiting).await {
            Ok(appended) => assert!(!commits && !appended.duplicate),
            Err(Error::StaleEpoch { current: 1 }) => assert!(commits),
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!(contents(&engine, stream).await, ["0/0", "0/1"]);
}

/// Once each of many producers of a stream is known, none of their commits locks the stream again, whoever shares one.
#[sqlx::test(migrations = "../migrations")]
async fn producers_that_take_turns_are_remembered(database: PgPool) {
    let (engine, stream) = (engine(&database).await, stream(&database).await);
    let append = async |half: u64, sequence: u64| {
        let appends = (0..16).map(|place| {
            let id = 2 * place + half;
            let producer = Producer { id: format!("agent {id}"), epoch: 0, sequence };
            engine.append(stream, Append::by(producer, vec![event(format!("{id}/{sequence}"))]))
        });
        for appended in join_all(appends).await {
            appended.unwrap();
        }
        let figures = engine.figures();
        figures.commit_seconds.count() - figures.commits_from_memory
    };
    append(0, 0).await;
    let locked = append(1, 0).await;
    for sequence in 1..20 {
        for half in 0..2 {
            assert_eq!(
                append(half, sequence).await,
                locked,
                "half {half} of turn {sequence} locked the stream"
            );
        }
    }
    assert_eq!(contents(&engine, stream).await.len(), 32 * 20);
}
