use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::end::append_run_state;
use crate::{
    Db, Result, Tx, billing,
    requests::lock::{self, LockedBoard, LockedRequest},
    runs::{ClaimedRun, model::lost},
    session::{Author, RunState},
};

/// How a worker stands with the run that it claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeaseState {
    /// It is the worker's, and the lease is renewed.
    Hold,
    /// It asked a question and waits for the answer; no lease runs. Once it is answered the worker has a short while to
    /// renew, then the run is queued anew for whoever is there.
    Suspended,
    /// It was stopped, or given to another attempt: leave it at once.
    Lost,
}

pub(super) fn later(now: DateTime<Utc>, by: Duration) -> DateTime<Utc> {
    now + TimeDelta::from_std(by).unwrap_or(TimeDelta::MAX / 4)
}

/// Renews the lease.
pub async fn heartbeat(db: &Db, claimed: &ClaimedRun, lease: Duration) -> Result<LeaseState> {
    let mut tx = db.begin(&claimed.scope).await?;
    let until = later(tx.now(), lease);
    let now = sqlx::query_scalar!(
        r#"UPDATE run SET lease_until = CASE WHEN state = 'working' THEN greatest(lease_until, $5) END
           WHERE workspace_id = $1 AND client_id = $2 AND id = $3 AND attempt = $4 AND state IN ('working', 'suspended')
           RETURNING state AS "state: RunState""#,
        claimed.scope.workspace.0,
        claimed.client.0,
        claimed.run.0,
        claimed.attempt.cast_signed(),
        until,
    )
    .fetch_optional(tx.conn())
    .await?;
    tx.commit().await?;
    Ok(match now {
        Some(RunState::Working) => LeaseState::Hold,
        Some(_) => LeaseState::Suspended,
        None => LeaseState::Lost,
    })
}

/// Gives a run back to the queue at once, as a worker does that shuts down: the next attempt need not wait until the
/// lease has run out, and this one does not count among those that failed. A run that is lost already is left alone.
pub async fn release(db: &Db, claimed: &ClaimedRun) -> Result<()> {
    let mut tx = db.begin(&claimed.scope).await?;
    let (held, row) = lock::lock_request(&mut tx, &claimed.scope, claimed.request).await?;
    let now = tx.now();
    let given = sqlx::query!(
        "UPDATE run SET state = 'queued', lease_holder = NULL, lease_until = NULL, not_before = $5,
                max_attempts = max_attempts + 1
         WHERE workspace_id = $1 AND client_id = $2 AND id = $3 AND attempt = $4 AND state = 'working'",
        claimed.scope.workspace.0,
        claimed.client.0,
        claimed.run.0,
        claimed.attempt.cast_signed(),
        now,
    )
    .execute(tx.conn())
    .await?;
    if given.rows_affected() == 1 {
        for stream in [row.session, row.backstage] {
            tx.fence(stream, claimed.run.to_string(), u64::from(claimed.attempt) + 1);
        }
        append_run_state(&mut tx, &row, &Author::system(), &claimed.living(), RunState::Queued, None).await?;
        held.changed(&mut tx, &claimed.scope, "run", row.number).await?;
        billing::pause_if_at_rest_in(&mut tx, &claimed.scope, claimed.client).await?;
    }
    tx.commit().await
}

/// Holds the client's board and makes sure that the run is still the worker's, and that the client is entitled to work:
/// everything that an agent asks, hands over or delivers passes here.
///
/// # Errors
/// As [`crate::runs::is_lost`] tells, where it is not.
pub(crate) async fn lock_claim(tx: &mut Tx, claimed: &ClaimedRun) -> Result<(LockedBoard, LockedRequest)> {
    let found = lock::lock_request(tx, &claimed.scope, claimed.request).await?;
    // Also where somebody else's program let the subscription rest under a worker's hands.
    if !found.0.entitlement.may_finish() {
        return Err(lost(claimed.attempt));
    }
    let mine = sqlx::query_scalar!(
        "SELECT id FROM run
         WHERE workspace_id = $1 AND client_id = $2 AND id = $3 AND attempt = $4 AND state = 'working'
         FOR UPDATE",
        claimed.scope.workspace.0,
        claimed.client.0,
        claimed.run.0,
        claimed.attempt.cast_signed(),
    )
    .fetch_optional(tx.conn())
    .await?;
    mine.map(|_| found).ok_or_else(|| lost(claimed.attempt))
}
