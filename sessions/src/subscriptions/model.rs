//! What subscriptions are made of.

use std::time::Duration;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{Error, Offset, Tenant};

/// How a subscription wakes its workers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wakes {
    /// By a request to this address.
    Webhook(String),
    /// By an event in the stream of this name.
    Stream(String),
}

/// A subscription to be made.
#[derive(Clone, Debug)]
pub struct NewSubscription {
    /// Whose it is.
    pub tenant: Tenant,
    /// Its name, unique within the tenant.
    pub name: String,
    /// How it wakes its workers.
    pub wakes: Wakes,
    /// Streams whose names match are linked by themselves: `*` for one segment, `**` for any number.
    pub pattern: Option<String>,
    /// Names of streams that are linked besides.
    pub streams: Vec<String>,
    /// For how long a worker may be silent.
    pub lease: Duration,
    /// For people.
    pub description: Option<String>,
    /// The configuration in words that are the same whenever it is the same.
    pub config: String,
    /// What its tokens are signed with.
    pub secret: Vec<u8>,
}

/// A subscription.
#[derive(Clone, Debug)]
pub struct Subscription {
    /// Its own name, which is never used again.
    pub id: Uuid,
    /// The name that its maker gave it.
    pub name: String,
    /// How it wakes its workers.
    pub wakes: Wakes,
    /// Streams whose names match are linked by themselves.
    pub pattern: Option<String>,
    /// For how long a worker may be silent.
    pub lease: Duration,
    /// For people.
    pub description: Option<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Whether its webhook has failed and will be tried again.
    pub failing: bool,
    /// What its tokens are signed with.
    pub secret: Vec<u8>,
    /// Its streams, in the order of their names.
    pub links: Vec<Link>,
}

/// A stream of a subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The stream's name.
    pub path: String,
    /// Whether it was asked for, and not only matched.
    pub explicit: bool,
    /// So far it has been worked on.
    pub acked: Offset,
    /// Where it ends.
    pub tail: Offset,
}

impl Link {
    /// Whether there is something to be worked on.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        self.tail > self.acked
    }
}

/// A wake of a subscription, to be worked on.
#[derive(Clone, Debug)]
pub struct Wake {
    /// The subscription.
    pub subscription: Uuid,
    /// Its name.
    pub name: String,
    /// Names the wake.
    pub id: String,
    /// Counts the subscription's wakes.
    pub generation: u64,
    /// What the wake's token is signed with.
    pub secret: Vec<u8>,
    /// For how long a worker may be silent.
    pub lease: Duration,
    /// Its streams.
    pub links: Vec<Link>,
}

/// A wake whose webhook is due.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// The wake.
    pub wake: Wake,
    /// Where to.
    pub url: String,
    /// How often it has failed.
    pub failures: u32,
}

/// What a worker says of the wake that it works on.
#[derive(Clone, Debug)]
pub struct Report {
    /// The generation that its token was made for.
    pub token: u64,
    /// The generation that it says.
    pub generation: Option<u64>,
    /// The wake that it says.
    pub wake: Option<String>,
    /// How far it has got, by the streams' names.
    pub acks: Vec<(String, Offset)>,
    /// Whether it goes on.
    pub then: WorkerNext,
}

/// What a worker does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorkerNext {
    /// It works on, and the lease is extended.
    Goes,
    /// It is through, or gives it back.
    Ends,
}

/// Why a subscription refused.
#[derive(Clone, Debug, thiserror::Error)]
pub enum SubscriptionError {
    /// There is no such subscription.
    #[error("there is no such subscription")]
    NotFound,
    /// It exists with another configuration.
    #[error("the subscription exists with another configuration")]
    Exists,
    /// It wakes in another way.
    #[error("the subscription wakes in another way")]
    WrongKind,
    /// Somebody works on it.
    #[error("{holder} works on it")]
    Claimed {
        /// Who.
        holder: String,
        /// On which wake.
        generation: u64,
    },
    /// There is nothing to be worked on.
    #[error("nothing is pending")]
    Idle,
    /// The wake is over.
    #[error("the wake is over")]
    Fenced,
    /// An offset that cannot be acknowledged.
    #[error("{0}")]
    Offset(&'static str),
    /// The engine failed.
    #[error(transparent)]
    Engine(#[from] Error),
}

impl From<sqlx::Error> for SubscriptionError {
    fn from(error: sqlx::Error) -> Self {
        Self::Engine(error.into())
    }
}
