//! How fast a tenant appends.

use std::num::NonZeroU32;

use governor::{
    Quota, RateLimiter,
    clock::{Clock, DefaultClock},
    middleware::NoOpMiddleware,
    state::keyed::DefaultKeyedStateStore,
};
use sessions::Tenant;

use super::Refusal;

/// Seconds of silence that are saved up: agents work in bursts.
const SAVED: u32 = 10;

/// One measure for each tenant that appended lately.
#[derive(Debug)]
pub(super) struct Rates<C: Clock = DefaultClock> {
    measures: RateLimiter<Tenant, DefaultKeyedStateStore<Tenant>, C, NoOpMiddleware<C::Instant>>,
    burst: NonZeroU32,
}

impl Rates {
    pub(super) fn new(events_a_second: NonZeroU32) -> Self {
        Self::by(DefaultClock::default(), events_a_second)
    }
}

impl<C: Clock> Rates<C> {
    fn by(clock: C, events_a_second: NonZeroU32) -> Self {
        let burst = events_a_second.saturating_mul(NonZeroU32::MIN.saturating_add(SAVED - 1));
        let quota = Quota::per_second(events_a_second).allow_burst(burst);
        Self { measures: RateLimiter::new(quota, DefaultKeyedStateStore::default(), clock), burst }
    }

    /// Takes so many events off what the tenant may append now, or says when there will be enough. An append of more
    /// than can be saved up is taken when all is there that can be: else it never would.
    pub(super) fn take(&self, tenant: Tenant, events: usize) -> Result<(), Refusal> {
        let events = u32::try_from(events).unwrap_or(u32::MAX);
        let events = NonZeroU32::new(events).unwrap_or(NonZeroU32::MIN).min(self.burst);
        match self.measures.check_key_n(&tenant, events) {
            Ok(Err(until)) => Err(Refusal::Rate(until.wait_time_from(self.measures.clock().now()))),
            // It never asks for more than the burst.
            Ok(Ok(())) | Err(_) => Ok(()),
        }
    }

    /// Forgets whoever has saved up all that they can: they are as good as new.
    pub(super) fn forget_idle(&self) {
        self.measures.retain_recent();
        self.measures.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use governor::clock::FakeRelativeClock;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_burst_is_taken_and_then_has_to_be_waited_for() {
        let clock = FakeRelativeClock::default();
        let rates = Rates::by(clock.clone(), NonZeroU32::MIN);
        let [one, other] =
            [1, 2].map(|id| Tenant { workspace: Uuid::nil(), client: Some(Uuid::from_u128(id)) });
        assert!(rates.take(one, 4).is_ok() && rates.take(one, 6).is_ok());
        let Err(Refusal::Rate(wait)) = rates.take(one, 3) else { panic!("it has had its burst") };
        assert_eq!(wait, Duration::from_secs(3));
        clock.advance(wait);
        assert!(rates.take(one, 3).is_ok(), "it is there when it was said to be");
        assert!(rates.take(other, 1_000_000).is_ok(), "more than a burst counts as one");
        assert!(rates.take(other, 0).is_err(), "what holds no event counts as one");
        rates.forget_idle();
        assert!(rates.take(one, 1).is_err(), "who is not idle is not forgotten");
    }
}
