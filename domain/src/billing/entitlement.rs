//! The one rule of what may be worked on: whoever queues, takes up, goes on with or delivers work asks here, and the
//! database holds the same where a run begins to be worked on (`run_hold_entitlement`).

use serde::{Deserialize, Serialize};

use super::SubscriptionState;

/// What a client's subscription entitles it to at this moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entitlement {
    /// Work is begun and done.
    Active,
    /// A pause was asked for while somebody worked: that work is finished, and nothing else is begun.
    Pausing,
    Paused,
    /// A renewal is overdue: work stands still until it is paid.
    Overdue,
    /// Sold, and the first payment is not there yet.
    Unpaid,
    /// The last subscription is over.
    Ended,
    /// There never was a subscription.
    Nothing,
    /// The client has left.
    Archived,
}

impl Entitlement {
    /// What the living subscription's state comes to; none for a client that holds none.
    pub(crate) fn of(state: Option<SubscriptionState>, pausing: bool, held: bool, archived: bool) -> Self {
        match state {
            _ if archived => Self::Archived,
            Some(SubscriptionState::Active) if held => Self::Overdue,
            Some(SubscriptionState::Active) if pausing => Self::Pausing,
            Some(SubscriptionState::Active) => Self::Active,
            Some(SubscriptionState::Paused) => Self::Paused,
            Some(SubscriptionState::AwaitingPayment) => Self::Unpaid,
            Some(SubscriptionState::Ended) => Self::Ended,
            None => Self::Nothing,
        }
    }

    /// Whether work may be begun.
    pub fn may_begin(self) -> bool {
        self == Self::Active
    }

    /// Whether work that is in hand may be gone on with to its end.
    pub fn may_finish(self) -> bool {
        matches!(self, Self::Active | Self::Pausing)
    }

    /// When work goes on, in a client's words; none while it does.
    pub fn goes_on(self) -> Option<&'static str> {
        match self {
            Self::Active => None,
            Self::Pausing | Self::Paused => Some("Work continues when the subscription is resumed."),
            Self::Overdue => Some("Work continues once the overdue invoice is paid."),
            Self::Unpaid => Some("Work starts once the first invoice is paid."),
            Self::Ended | Self::Nothing => Some("Work continues when a new subscription starts."),
            Self::Archived => Some("No more work is done here."),
        }
    }
}
