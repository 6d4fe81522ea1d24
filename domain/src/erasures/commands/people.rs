//! The client's people: who belongs to nothing else here goes.

use uuid::Uuid;

use super::{carry_out::ErasureTarget, rows::delete_unless_named};
use crate::{Result, Tx, ids::PersonId};

/// Everyone who has or had a place at the client's.
pub(super) async fn memberships_in(tx: &mut Tx, target: ErasureTarget) -> Result<Vec<Uuid>> {
    let people = sqlx::query_scalar!(
        "SELECT DISTINCT person_id FROM membership WHERE workspace_id = $1 AND client_id = $2 ORDER BY person_id",
        target.workspace.0,
        target.client.0,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(people)
}

/// Erases those of them who have no place anywhere in the install; the addresses that they had. For
/// [`crate::SystemRole::Auth`], once their places at the client's are gone.
pub(super) async fn erase_in(tx: &mut Tx, people: &[Uuid]) -> Result<Vec<String>> {
    let mut addresses = Vec::new();
    for person in people {
        let email = sqlx::query_scalar!(
            "SELECT email FROM person p WHERE id = $1
               AND NOT EXISTS (SELECT FROM membership m WHERE m.person_id = p.id AND m.removed_at IS NULL)
             FOR UPDATE",
            person,
        )
        .fetch_optional(tx.conn())
        .await?;
        if let Some(email) = email {
            revoke_access_in(tx, *person, &email).await?;
            forget_limits_in(tx, &PersonId(*person).to_string()).await?;
            remove_in(tx, *person).await?;
            addresses.push(email);
        }
    }
    Ok(addresses)
}

/// What was counted against tries by the client's or a person's id, such as `invitation/cli_…`. For [`crate::SystemRole::Auth`].
pub(super) async fn forget_limits_in(tx: &mut Tx, id: &str) -> Result<()> {
    sqlx::query!("DELETE FROM rate_limit WHERE strpos(key, $1) > 0", id).execute(tx.conn()).await?;
    Ok(())
}

async fn revoke_access_in(tx: &mut Tx, person: Uuid, email: &str) -> Result<()> {
    sqlx::query!("DELETE FROM sign_in WHERE person_id = $1", person).execute(tx.conn()).await?;
    sqlx::query!("DELETE FROM confirmation WHERE person_id = $1", person).execute(tx.conn()).await?;
    sqlx::query!("DELETE FROM password_reset WHERE person_id = $1", person).execute(tx.conn()).await?;
    sqlx::query!("DELETE FROM sign_up WHERE person_id = $1", person).execute(tx.conn()).await?;
    // `sign_in/pair/rosa@harborpine.example 192.0.2.1`
    sqlx::query!("DELETE FROM rate_limit WHERE split_part(split_part(key, '/', 3), ' ', 1) = $1", email)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// The account. Where another client's work names its person, from when they had a place there, the name is all that stays.
async fn remove_in(tx: &mut Tx, person: Uuid) -> Result<()> {
    let removed = delete_unless_named(tx, async |tx| {
        let removed = sqlx::query!(
            "DELETE FROM person p WHERE id = $1 AND NOT EXISTS (SELECT FROM membership m WHERE m.person_id = p.id)",
            person,
        )
        .execute(tx.conn())
        .await?;
        Ok(removed.rows_affected() == 1)
    });
    if !removed.await? {
        sqlx::query!(
            "UPDATE person SET email = $2, password_hash = NULL, confirmed = false, zone = NULL, zone_chosen = false
             WHERE id = $1",
            person,
            format!("{}@erased.invalid", person.simple()),
        )
        .execute(tx.conn())
        .await?;
    }
    Ok(())
}
