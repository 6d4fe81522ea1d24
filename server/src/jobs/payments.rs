//! Money that moves by itself: what the provider says that happened, calls that were cut off, and what is due.

use std::{sync::Arc, time::Duration};

use app::web::App;
use domain::{
    Db, Result,
    payments::{Providers, commands},
};
use futures::{FutureExt, future::BoxFuture};

use super::periodic;
use crate::shutdown::Shutdown;

/// A job that asks the provider.
type Ask = fn(Db, Arc<dyn Providers>) -> BoxFuture<'static, Result<u64>>;

/// Starts them all.
pub(super) fn start(app: &App, shutdown: &Shutdown) {
    let every = |name, seconds, ask: Ask| {
        let providers = Arc::clone(&app.site.providers);
        let work = move |db: Db| -> BoxFuture<'static, Result<()>> {
            let providers = Arc::clone(&providers);
            async move {
                let count = ask(db, providers).await?;
                if count > 0 {
                    tracing::info!(job = name, count, "payments went on");
                }
                Ok(())
            }
            .boxed()
        };
        periodic::start(app.db.clone(), shutdown, name, Duration::from_secs(seconds), Box::new(work));
    };
    // Behind the webhooks, which may come never: a portal that nobody reaches knows what was paid a minute later.
    every("payment events", 60, |db, providers| {
        async move { commands::read_events(&db, &*providers).await }.boxed()
    });
    // A call whose node died is made again as soon as its lease is over: somebody may be waiting for it.
    every("payment calls", 10, |db, providers| {
        async move { commands::go_on(&db, &*providers).await }.boxed()
    });
    every("charges due", 60, |db, providers| {
        async move { commands::charge_due(&db, &*providers).await }.boxed()
    });
    // By the day is enough for a card that runs out next month.
    every("expiring cards", 3_600, |db, _| {
        async move { commands::warn_of_expiring_cards(&db).await }.boxed()
    });
}
