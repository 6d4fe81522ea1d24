//! What still works for a run elsewhere, though it has ended or is to stop: its backend has to hear of it, also where no
//! worker held the run when that came.

use chrono::TimeDelta;

use super::get_pulled;
use crate::{
    Actor, Db, Result, Scope, SystemRole,
    ids::{AgentId, ClientId, RunId, WorkspaceId},
    runs::ClaimedRun,
};

/// How many are looked for in one call; the rest with the next one.
const MOST: i64 = 100;
/// After so long a backend that does not answer is left alone.
const PATIENCE: TimeDelta = TimeDelta::hours(1);

/// A run for which something works elsewhere that is not wanted any more.
#[derive(Clone, Debug)]
pub struct RunElsewhere {
    pub run: RunId,
    /// It has ended; otherwise somebody asked it to stop, of which its worker may be hearing at this moment.
    pub has_ended: bool,
    scope: Scope,
}

impl RunElsewhere {
    /// Its newest attempt, to read with.
    ///
    /// # Errors
    /// [`crate::Error::NotFound`] where it is gone.
    pub async fn claimed(&self, db: &Db) -> Result<ClaimedRun> {
        Ok(get_pulled(db, &self.scope, self.run).await?.latest())
    }
}

/// All of these, whichever worker had them.
pub async fn list_elsewhere(db: &Db) -> Result<Vec<RunElsewhere>> {
    let mut tx = db.begin_as(SystemRole::Jobs).await?;
    let since = tx.now() - PATIENCE;
    let rows = sqlx::query!(
        r#"SELECT r.id, r.workspace_id, r.client_id, r.agent_id, a.name, r.ended_at IS NOT NULL AS "has_ended!"
           FROM run r JOIN agent a ON a.workspace_id = r.workspace_id AND a.id = r.agent_id
           WHERE r.elsewhere AND (r.ended_at > $1 OR (r.ended_at IS NULL AND EXISTS (
               SELECT FROM control c WHERE c.run_id = r.id AND c.kind = 'stop' AND c.outcome IS NULL)))
           ORDER BY r.id LIMIT $2"#,
        since,
        MOST,
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let actor = Actor::Agent { id: AgentId(row.agent_id), name: row.name };
            let client = Some(ClientId(row.client_id));
            let scope = Scope { workspace: WorkspaceId(row.workspace_id), client, actor };
            RunElsewhere { run: RunId(row.id), has_ended: row.has_ended, scope }
        })
        .collect())
}
