//! How much one person has rendered while writing. Kept by each server in its memory: it is about this machine's work.

use std::{
    collections::HashMap,
    sync::{LazyLock, Mutex, PoisonError},
};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{Error, Result};

/// In one minute: a preview that is open asks twice a second while somebody writes.
const MOST_TIMES: u32 = 240;
/// Bytes in one minute: the longest brief forty times.
const MOST_BYTES: usize = 4 << 20;

/// The minute that is counted, and who had how much in it.
type Counted = (i64, HashMap<Uuid, (u32, usize)>);

static COUNTED: LazyLock<Mutex<Counted>> = LazyLock::new(Mutex::default);

/// Counts one more.
///
/// # Errors
/// [`Error::TooMany`] until the minute is over.
pub(super) fn take(now: DateTime<Utc>, person: Uuid, bytes: usize) -> Result<()> {
    // A count is right again in a minute, whoever broke off.
    let mut counted = COUNTED.lock().unwrap_or_else(PoisonError::into_inner);
    add(&mut counted, now.timestamp(), person, bytes)
}

fn add((minute, counted): &mut Counted, now: i64, person: Uuid, bytes: usize) -> Result<()> {
    if *minute != now.div_euclid(60) {
        *minute = now.div_euclid(60);
        counted.clear();
    }
    let (times, all) = counted.entry(person).or_default();
    *times += 1;
    *all = all.saturating_add(bytes);
    if *times > MOST_TIMES || *all > MOST_BYTES {
        let rest = 60 - now.rem_euclid(60);
        return Err(Error::TooMany { retry_after: u32::try_from(rest).unwrap_or(60) });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_waits_for_the_next_minute_and_nobody_else() {
        let mut counted = Counted::default();
        let [rosa, theo] = [1, 2].map(Uuid::from_u128);
        for _ in 0..MOST_TIMES {
            add(&mut counted, 600, rosa, 10).unwrap();
        }
        assert!(matches!(add(&mut counted, 650, rosa, 10), Err(Error::TooMany { retry_after: 10 })));
        add(&mut counted, 650, theo, MOST_BYTES).unwrap();
        assert!(add(&mut counted, 651, theo, 1).is_err(), "too many bytes are too much as well");
        add(&mut counted, 660, rosa, 10).unwrap();
    }
}
