use std::sync::Arc;

use domain::{
    Db,
    runs::{self, Claimed},
};

use crate::agents::signals::Signals;

/// Whether what works for an attempt elsewhere has to end with it. Asked when the attempt's future is dropped, which
/// does not say why it was.
#[derive(Clone)]
pub(in crate::agents) struct Parting {
    pub(in crate::agents) db: Db,
    pub(in crate::agents) claimed: Claimed,
    pub(in crate::agents) signals: Arc<Signals>,
}

impl Parting {
    /// Somebody asked to stop, or the run has ended otherwise. False where another attempt is going to take the work up.
    pub(in crate::agents) async fn is_for_good(&self) -> bool {
        self.signals.stop.is_cancelled() || matches!(runs::has_ended(&self.db, &self.claimed).await, Ok(true))
    }

    /// What works elsewhere was told.
    pub(in crate::agents) async fn is_told(&self) {
        if let Err(error) = runs::told(&self.db, &self.claimed).await {
            // It is told again, which does no harm.
            tracing::debug!(run.id = %self.claimed.run, error.message = %error, "a parting was not noted");
        }
    }
}
