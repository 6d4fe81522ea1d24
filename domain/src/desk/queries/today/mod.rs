//! What wants the operator today. Each list is bounded, and read by an index that holds nothing else.

mod failed;
mod held_back;
mod newcomers;
mod unpaid;

use chrono::TimeDelta;

use crate::{
    Db, Error, Result, Scope, Tx,
    approvals::{self, Audience},
    desk::{Few, Today},
    proposals, requests,
};

/// The most that is shown of each list.
const SHOWN: usize = 20;
/// One more is read, to tell whether there is more.
const READ: i64 = SHOWN as i64 + 1;
/// After this long a question that a client has not answered is the operator's to follow up.
const LONG: TimeDelta = TimeDelta::hours(4);

/// What wants the operator today.
///
/// # Errors
/// [`Error::NotFound`] for a scope that is not the whole workspace.
pub async fn today(db: &Db, scope: &Scope) -> Result<Today> {
    if !scope.is_wide() {
        return Err(Error::NotFound);
    }
    let mut tx = db.begin(scope).await?;
    let (now, long_ago) = (tx.now(), tx.now() - LONG);
    let today = Today {
        to_answer: few(
            approvals::queries::list_open_since_in(&mut tx, scope, Audience::Operator, now, READ).await?
        ),
        wrote: few(requests::queries::unseen_by_desk_in(&mut tx, scope, READ).await?),
        to_decide: few(proposals::queries::list_open_in(&mut tx, scope, READ).await?),
        at_risk: few(requests::queries::at_risk_in(&mut tx, scope, READ).await?),
        failed: few(failed::read(&mut tx, scope).await?),
        unanswered: few(approvals::queries::list_open_since_in(
            &mut tx,
            scope,
            Audience::Client,
            long_ago,
            READ,
        )
        .await?),
        new_clients: few(newcomers::read(&mut tx, scope).await?),
        held_back: few(held_back::read(&mut tx, scope).await?),
        unpaid: few(unpaid::read(&mut tx, scope).await?),
        at_work: at_work(&mut tx, scope).await?,
    };
    tx.commit().await?;
    Ok(today)
}

fn few<T>(rows: Vec<T>) -> Few<T> {
    Few::of(rows, SHOWN)
}

/// How many agents are at work.
pub(super) async fn at_work(tx: &mut Tx, scope: &Scope) -> Result<u64> {
    let count = sqlx::query_scalar!(
        r#"SELECT count(DISTINCT agent_id) AS "count!" FROM run WHERE workspace_id = $1 AND state = 'working'"#,
        scope.workspace.0,
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(count.cast_unsigned())
}
