use chrono::TimeDelta;

use super::PREFIX;
use crate::{
    Actor, Db, Error, Result, Role, Scope, SystemRole,
    ids::{AgentId, ClientId, MembershipId, PersonId, RunId, TokenId, WorkspaceId},
    secret,
    tokens::{Bearer, Right},
};

/// When a token was used is noted to the minute.
const NOTED_EVERY: TimeDelta = TimeDelta::minutes(1);

/// Finds who comes with a token's text.
///
/// # Errors
/// [`Error::NotFound`] where it is none, was revoked, is narrowed to a client that is archived, its operator has
/// left, or the attempt that it was made for holds its run no more.
pub async fn authenticate(db: &Db, text: &str) -> Result<Bearer> {
    if !text.starts_with(PREFIX) || text.len() > 200 {
        return Err(Error::NotFound);
    }
    let mut tx = db.begin_as(SystemRole::Auth).await?;
    let now = tx.now();
    let row = sqlx::query!(
        r#"SELECT t.id, t.workspace_id, t.name, t.rights AS "rights: Vec<Right>", t.used_at, t.made_by, t.agent_id, t.run_id, t.attempt,
                  coalesce(t.client_id, a.client_id) AS client_id, a.name AS "agent_name?",
                  m.id AS "membership?"
           FROM token t
           LEFT JOIN agent a ON a.workspace_id = t.workspace_id AND a.id = t.agent_id
           LEFT JOIN client c ON c.workspace_id = t.workspace_id AND c.id = coalesce(t.client_id, a.client_id)
           LEFT JOIN membership m ON m.workspace_id = t.workspace_id AND m.person_id = t.made_by
               AND m.client_id IS NULL AND m.role = 'operator' AND m.removed_at IS NULL
           WHERE t.hash = $1 AND t.revoked_at IS NULL AND c.archived_at IS NULL
             AND (t.client_id IS NULL OR a.client_id IS NULL OR a.client_id = t.client_id)
             AND (t.run_id IS NULL OR EXISTS (
                 SELECT FROM run r WHERE r.workspace_id = t.workspace_id AND r.id = t.run_id AND r.attempt = t.attempt
                 AND (r.state = 'suspended' OR (r.state = 'working' AND r.lease_until >= $2))))
           LIMIT 1"#,
        secret::hash(text),
        now,
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    let actor = match (row.agent_id, row.membership, row.made_by) {
        (Some(agent), _, _) => Actor::Agent { id: AgentId(agent), name: row.agent_name.unwrap_or_default() },
        (None, Some(membership), Some(person)) => Actor::Person {
            id: PersonId(person),
            membership: MembershipId(membership),
            name: row.name.clone(),
            role: Role::Operator,
        },
        (None, ..) => return Err(Error::NotFound),
    };
    if row.used_at.is_none_or(|at| now - at >= NOTED_EVERY) {
        sqlx::query!("UPDATE token SET used_at = $2 WHERE id = $1", row.id, now).execute(tx.conn()).await?;
    }
    tx.commit().await?;
    Ok(Bearer {
        token: TokenId(row.id),
        name: row.name,
        scope: Scope { workspace: WorkspaceId(row.workspace_id), client: row.client_id.map(ClientId), actor },
        run: row.run_id.map(RunId).zip(row.attempt.map(i32::cast_unsigned)),
        rights: row.rights,
    })
}
