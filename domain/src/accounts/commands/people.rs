//! Who has which place: changed by those who may manage people, in their own client or as an operator.

use crate::{
    Db, Error, Result, Role, Scope, Tx,
    accounts::queries,
    audit::{self, NewEntry},
    ids::MembershipId,
};

/// The one place that must not be left empty: a client's owner, a workspace's operator.
fn keeper(scope: &Scope) -> Role {
    if scope.client.is_some() { Role::Owner } else { Role::Operator }
}

/// Refuses whoever may not manage people.
pub(super) fn check_manager(scope: &Scope) -> Result<()> {
    if scope.role().is_some_and(Role::may_manage_people) {
        Ok(())
    } else {
        Err(Error::refused("Only owners can manage people. Ask an owner on your team."))
    }
}

/// Changes what a colleague may do.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Refused`] when nobody would be left to manage the rest.
pub async fn set_role(db: &Db, scope: &Scope, membership: MembershipId, role: Role) -> Result<()> {
    check_manager(scope)?;
    if (role == Role::Operator) != scope.client.is_none() {
        return Err(Error::NotFound);
    }
    let mut tx = db.begin(scope).await?;
    let present = lock_membership(&mut tx, scope, membership).await?;
    if present == keeper(scope) && role != present {
        check_not_last(&mut tx, scope, membership).await?;
    }
    sqlx::query!(
        "UPDATE membership SET role = $2 WHERE id = $1 AND removed_at IS NULL",
        membership.0,
        role.as_str()
    )
    .execute(tx.conn())
    .await?;
    let entry = NewEntry::done("change_role", name_in(&mut tx, membership).await?);
    audit::commands::record_in(&mut tx, scope, entry.changed(present.as_str(), role.as_str())).await?;
    tx.commit().await
}

/// Takes a colleague's place away: their next click finds them signed out of it.
///
/// # Errors
/// As [`set_role`].
pub async fn remove(db: &Db, scope: &Scope, membership: MembershipId) -> Result<()> {
    check_manager(scope)?;
    let mut tx = db.begin(scope).await?;
    if lock_membership(&mut tx, scope, membership).await? == keeper(scope) {
        check_not_last(&mut tx, scope, membership).await?;
    }
    let now = tx.now();
    sqlx::query!(
        "UPDATE membership SET removed_at = $2 WHERE id = $1 AND removed_at IS NULL",
        membership.0,
        now
    )
    .execute(tx.conn())
    .await?;
    let entry = NewEntry::done("remove_person", name_in(&mut tx, membership).await?);
    audit::commands::record_in(&mut tx, scope, entry).await?;
    tx.commit().await
}

/// Holds all living places of the client (or of the operators), so that two changes at once cannot remove each other's
/// owner; the present role of one of them.
async fn lock_membership(tx: &mut Tx, scope: &Scope, membership: MembershipId) -> Result<Role> {
    let rows = sqlx::query!(
        "SELECT id, role FROM membership
         WHERE workspace_id = $1 AND client_id IS NOT DISTINCT FROM $2 AND removed_at IS NULL
         ORDER BY id FOR UPDATE",
        scope.workspace.0,
        scope.client.map(|client| client.0),
    )
    .fetch_all(tx.conn())
    .await?;
    let row = rows.iter().find(|row| row.id == membership.0).ok_or(Error::NotFound)?;
    queries::role(&row.role)
}

/// Who has the place, for the audit log.
async fn name_in(tx: &mut Tx, membership: MembershipId) -> Result<String> {
    let row = sqlx::query!(
        "SELECT p.name, p.email FROM membership m JOIN person p ON p.id = m.person_id WHERE m.id = $1",
        membership.0,
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(format!("{}, {}", row.name, row.email))
}

async fn check_not_last(tx: &mut Tx, scope: &Scope, leaving: MembershipId) -> Result<()> {
    let others = sqlx::query_scalar!(
        r#"SELECT count(*) AS "n!" FROM membership
           WHERE workspace_id = $1 AND client_id IS NOT DISTINCT FROM $2 AND removed_at IS NULL AND role = $3 AND id <> $4"#,
        scope.workspace.0,
        scope.client.map(|client| client.0),
        keeper(scope).as_str(),
        leaving.0,
    )
    .fetch_one(tx.conn())
    .await?;
    if others > 0 {
        return Ok(());
    }
    Err(Error::refused(match keeper(scope) {
        Role::Operator => "You can’t remove the last operator. Invite another one first.",
        _ => "You can’t remove the last owner. Make someone else an owner first.",
    }))
}
