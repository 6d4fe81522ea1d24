use super::{ActedThrough, NewEntry, origin};
use crate::{
    Actor, Db, Result, Scope, Tx,
    ids::{AgentId, AuditId},
    session::Author,
};

/// The longest text of an entry, in characters.
const LONGEST: usize = 500;

/// Writes an entry by itself: of what was refused, or was done elsewhere.
pub async fn write(db: &Db, scope: &Scope, by: &ActedThrough, entry: &NewEntry) -> Result<()> {
    // Whoever does not see the log is in it all the same.
    let mut tx = db.begin(&scope.by_the_server()).await?;
    write_in(&mut tx, scope, by, entry).await?;
    tx.commit().await
}

/// Writes down what a command does, in its transaction; a part of a larger call is told of by that call's own entry.
pub(crate) async fn record_in(tx: &mut Tx, scope: &Scope, entry: NewEntry) -> Result<()> {
    if tx.is_joint() {
        return Ok(());
    }
    if scope.is_backstage() {
        return write_in(tx, scope, &ActedThrough::default(), &entry).await;
    }
    tx.enter(&scope.by_the_server()).await?;
    write_in(tx, scope, &ActedThrough::default(), &entry).await?;
    tx.enter(scope).await
}

/// Writes an entry in the transaction of what it tells of.
pub async fn write_in(tx: &mut Tx, scope: &Scope, by: &ActedThrough, entry: &NewEntry) -> Result<()> {
    let (id, now) = (AuditId::new(), tx.now());
    sqlx::query!(
        "INSERT INTO audit (id, workspace_id, client_id, who, person_id, agent_id, token_id, what, target, outcome,
                            detail, before, after, ip, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        id.0,
        scope.workspace.0,
        // Whoever is narrowed to a client does nothing outside it.
        scope.client.or(entry.client).map(|id| id.0),
        short(&name(scope)),
        scope.person().map(|id| id.0),
        agent(scope).map(|id| id.0),
        by.token.map(|id| id.0),
        entry.what,
        short(&entry.target),
        entry.outcome.as_str(),
        short(&entry.detail),
        entry.before.as_deref().map(short),
        entry.after.as_deref().map(short),
        by.ip.or_else(origin::address).map(|ip| ip.to_string()),
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Who acts, by name; what the server does by itself, it does in its own.
fn name(scope: &Scope) -> String {
    match scope.actor {
        Actor::System => "The portal".to_owned(),
        _ => Author::of(scope).name,
    }
}

fn agent(scope: &Scope) -> Option<AgentId> {
    match scope.actor {
        Actor::Agent { id, .. } => Some(id),
        _ => None,
    }
}

fn short(text: &str) -> String {
    let text = text.replace('\0', "");
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}
