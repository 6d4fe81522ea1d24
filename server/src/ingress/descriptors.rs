//! How many files and connections the process may have open.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::settings::Settings;

use super::ConnectionLimits;

/// More than one node is made for. Some programs that are started here look at each number that they might have open.
const ENOUGH: u64 = 65_536;
/// What is not for connections: the database's, files, programs.
const RESERVED: u64 = 256;
/// The most connections of one address, where there are enough for all.
const EACH: u64 = 1000;

/// Raises the limit of open files as far as it may be, and says what it is then.
pub fn raise() -> u64 {
    let now = getrlimit(Resource::Nofile);
    let may = now.maximum.unwrap_or(ENOUGH).min(ENOUGH);
    let has = now.current.unwrap_or(ENOUGH);
    if has >= may {
        return has;
    }
    match setrlimit(Resource::Nofile, Rlimit { current: Some(may), maximum: now.maximum }) {
        Ok(()) => may,
        Err(error) => {
            tracing::warn!(error.message = %error, "the limit of open files could not be raised");
            has
        }
    }
}

impl ConnectionLimits {
    /// What is set, and otherwise what the limit of open files leaves.
    pub fn of(settings: &Settings, files: u64) -> Self {
        let all = files.saturating_sub(RESERVED).max(files / 2);
        let all = settings.connections.unwrap_or(all).max(1);
        let each = settings.connections_per_address.unwrap_or((all / 4).min(EACH)).max(1);
        let number = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
        Self::new(number(all), number(each))
    }
}
