use std::net::IpAddr;

use super::{Outcome, origin};
use crate::{
    Actor, Db, Result, Scope, Tx,
    ids::{AgentId, AuditId, ClientId, TokenId},
    session::Author,
};

/// The longest text of an entry, in characters.
const LONGEST: usize = 500;

/// By what means whoever acts in the scope came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct By {
    pub token: Option<TokenId>,
    pub ip: Option<IpAddr>,
}

/// What was done, in short.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deed {
    /// A verb, such as `issue_invoice`.
    pub what: String,
    /// What it was done to, for a reader.
    pub target: String,
    /// The client that it concerned.
    pub client: Option<ClientId>,
    pub outcome: Outcome,
    pub detail: String,
    pub before: Option<String>,
    pub after: Option<String>,
}

impl Deed {
    /// Something that was done.
    pub fn done(what: &str, target: impl Into<String>) -> Self {
        Self {
            what: what.to_owned(),
            target: target.into(),
            client: None,
            outcome: Outcome::Done,
            detail: String::new(),
            before: None,
            after: None,
        }
    }

    /// The same, of a client's.
    pub fn of(self, client: ClientId) -> Self {
        Self { client: Some(client), ..self }
    }

    /// The same with another outcome, and why.
    pub fn came_to(self, outcome: Outcome, detail: impl Into<String>) -> Self {
        Self { outcome, detail: detail.into(), ..self }
    }

    /// The same with how things stood before and stand after.
    pub fn changed(self, before: impl Into<String>, after: impl Into<String>) -> Self {
        Self { before: Some(before.into()), after: Some(after.into()), ..self }
    }
}

/// Writes an entry by itself: of what was refused, or was done elsewhere.
pub async fn write(db: &Db, scope: &Scope, by: &By, deed: &Deed) -> Result<()> {
    // Whoever does not see the log is in it all the same.
    let mut tx = db.begin(&scope.by_the_server()).await?;
    write_in(&mut tx, scope, by, deed).await?;
    tx.commit().await
}

/// Writes down what a command does, in its transaction; a part of a larger call is told of by that call's own entry.
pub(crate) async fn done_in(tx: &mut Tx, scope: &Scope, deed: Deed) -> Result<()> {
    if tx.is_joint() {
        return Ok(());
    }
    if scope.is_backstage() {
        return write_in(tx, scope, &By::default(), &deed).await;
    }
    tx.enter(&scope.by_the_server()).await?;
    write_in(tx, scope, &By::default(), &deed).await?;
    tx.enter(scope).await
}

/// Writes an entry in the transaction of what it tells of.
pub async fn write_in(tx: &mut Tx, scope: &Scope, by: &By, deed: &Deed) -> Result<()> {
    let (id, now) = (AuditId::new(), tx.now());
    sqlx::query!(
        "INSERT INTO audit (id, workspace_id, client_id, who, person_id, agent_id, token_id, what, target, outcome,
                            detail, before, after, ip, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        id.0,
        scope.workspace.0,
        // Whoever is narrowed to a client does nothing outside it.
        scope.client.or(deed.client).map(|id| id.0),
        short(&name(scope)),
        scope.person().map(|id| id.0),
        agent(scope).map(|id| id.0),
        by.token.map(|id| id.0),
        deed.what,
        short(&deed.target),
        deed.outcome.as_str(),
        short(&deed.detail),
        deed.before.as_deref().map(short),
        deed.after.as_deref().map(short),
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
