//! Who packs an export: one node at a time, by a lease.

use super::{ATTEMPTS, LEASE};
use crate::{
    Actor, Db, Result, Role, Scope, SystemRole,
    ids::{ClientId, ExportId, MembershipId, PersonId, WorkspaceId},
};

/// An export in a node's hands.
#[derive(Clone, Debug)]
pub(super) struct Claim {
    pub(super) export: ExportId,
    pub(super) workspace: WorkspaceId,
    pub(super) client: ClientId,
    /// Which try it is; an earlier one that comes back settles nothing.
    pub(super) attempt: i32,
    /// There were too many before.
    pub(super) is_spent: bool,
}

impl Claim {
    /// The server at its own work.
    pub(super) fn scope(&self) -> Scope {
        Scope { client: Some(self.client), ..Scope::system(self.workspace) }
    }

    /// An owner of the client, in nobody's name: what is read under it is what the portal shows one, and nothing that is
    /// internal.
    pub(super) fn reader(&self) -> Scope {
        let actor = Actor::Person {
            id: PersonId(uuid::Uuid::nil()),
            membership: MembershipId(uuid::Uuid::nil()),
            name: String::new(),
            role: Role::Owner,
        };
        Scope { workspace: self.workspace, client: Some(self.client), actor }
    }
}

/// Takes up the oldest export that nobody packs.
pub(super) async fn claim(db: &Db) -> Result<Option<Claim>> {
    let mut tx = db.begin_as(SystemRole::Jobs).await?;
    let now = tx.now();
    let row = sqlx::query!(
        "UPDATE client_export e SET state = 'working', attempt = e.attempt + 1, lease_until = $2
         FROM (SELECT id FROM client_export
               WHERE state = 'queued' OR (state = 'working' AND lease_until <= $1)
               ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED) due
         WHERE e.id = due.id
         RETURNING e.id, e.workspace_id, e.client_id, e.attempt",
        now,
        now + LEASE,
    )
    .fetch_optional(tx.conn())
    .await?;
    tx.commit().await?;
    Ok(row.map(|row| Claim {
        export: ExportId(row.id),
        workspace: WorkspaceId(row.workspace_id),
        client: ClientId(row.client_id),
        attempt: row.attempt,
        is_spent: row.attempt > ATTEMPTS,
    }))
}

/// Holds it for longer; `false` once it is somebody else's.
pub(super) async fn renew(db: &Db, claim: &Claim) -> Result<bool> {
    let mut tx = db.begin_as(SystemRole::Jobs).await?;
    let until = tx.now() + LEASE;
    let renewed = sqlx::query!(
        "UPDATE client_export SET lease_until = $3 WHERE id = $1 AND attempt = $2 AND state = 'working'",
        claim.export.0,
        claim.attempt,
        until,
    )
    .execute(tx.conn())
    .await?
    .rows_affected();
    tx.commit().await?;
    Ok(renewed == 1)
}
