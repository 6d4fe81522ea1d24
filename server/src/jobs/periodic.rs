//! Does something again and again.

use std::{panic::AssertUnwindSafe, time::Duration};

use domain::{Db, Error, JobBackoff, Result, files::store::Store};
use futures::{FutureExt, future::BoxFuture};
use tokio::time::sleep;

use crate::shutdown::Shutdown;

/// A piece of periodic work. Doing it twice at once, here or on another node, does no harm.
pub(super) type PeriodicWork = Box<dyn Fn(Db) -> BoxFuture<'static, Result<()>> + Send + Sync>;

/// Work that needs the file store as well.
pub(super) fn with_files<F>(files: &Store, work: fn(Db, Store) -> F) -> PeriodicWork
where
    F: Future<Output = Result<()>> + Send + 'static,
{
    let files = files.clone();
    Box::new(move |db| work(db, files.clone()).boxed())
}

/// Begins at once, and again `every` after it was done.
pub(super) fn start(db: Db, shutdown: &Shutdown, name: &'static str, every: Duration, work: PeriodicWork) {
    let soft = shutdown.soft().clone();
    shutdown.spawn(name, async move {
        soft.run_until_cancelled(again(db, name, every, work)).await;
    });
}

async fn again(db: Db, name: &'static str, every: Duration, work: PeriodicWork) {
    let mut backoff = JobBackoff::new(name);
    loop {
        let done = AssertUnwindSafe(work(db.clone())).catch_unwind().await;
        match done.unwrap_or_else(|_| Err(Error::Broken("it panicked".to_owned()))) {
            Ok(()) => {
                backoff.over();
                sleep(every).await;
            }
            Err(error) => sleep(backoff.pause(&error).max(every)).await,
        }
    }
}
