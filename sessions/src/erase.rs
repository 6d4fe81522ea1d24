//! Erasing what a client has in the log.

use uuid::Uuid;

use crate::{Engine, Error, StreamId, sql};

impl Engine {
    /// Erases all streams of a client, with their events, producers and subscriptions. From its first step on nobody reads
    /// or writes them, here or on another node, and whoever follows one is told that it is not there. It answers once
    /// nothing is left; broken off, it is begun again.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn erase(&self, workspace: Uuid, client: Uuid) -> Result<(), Error> {
        let core = self.core();
        let now = core.options.clock.now();
        let buried = core.change(async |conn| sql::bury_all(conn, workspace, client, now).await).await?;
        let streams: Vec<StreamId> = buried.iter().copied().map(StreamId).collect();
        self.wake(&streams);
        for stream in buried {
            while !core.ask(async |conn| sql::clear_grave(conn, workspace, stream).await).await? {}
        }
        Ok(())
    }
}
