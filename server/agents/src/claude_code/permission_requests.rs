use std::{collections::VecDeque, time::Duration};

use tokio::{
    sync::mpsc::UnboundedReceiver,
    time::{Instant, timeout_at},
};

use crate::external::{PermissionRequest, Reporter};

/// How long a request waits at most for the call that it is about to be read: the two come on different ways.
const BEHIND: Duration = Duration::from_secs(1);

/// What it wants to be allowed, in the order of its asking.
pub(super) struct PermissionRequests {
    come: UnboundedReceiver<PermissionRequest>,
    waiting: VecDeque<(PermissionRequest, Instant)>,
}

impl PermissionRequests {
    pub(super) fn new(come: UnboundedReceiver<PermissionRequest>) -> Self {
        Self { come, waiting: VecDeque::new() }
    }

    /// The next one whose turn it is: what was said before the call is read by then. May be dropped and called again.
    pub(super) async fn next(&mut self, reporter: &Reporter) -> PermissionRequest {
        loop {
            let is_due = |(request, until): &(PermissionRequest, Instant)| {
                request.id.as_deref().is_none_or(|id| reporter.knows(id)) || *until <= Instant::now()
            };
            if let Some(at) = self.waiting.iter().position(is_due)
                && let Some((request, _)) = self.waiting.remove(at)
            {
                return request;
            }
            let come = match self.waiting.front() {
                Some((_, until)) => timeout_at(*until, self.come.recv()).await,
                None => Ok(self.come.recv().await),
            };
            match come {
                Ok(Some(request)) => self.waiting.push_back((request, Instant::now() + BEHIND)),
                // The access that keeps the other end outlives this.
                Ok(None) => std::future::pending().await,
                Err(_) => {}
            }
        }
    }
}
