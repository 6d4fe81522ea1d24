//! Making tokens and taking them back, and finding who comes with one.

mod attempt;
mod authenticate;
mod rotate;

pub use attempt::{create_for_attempt, revoke_for_attempt};
pub use authenticate::authenticate;
pub use rotate::{RotatedToken, rotate};

use super::{NewToken, Right};
use crate::{
    Db, Error, FieldErrors, OnConstraint, Result, Scope, agents,
    audit::{self, NewEntry},
    ids::{ClientId, TokenId},
    names,
    requests::commands::operator,
    secret,
};

/// The longest name, in characters.
const NAME: usize = 60;

/// What every token begins with, so that one that got out is known for what it is.
const PREFIX: &str = "tl_";

/// Makes a token. The text is answered this once; its hash is what is kept.
///
/// # Errors
/// Fields `name`, `agent`, `client` and `rights`; [`Error::NotFound`] for everyone but operators.
pub async fn create(db: &Db, scope: &Scope, new: NewToken) -> Result<(TokenId, String)> {
    operator(scope)?;
    let person = scope.person().ok_or(Error::NotFound)?;
    let (name, rights) = checked(&new)?;
    let entry = NewEntry {
        detail: format!("May {}", rights.join(", ")),
        ..NewEntry::done("create_token", name.as_str())
    };
    let text = format!("{PREFIX}{}", secret::random_token());
    let id = TokenId::new();
    let mut tx = db.begin(scope).await?;
    let now = tx.now();
    sqlx::query!(
        "INSERT INTO token (id, workspace_id, client_id, agent_id, name, hash, rights, made_by, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        id.0,
        scope.workspace.0,
        new.client.map(|id| id.0),
        new.agent.map(|id| id.0),
        name,
        secret::hash(&text),
        &rights,
        person.0,
        now,
    )
    .execute(tx.conn())
    .await
    .on_constraint("token_workspace_id_client_id_fkey", || {
        field("client", "Choose one of your clients, or all.")
    })
    .on_constraint("token_workspace_id_agent_id_fkey", || field("agent", "Choose one of your agents."))?;
    let client = match new.agent {
        Some(agent) if new.client.is_none() => agents::queries::client_in(&mut tx, scope, agent).await?,
        _ => new.client,
    };
    audit::commands::record_in(&mut tx, scope, NewEntry { client, ..entry }).await?;
    tx.commit().await?;
    Ok((id, text))
}

/// Takes a token back: whoever comes with it is refused from now on.
///
/// # Errors
/// [`Error::NotFound`], also where it was revoked before.
pub async fn revoke(db: &Db, scope: &Scope, token: TokenId) -> Result<()> {
    operator(scope)?;
    let mut tx = db.begin(scope).await?;
    let now = tx.now();
    let row = sqlx::query!(
        "UPDATE token SET revoked_at = $3
         WHERE workspace_id = $1 AND id = $2 AND revoked_at IS NULL AND run_id IS NULL
         RETURNING name, coalesce(client_id, (SELECT a.client_id FROM agent a
                                              WHERE a.workspace_id = token.workspace_id AND a.id = token.agent_id)) AS of",
        scope.workspace.0,
        token.0,
        now,
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    let entry = NewEntry { client: row.of.map(ClientId), ..NewEntry::done("revoke_token", row.name) };
    audit::commands::record_in(&mut tx, scope, entry).await?;
    tx.commit().await
}

fn checked(new: &NewToken) -> Result<(String, Vec<String>)> {
    let mut rights = new.rights.clone();
    rights.sort_unstable();
    rights.dedup();
    let mut errors = FieldErrors::new();
    let missing = "Add a name so you know later what uses it.";
    let name = names::read(&mut errors, "name", &new.name, NAME, missing);
    match new.agent {
        Some(_) => rights = vec![Right::Work],
        None if rights.is_empty() => errors.add("rights", "Choose at least one permission."),
        None if rights.contains(&Right::Work) => errors.add("agent", "Choose who it acts as."),
        None => {}
    }
    errors.check()?;
    Ok((name, rights.into_iter().map(|right| right.as_str().to_owned()).collect()))
}

fn field(name: &str, words: &str) -> Error {
    Error::Fields(FieldErrors::one(name, words))
}
