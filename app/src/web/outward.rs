//! What pages need of the world outside, which the server reaches for them.

use std::{future::Future, pin::Pin};

use domain::agents::Reach;

/// What comes of asking: words for the operator, good or bad.
pub type OutwardAnswer<'a> = Pin<Box<dyn Future<Output = Result<String, String>> + Send + 'a>>;

/// The server's reach.
pub trait Outward: Send + Sync {
    /// Whether an address may be called at all. In the error, what is wrong with it, for its field.
    fn check<'a>(&'a self, address: &'a str) -> OutwardAnswer<'a>;

    /// The same as far as it can be known now: a name that is not known yet may be tomorrow.
    fn check_known<'a>(&'a self, address: &'a str) -> OutwardAnswer<'a>;

    /// Connects to what an agent is reached by, and says what it found there.
    fn try_out<'a>(&'a self, reach: &'a Reach) -> OutwardAnswer<'a>;
}
