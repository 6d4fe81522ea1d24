use std::num::NonZeroU32;

use crate::settings::Settings;

/// What one tenant may take. None: as much as it likes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Allowance {
    /// Events a second that it appends on one node, for longer than the ten seconds that may be saved up.
    pub append_rate: Option<NonZeroU32>,
    /// Followers that it has open on one node.
    pub followers: Option<u64>,
    /// Bytes that its streams hold.
    pub stored_bytes: Option<u64>,
}

const MEGABYTE: u64 = 1 << 20;

impl Allowance {
    /// What a client of the portal may take where nothing is set: far more than people and agents at work come to.
    const PORTAL: Self =
        Self { append_rate: NonZeroU32::new(5_000), followers: Some(2_000), stored_bytes: Some(10 << 30) };

    /// Of the portal's clients, as it is set.
    #[must_use]
    pub fn of_clients(settings: &Settings) -> Self {
        Self::PORTAL.with(settings)
    }

    /// Of whoever uses streams alone: they are on their own machine, so only what is set.
    #[must_use]
    pub fn of_this_machine(settings: &Settings) -> Self {
        Self::default().with(settings)
    }

    /// The same with what is set, of which 0 stands for no limit.
    fn with(self, settings: &Settings) -> Self {
        let number = |set: Option<u64>, not_set| set.map_or(not_set, |set| (set > 0).then_some(set));
        Self {
            append_rate: settings.append_rate.map_or(self.append_rate, NonZeroU32::new),
            followers: number(settings.followers, self.followers),
            stored_bytes: number(
                settings.stored_mb.map(|megabytes| megabytes.saturating_mul(MEGABYTE)),
                self.stored_bytes,
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct TestCli {
        #[command(flatten)]
        settings: Settings,
    }

    #[test]
    fn what_is_set_holds_and_nought_is_no_limit() {
        let settings = |flags: &[&str]| TestCli::parse_from([&["throughline"], flags].concat()).settings;
        let none = settings(&["--append-rate=", "--followers=", "--stored-mb="]);
        assert_eq!(Allowance::of_clients(&none), Allowance::PORTAL);
        assert_eq!(Allowance::of_this_machine(&none), Allowance::default());
        let noughts = settings(&["--append-rate=0", "--followers=0", "--stored-mb=0"]);
        assert_eq!(Allowance::of_clients(&noughts), Allowance::default());
        let set = settings(&["--append-rate=7", "--followers=8", "--stored-mb=9"]);
        let expected = Allowance {
            append_rate: NonZeroU32::new(7),
            followers: Some(8),
            stored_bytes: Some(9 * MEGABYTE),
        };
        assert_eq!(Allowance::of_clients(&set), expected);
        assert_eq!(Allowance::of_this_machine(&set), expected);
    }
}
