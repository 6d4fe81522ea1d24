use std::{collections::VecDeque, time::Duration};

use tokio::{
    sync::mpsc::UnboundedReceiver,
    time::{Instant, timeout_at},
};

use crate::agents::external::{Reporter, Wish};

/// How long a wish waits at most for the call that it is about to be read: the two come on different ways.
const BEHIND: Duration = Duration::from_secs(1);

/// What it wants to be allowed, in the order of its asking.
pub(super) struct Wishes {
    come: UnboundedReceiver<Wish>,
    waiting: VecDeque<(Wish, Instant)>,
}

impl Wishes {
    pub(super) fn new(come: UnboundedReceiver<Wish>) -> Self {
        Self { come, waiting: VecDeque::new() }
    }

    /// The next one whose turn it is: what was said before the call is read by then. May be dropped and called again.
    pub(super) async fn next(&mut self, reporter: &Reporter) -> Wish {
        loop {
            let is_due = |(wish, until): &(Wish, Instant)| {
                wish.id.as_deref().is_none_or(|id| reporter.knows(id)) || *until <= Instant::now()
            };
            if let Some(at) = self.waiting.iter().position(is_due)
                && let Some((wish, _)) = self.waiting.remove(at)
            {
                return wish;
            }
            let come = match self.waiting.front() {
                Some((_, until)) => timeout_at(*until, self.come.recv()).await,
                None => Ok(self.come.recv().await),
            };
            match come {
                Ok(Some(wish)) => self.waiting.push_back((wish, Instant::now() + BEHIND)),
                // The pass that keeps the other end outlives this.
                Ok(None) => std::future::pending().await,
                Err(_) => {}
            }
        }
    }
}
