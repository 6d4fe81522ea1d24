//! What reaches an attempt from outside while it works.

use std::sync::{Mutex, PoisonError};

use domain::ids::{ApprovalId, ControlId};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// What somebody says to the agent at work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Steer {
    pub control: ControlId,
    pub text: String,
    /// The name of who said it.
    pub by: String,
}

/// What the listener hands to the attempt's context.
#[derive(Clone, Debug)]
pub(super) enum Signal {
    Steer(Steer),
    /// A question was settled: the label of the answer and who gave it, or none.
    QuestionSettled {
        approval: ApprovalId,
        label: Option<String>,
        by: String,
    },
    /// A sub-run of this run has ended.
    SubRunEnded,
}

/// Reasons to leave the work at once, and to renew the lease at once.
#[derive(Debug, Default)]
pub(super) struct Interrupts {
    pub(super) stop: CancellationToken,
    stop_control: Mutex<Option<ControlId>>,
    pub(super) lost: CancellationToken,
    pub(super) beat: Notify,
}

impl Interrupts {
    /// Somebody asked to stop.
    pub(super) fn stop_by(&self, control: ControlId) {
        *self.stop_control.lock().unwrap_or_else(PoisonError::into_inner) = Some(control);
        self.stop.cancel();
    }

    /// The control that asked to stop.
    pub(super) fn stopped_by(&self) -> Option<ControlId> {
        *self.stop_control.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
