use crate::{
    Db, Error, Result, Role, Scope,
    accounts::{Colleague, PendingInvitation, People},
    ids::{InvitationId, MembershipId, PersonId},
};

/// The people of the scope's client or, without one, the workspace's operators; the open invitations for those who may
/// invite.
pub async fn people(db: &Db, scope: &Scope) -> Result<People> {
    let mut tx = db.begin(scope).await?;
    let client = scope.client.map(|client| client.0);
    let colleagues = sqlx::query!(
        "SELECT m.id, m.person_id, m.role, m.created_at, p.name, p.email
         FROM membership m JOIN person p ON p.id = m.person_id
         WHERE m.workspace_id = $1 AND m.client_id IS NOT DISTINCT FROM $2 AND m.removed_at IS NULL
         ORDER BY m.created_at",
        scope.workspace.0,
        client,
    )
    .fetch_all(tx.conn())
    .await?;
    let now = tx.now();
    let invited = sqlx::query!(
        "SELECT id, email, role, expires_at FROM invitation
         WHERE workspace_id = $1 AND client_id IS NOT DISTINCT FROM $2 AND accepted_at IS NULL AND revoked_at IS NULL
           AND $3
         ORDER BY created_at",
        scope.workspace.0,
        client,
        scope.role().is_some_and(Role::may_manage_people),
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    let colleagues = colleagues.into_iter().map(|row| {
        Ok(Colleague {
            membership: MembershipId(row.id),
            person: PersonId(row.person_id),
            name: row.name,
            email: row.email,
            role: role(&row.role)?,
            since: row.created_at.timestamp_millis(),
        })
    });
    let invited = invited.into_iter().map(|row| {
        Ok(PendingInvitation {
            id: InvitationId(row.id),
            email: row.email,
            role: role(&row.role)?,
            expires: row.expires_at.timestamp_millis(),
            expired: row.expires_at <= now,
        })
    });
    Ok(People { colleagues: colleagues.collect::<Result<_>>()?, invited: invited.collect::<Result<_>>()? })
}

/// The role of a word that the database keeps.
pub(in crate::accounts) fn role(word: &str) -> Result<Role> {
    Role::parse(word).ok_or_else(|| Error::Broken(format!("unknown role {word}")))
}

/// The name of the scope's client.
///
/// # Errors
/// [`Error::NotFound`] where there is none, or it is not the scope's to see.
pub async fn client_name(db: &Db, scope: &Scope) -> Result<String> {
    let client = scope.client.ok_or(Error::NotFound)?;
    let mut tx = db.begin(scope).await?;
    let name = sqlx::query_scalar!(
        "SELECT name FROM client c WHERE workspace_id = $1 AND id = $2
           AND NOT EXISTS (SELECT FROM client_erasure e
                           WHERE e.workspace_id = c.workspace_id AND e.client_id = c.id AND e.done_at IS NOT NULL)",
        scope.workspace.0,
        client.0,
    )
    .fetch_optional(tx.conn())
    .await?;
    tx.commit().await?;
    name.ok_or(Error::NotFound)
}
