//! Whoever goes away in the middle leaves nothing behind, and a database that stands still is no fault of ours.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
};

use sessions::{Engine, Options};
use sqlx::{Executor, PgPool, Row, postgres::PgPoolOptions};

use crate::{Clock, Db, Error, Scope, SystemRole, ids::WorkspaceId, testing::start};

/// What the work comes to, unless it still waits when it was looked at so often: then it is dropped there.
async fn given_up_after<T>(looks: usize, work: impl Future<Output = T>) -> Option<T> {
    let (mut work, mut left) = (pin!(work), looks);
    poll_fn(|cx| match work.as_mut().poll(cx) {
        Poll::Ready(done) => Poll::Ready(Some(done)),
        Poll::Pending => {
            left -= 1;
            if left == 0 { Poll::Ready(None) } else { Poll::Pending }
        }
    })
    .await
}

#[sqlx::test(migrations = "../migrations")]
async fn a_transaction_that_nobody_waits_for_any_more_is_no_ones(pool: PgPool) {
    let one = PgPoolOptions::new()
        .max_connections(1)
        .after_connect(|conn, _| {
            Box::pin(async move { conn.execute("SET ROLE throughline_app").await.map(drop) })
        })
        .connect_with((*pool.connect_options()).clone())
        .await
        .unwrap();
    let db = Db::new(one.clone(), Engine::start(pool, Options::default()), Clock::frozen(start()));
    let scope = Scope::system(WorkspaceId::new());
    for looks in 1.. {
        let whole = given_up_after(looks, async {
            drop(db.begin(&scope).await.unwrap());
            drop(db.begin_as(SystemRole::Jobs).await.unwrap());
        })
        .await;
        // Within a transaction, time stands at its beginning. Asked in one message: each of a prepared statement has its
        // own time.
        let free = sqlx::raw_sql("SELECT now() = statement_timestamp()").fetch_one(&one).await;
        assert!(free.unwrap().get::<bool, _>(0), "given up after {looks} looks, it left a transaction open");
        if whole.is_some() {
            break;
        }
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn a_database_that_stands_still_or_goes_is_away(pool: PgPool) {
    for code in
        ["08006", "53300", "53100", "57014", "57P01", "58030", "25006", "25P03", "55P03", "40001", "40P01"]
    {
        let raise = format!("DO $$ BEGIN RAISE EXCEPTION 'stalled' USING ERRCODE = '{code}'; END $$");
        let raised = sqlx::query(sqlx::AssertSqlSafe(raise)).execute(&pool).await.unwrap_err();
        assert!(Error::from(raised).is_away(), "{code}");
    }
    for code in ["23505", "22003", "42601", "P0001"] {
        let raise = format!("DO $$ BEGIN RAISE EXCEPTION 'wrong' USING ERRCODE = '{code}'; END $$");
        let raised = sqlx::query(sqlx::AssertSqlSafe(raise)).execute(&pool).await.unwrap_err();
        assert!(!Error::from(raised).is_away(), "{code}");
    }
    let lost = || sqlx::Error::Io(std::io::ErrorKind::TimedOut.into());
    for lost in [lost(), sqlx::Error::PoolTimedOut, sqlx::Error::PoolClosed, sqlx::Error::WorkerCrashed] {
        assert!(Error::from(lost).is_away());
    }
    assert!(Error::from(sessions::Error::from(lost())).is_away());
    assert!(Error::from(sessions::Error::Unsure(lost().into())).is_away());
    assert!(Error::from(sessions::Error::Busy).is_away());
}
