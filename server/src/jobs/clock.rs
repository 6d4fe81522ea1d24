//! Whose time counts: the database's. The nodes' own clocks may differ, and by their own each would take runs from the others
//! whose lease it takes to have run out.

use chrono::TimeDelta;
use domain::{Db, Result};

/// From here on it is worth a word.
const WORTH_A_WORD: TimeDelta = TimeDelta::seconds(5);

/// Has the node go by the database's clock, and says so where this machine's differs.
///
/// # Errors
/// The database's.
pub async fn follow(db: &Db) -> Result<()> {
    let behind = db.follow_time().await?;
    if behind.abs() > WORTH_A_WORD {
        tracing::warn!(
            seconds = behind.num_seconds(),
            "the database's clock is ahead of this node's by so many seconds; the database's counts"
        );
    }
    Ok(())
}
