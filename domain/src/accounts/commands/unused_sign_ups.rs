//! Clients of sign-ups that came to nothing: of a business that is here already, and of addresses that nobody confirmed.
//! As long as nothing was begun, paid or asked for, they are archived, and what they would have paid is void.

use chrono::Duration;

use super::claims;
use crate::{
    Actor, Db, Result, Role, Scope, SystemRole, Tx,
    audit::{self, ActedThrough, NewEntry},
    billing, clients,
    ids::{ClientId, MembershipId, OfferId, PersonId, WorkspaceId},
};

/// How long a sign-up waits for its address to be confirmed: twice as long as its first invoice may be paid.
const WAITS: Duration = Duration::days(30);
/// How many sign-ups one round looks at.
const ROUND: i64 = 1_000;

/// Leads a sign-up for a business that `owner` has here already into that client: what was chosen starts there, if it holds
/// no subscription. `second` is archived then. Whether it was; where something has been done in it, it stays. For
/// [`SystemRole::Auth`].
pub(super) async fn merge_in(
    tx: &mut Tx,
    workspace: WorkspaceId,
    second: ClientId,
    owner: PersonId,
) -> Result<bool> {
    let server = Scope::system(workspace);
    tx.enter(&server).await?;
    let first = first_in(tx, &server, second, owner).await?;
    let merged = match first {
        Some(first) if is_unused_in(tx, &server, second).await? => {
            let chosen = put_away_in(tx, &server, second, "merge_sign_up").await?;
            if let (Some(offer), Some(client)) = (chosen, first.client) {
                tx.enter(&first).await?;
                billing::commands::begin_if_none_in(tx, &first, client, offer).await?;
            }
            true
        }
        _ => false,
    };
    tx.enter_as(SystemRole::Auth).await?;
    Ok(merged)
}

/// Archives a client of that name beside one that `owner` has here, without anything coming to them of it. For
/// [`SystemRole::Auth`].
pub(super) async fn drop_in(
    tx: &mut Tx,
    workspace: WorkspaceId,
    second: ClientId,
    owner: PersonId,
) -> Result<bool> {
    let server = Scope::system(workspace);
    tx.enter(&server).await?;
    let is_second = first_in(tx, &server, second, owner).await?.is_some();
    let dropped = is_second && is_unused_in(tx, &server, second).await?;
    if dropped {
        put_away_in(tx, &server, second, "drop_sign_up").await?;
    }
    tx.enter_as(SystemRole::Auth).await?;
    Ok(dropped)
}

/// Puts away what was signed up so long ago with an address that nobody has confirmed. It asks nothing of whom the address
/// is, so that nobody learns that from it. How many.
///
/// # Errors
/// When the database is away.
pub async fn expire(db: &Db) -> Result<usize> {
    let mut tx = db.begin_as(SystemRole::Auth).await?;
    let before = tx.now() - WAITS;
    let old = sqlx::query!(
        r#"SELECT p.id, m.workspace_id, m.client_id AS "client_id!"
           FROM person p JOIN membership m ON m.person_id = p.id AND m.removed_at IS NULL
           JOIN client c ON c.workspace_id = m.workspace_id AND c.id = m.client_id AND c.archived_at IS NULL
           WHERE NOT p.confirmed AND p.password_hash IS NOT NULL AND m.role = 'owner' AND p.created_at < $1
           ORDER BY p.created_at DESC LIMIT $2"#,
        before,
        ROUND,
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    let mut expired = 0;
    for row in old {
        let (workspace, client) = (WorkspaceId(row.workspace_id), ClientId(row.client_id));
        expired += usize::from(expire_one(db, PersonId(row.id), workspace, client).await?);
    }
    Ok(expired)
}

async fn expire_one(db: &Db, person: PersonId, workspace: WorkspaceId, client: ClientId) -> Result<bool> {
    let mut tx = db.begin_as(SystemRole::Auth).await?;
    // Confirming takes this row as well: whoever comes first settles it.
    let waits = sqlx::query_scalar!(
        "SELECT id FROM person WHERE id = $1 AND NOT confirmed FOR UPDATE SKIP LOCKED",
        person.0
    )
    .fetch_optional(tx.conn())
    .await?;
    let server = Scope::system(workspace);
    tx.enter(&server).await?;
    if waits.is_none() || !is_unused_in(&mut tx, &server, client).await? {
        return Ok(false);
    }
    put_away_in(&mut tx, &server, client, "expire_sign_up").await?;
    tx.enter_as(SystemRole::Auth).await?;
    claims::leave_in(&mut tx, person).await?;
    tx.commit().await?;
    Ok(true)
}

/// The client of the same name that `owner` owns, as its owner.
async fn first_in(tx: &mut Tx, server: &Scope, second: ClientId, owner: PersonId) -> Result<Option<Scope>> {
    let row = sqlx::query!(
        "SELECT f.id, m.id AS membership, p.name
         FROM client s JOIN client f ON f.workspace_id = s.workspace_id AND lower(f.name) = lower(s.name) AND f.id <> s.id
         JOIN membership m ON m.workspace_id = f.workspace_id AND m.client_id = f.id AND m.removed_at IS NULL
         JOIN person p ON p.id = m.person_id
         WHERE s.workspace_id = $1 AND s.id = $2 AND m.person_id = $3 AND m.role = 'owner' AND f.archived_at IS NULL
         ORDER BY m.created_at LIMIT 1",
        server.workspace.0,
        second.0,
        owner.0,
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|row| Scope {
        workspace: server.workspace,
        client: Some(ClientId(row.id)),
        actor: Actor::Person {
            id: owner,
            membership: MembershipId(row.membership),
            name: row.name,
            role: Role::Owner,
        },
    }))
}

/// Nothing was begun, paid or asked for, and nobody has confirmed an address in it.
async fn is_unused_in(tx: &mut Tx, server: &Scope, client: ClientId) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"SELECT EXISTS (
             SELECT FROM client c WHERE c.workspace_id = $1 AND c.id = $2 AND c.archived_at IS NULL
               AND NOT EXISTS (SELECT FROM request r WHERE r.workspace_id = $1 AND r.client_id = $2)
               AND NOT EXISTS (SELECT FROM note n WHERE n.workspace_id = $1 AND n.client_id = $2)
               AND NOT EXISTS (SELECT FROM invoice i WHERE i.workspace_id = $1 AND i.client_id = $2 AND i.state = 'paid')
               AND NOT EXISTS (SELECT FROM subscription s WHERE s.workspace_id = $1 AND s.client_id = $2
                               AND s.started_at IS NOT NULL)
               AND NOT EXISTS (SELECT FROM membership m JOIN person p ON p.id = m.person_id
                               WHERE m.workspace_id = $1 AND m.client_id = $2 AND m.removed_at IS NULL AND p.confirmed)
           ) AS "unused!""#,
        server.workspace.0,
        client.0,
    )
    .fetch_one(tx.conn())
    .await?)
}

/// Archives it, with what it would have paid; the offer that was chosen.
async fn put_away_in(tx: &mut Tx, server: &Scope, client: ClientId, what: &str) -> Result<Option<OfferId>> {
    let chosen = billing::commands::end_unpaid_in(tx, server, client).await?;
    let name = clients::commands::archive_in(tx, server, client).await?;
    audit::commands::write_in(tx, server, &ActedThrough::default(), &NewEntry::done(what, name).of(client))
        .await?;
    Ok(chosen)
}
