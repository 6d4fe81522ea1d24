//! Whether this node's file store is the install's: looked at when the server starts, and every minute.

use std::time::Duration;

use domain::{
    Db, JobBackoff,
    files::store::{self, Store, StoreState},
};
use tokio::{sync::watch, time::sleep};

use crate::shutdown::Shutdown;

const EVERY: Duration = Duration::from_secs(60);

/// What was found last. Cheap to clone.
#[derive(Clone)]
pub struct StoreWatch {
    db: Db,
    store: Store,
    last: watch::Sender<StoreState>,
}

impl StoreWatch {
    /// Looks for the first time, and says what is wrong: the node serves all the same, as the rest of the work needs no
    /// file.
    ///
    /// # Errors
    /// The database's.
    pub async fn begin(db: Db, store: Store) -> domain::Result<Self> {
        let watch = Self { last: watch::Sender::new(StoreState::Sound), db, store };
        watch.look().await?;
        Ok(watch)
    }

    /// Looks again, and says in the log what has changed.
    ///
    /// # Errors
    /// The database's.
    pub async fn look(&self) -> domain::Result<()> {
        let found = store::inspect(&self.db, &self.store).await?;
        let before = self.last.send_replace(found.clone());
        match about(&found, &self.store) {
            Some((what, mend)) if before != found => tracing::error!("Files: {what}. {mend}"),
            None if before != found => tracing::info!("the file store is as it should be again"),
            _ => {}
        }
        Ok(())
    }

    /// What was found last.
    pub fn state(&self) -> StoreState {
        self.last.borrow().clone()
    }

    /// The store that is watched.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Looks every minute until the shutdown begins.
    pub fn start(&self, shutdown: &Shutdown) {
        let (watch, soft) = (self.clone(), shutdown.soft().clone());
        shutdown.spawn("file store", async move {
            soft.run_until_cancelled(watch.again()).await;
        });
    }

    async fn again(self) {
        let mut backoff = JobBackoff::new("file store");
        loop {
            sleep(EVERY).await;
            match self.look().await {
                Ok(()) => backoff.over(),
                Err(error) => sleep(backoff.pause(&error)).await,
            }
        }
    }
}

/// What is wrong with a store, and how to mend it.
pub fn about(state: &StoreState, store: &Store) -> Option<(String, String)> {
    let place = store.location();
    match state {
        StoreState::Sound => None,
        StoreState::Incomplete { missing, of } => Some((
            format!("{missing} of the newest {of} files are not in {place}"),
            "Copy them from where they were, or restore them from a backup. Until then, work on their requests stops."
                .to_owned(),
        )),
        StoreState::Elsewhere { id } => Some((
            format!("{place} is not where this install keeps its files"),
            format!(
                "Set THROUGHLINE_FILES to the store that the other nodes use, such as s3://bucket/prefix: several nodes \
                 need one. Where the files have moved, copy everything from the old store, the object `install` \
                 included. Where the old store is lost, write {id} into an object `install` here."
            ),
        )),
        StoreState::Away { reason } => Some((
            format!("{place} cannot be used: {reason}"),
            "Check THROUGHLINE_FILES, the AWS_* variables and the network, or that the folder can be read and written."
                .to_owned(),
        )),
    }
}
