//! How much one client may keep: its files, what is delivered to it and its notes, all versions counted. The install has a
//! usual limit; an operator gives a client one of its own.

use crate::{Actor, Db, Error, Result, Scope, Tx, ids::ClientId, words::size};

/// The limits, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// What a client may keep in all.
    pub whole: u64,
    /// The same while whoever adds something has not confirmed their address: anybody can be that.
    pub unconfirmed: u64,
}

impl Quota {
    /// What a client may keep in all; less before an address is confirmed.
    pub fn of(whole: u64) -> Self {
        Self { whole, unconfirmed: whole.min(50 << 20) }
    }
}

/// How many bytes more the scope's client may keep; none where there is no limit.
///
/// # Errors
/// [`Error::NotFound`] for a scope without a client.
pub async fn room(db: &Db, scope: &Scope) -> Result<Option<u64>> {
    let mut tx = db.begin(scope).await?;
    let Some(quota) = quota_in(&mut tx, scope, scope.client).await? else { return Ok(None) };
    let client = scope.client.ok_or(Error::NotFound)?;
    let most = most(&mut tx, scope, quota).await?;
    let kept = kept(&mut tx, scope, client).await?;
    tx.commit().await?;
    Ok(Some(most.saturating_sub(kept)))
}

/// Whether the client may keep what it has with what this transaction has added. Asked last: nothing is waited for while
/// others wait for the answer.
///
/// # Errors
/// [`Error::Refused`], in words for whoever added it.
pub(crate) async fn lock(tx: &mut Tx, scope: &Scope, client: ClientId) -> Result<()> {
    let Some(quota) = quota_in(tx, scope, Some(client)).await? else { return Ok(()) };
    // Several at once must not each find the same room.
    sqlx::query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))")
        .bind(format!("kept of {client}"))
        .execute(tx.conn())
        .await?;
    let most = most(tx, scope, quota).await?;
    if kept(tx, scope, client).await? <= most {
        return Ok(());
    }
    Err(Error::Refused(no_room(&quota, most)))
}

/// Why there is no room for more, and what to do.
fn no_room(quota: &Quota, most: u64) -> String {
    if most < quota.whole {
        let most = size(most);
        return format!(
            "Until you have confirmed your email address, there is room for {most}. Confirm it by the link that we sent \
             you, then add this."
        );
    }
    format!(
        "There is no room left: files, deliverables and notes may have {} in all. Ask us for more.",
        size(most)
    )
}

/// The same for a file that is not taken in at all.
pub async fn words(db: &Db, scope: &Scope) -> Result<String> {
    let mut tx = db.begin(scope).await?;
    let Some(quota) = quota_in(&mut tx, scope, scope.client).await? else { return Ok(String::new()) };
    let most = most(&mut tx, scope, quota).await?;
    tx.commit().await?;
    Ok(no_room(&quota, most))
}

/// The client's own limit where it has one, else the install's.
async fn quota_in(tx: &mut Tx, scope: &Scope, client: Option<ClientId>) -> Result<Option<Quota>> {
    let own = sqlx::query_scalar!(
        "SELECT files_bytes FROM client WHERE workspace_id = $1 AND id = $2",
        scope.workspace.0,
        client.map(|client| client.0),
    )
    .fetch_optional(tx.conn())
    .await?
    .flatten();
    let usual = tx.quota();
    Ok(match own {
        Some(own) => {
            let own = Quota::of(own.cast_unsigned());
            let unconfirmed = usual.map_or(own.unconfirmed, |usual| own.whole.min(usual.unconfirmed));
            Some(Quota { unconfirmed, ..own })
        }
        None => usual,
    })
}

async fn most(tx: &mut Tx, scope: &Scope, quota: Quota) -> Result<u64> {
    let Actor::Person { id, .. } = &scope.actor else { return Ok(quota.whole) };
    let confirmed = sqlx::query_scalar!("SELECT confirmed FROM person WHERE id = $1", id.0)
        .fetch_optional(tx.conn())
        .await?;
    Ok(if confirmed == Some(true) { quota.whole } else { quota.unconfirmed })
}

async fn kept(tx: &mut Tx, scope: &Scope, client: ClientId) -> Result<u64> {
    let kept = sqlx::query_scalar!(
        r#"SELECT (SELECT coalesce(sum(bytes), 0) FROM file WHERE workspace_id = $1 AND client_id = $2)::bigint
             + (SELECT coalesce(sum(octet_length(body)), 0) FROM deliverable_version
                WHERE workspace_id = $1 AND client_id = $2)
             + (SELECT coalesce(sum(octet_length(body)), 0) FROM note_version
                WHERE workspace_id = $1 AND client_id = $2) AS "kept!""#,
        scope.workspace.0,
        client.0,
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(kept.cast_unsigned())
}
