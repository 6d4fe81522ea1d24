//! How often one network may push: a signature costs work to look at, whoever made it.

use std::num::NonZeroU32;

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

/// A second, and how many may come at once: Stripe sends a burst when an account's renewals are charged.
const A_SECOND: NonZeroU32 = NonZeroU32::new(20).expect("not zero");
const AT_ONCE: NonZeroU32 = NonZeroU32::new(400).expect("not zero");
/// From so many networks on, those that have been quiet are forgotten.
const MANY: usize = 10_000;

/// One measure for each network that pushed lately.
pub(super) struct Pushes(DefaultKeyedRateLimiter<String>);

impl Pushes {
    pub(super) fn new() -> Self {
        Self(RateLimiter::keyed(Quota::per_second(A_SECOND).allow_burst(AT_ONCE)))
    }

    /// Whether it may push now.
    pub(super) fn may(&self, network: &str) -> bool {
        if self.0.len() > MANY {
            self.0.retain_recent();
        }
        self.0.check_key(&network.to_owned()).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_network_s_flood_leaves_room_for_another() {
        let pushes = Pushes::new();
        // A second's worth more than fits: what grows back meanwhile cannot hide the limit.
        let taken = (0..10_000).filter(|_| pushes.may("192.0.2.1")).count();
        assert!((400..10_000).contains(&taken), "{taken}");
        assert!(pushes.may("192.0.2.2"));
    }
}
