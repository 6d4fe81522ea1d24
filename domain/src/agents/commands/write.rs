use sqlx::types::Json;

use crate::{
    Actor, Db, Error, FieldErrors, OnConstraint, Result, Scope, Tx,
    agents::{Need, NewAgent, NewKey, NewReach, Settings, key, queries},
    audit::{self, NewEntry},
    db::one_row,
    ids::{AgentId, ClientId},
    live_hints, names,
    requests::commands::operator,
    words,
};

/// The longest name and persona, in characters.
const NAME: usize = 60;
const PERSONA: usize = 10_000;

/// Takes on an agent, ready to work.
///
/// # Errors
/// Fields `name`, `persona` and `client`; [`Error::NotFound`] for everyone but operators.
pub async fn create(db: &Db, scope: &Scope, new: NewAgent) -> Result<AgentId> {
    operator(scope)?;
    let mut tx = db.begin(scope).await?;
    let entry = NewEntry { client: new.client, ..NewEntry::done("add_agent", new.name.trim()) };
    let id = create_in(&mut tx, scope, new).await?;
    audit::commands::record_in(&mut tx, scope, entry).await?;
    tx.commit().await?;
    Ok(id)
}

/// The same within a transaction of an operator or the server itself.
pub async fn create_in(tx: &mut Tx, scope: &Scope, new: NewAgent) -> Result<AgentId> {
    if scope.actor != Actor::System {
        operator(scope)?;
    }
    let (name, persona) = checked(&new.name, &new.persona)?;
    let (id, now) = (AgentId::new(), tx.now());
    sqlx::query!(
        "INSERT INTO agent (id, workspace_id, client_id, name, persona, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
        id.0,
        scope.workspace.0,
        new.client.map(|id| id.0),
        name,
        persona,
        now,
    )
    .execute(tx.conn())
    .await
    .on_constraint("agent_workspace_id_client_id_fkey", no_client)?;
    live_hints::publish_to_desk(tx, scope, "agent").await?;
    Ok(id)
}

/// Changes an agent's name, persona, and whom it works for.
///
/// # Errors
/// As [`create`].
pub async fn edit(db: &Db, scope: &Scope, agent: AgentId, new: NewAgent) -> Result<()> {
    operator(scope)?;
    let mut tx = db.begin(scope).await?;
    let entry = NewEntry { client: new.client, ..NewEntry::done("edit_agent", new.name.trim()) };
    edit_in(&mut tx, scope, agent, new).await?;
    audit::commands::record_in(&mut tx, scope, entry).await?;
    tx.commit().await
}

async fn edit_in(tx: &mut Tx, scope: &Scope, agent: AgentId, new: NewAgent) -> Result<()> {
    let (name, persona) = checked(&new.name, &new.persona)?;
    let done = sqlx::query!(
        "UPDATE agent SET name = $3, persona = $4, client_id = $5 WHERE workspace_id = $1 AND id = $2",
        scope.workspace.0,
        agent.0,
        name,
        persona,
        new.client.map(|id| id.0),
    )
    .execute(tx.conn())
    .await
    .on_constraint("agent_workspace_id_client_id_fkey", no_client)?;
    found(done.rows_affected())?;
    live_hints::publish_to_desk(tx, scope, "agent").await
}

/// Takes on an agent that is reached in a way of its own, with its key.
///
/// # Errors
/// As [`create`]; fields `url`, `model`, `command`, `own_tools` and `key`.
pub async fn hire(db: &Db, scope: &Scope, new: NewAgent, reach: NewReach) -> Result<AgentId> {
    operator(scope)?;
    let whole = whole(&new, &reach)?;
    let mut tx = db.begin(scope).await?;
    let entry = reached("add_agent", &new, &reach);
    let id = create_in(&mut tx, scope, new).await?;
    reach_in(db, &mut tx, scope, id, &reach, whole).await?;
    audit::commands::record_in(&mut tx, scope, entry).await?;
    tx.commit().await?;
    Ok(id)
}

/// Changes all of that.
///
/// # Errors
/// As [`hire`]; [`Error::NotFound`].
pub async fn change(db: &Db, scope: &Scope, agent: AgentId, new: NewAgent, reach: NewReach) -> Result<()> {
    operator(scope)?;
    let whole = whole(&new, &reach)?;
    let elsewhere = reach.leads_elsewhere(&queries::get(db, scope, agent).await?);
    if reach.key == NewKey::Keep && elsewhere && queries::has_key(db, scope, agent).await? {
        let words = "The URL changed. Enter the key for the new URL, or remove the saved one.";
        return Err(Error::Fields(FieldErrors::one("key", words)));
    }
    let mut tx = db.begin(scope).await?;
    let entry = reached("edit_agent", &new, &reach);
    edit_in(&mut tx, scope, agent, new).await?;
    reach_in(db, &mut tx, scope, agent, &reach, whole).await?;
    audit::commands::record_in(&mut tx, scope, entry).await?;
    tx.commit().await
}

/// What the log says of it: how the agent is reached, and whether its key is another; never the key.
fn reached(what: &str, new: &NewAgent, reach: &NewReach) -> NewEntry {
    let key = match reach.key {
        NewKey::Keep => "",
        NewKey::Remove => ", key removed",
        NewKey::Set(_) => ", new key",
    };
    let detail = format!("Reached as {}{key}", reach.backend.as_str());
    NewEntry { detail, client: new.client, ..NewEntry::done(what, new.name.trim()) }
}

/// All errors of the form at once.
fn whole(new: &NewAgent, reach: &NewReach) -> Result<(Settings, Vec<String>)> {
    let mut errors = match checked(&new.name, &new.persona) {
        Err(Error::Fields(errors)) => errors,
        _ => FieldErrors::new(),
    };
    let found = reach.checked(&mut errors);
    if let NewKey::Set(key) = &reach.key
        && let Err(Error::Fields(wrong)) = key::checked(key)
    {
        wrong.iter().for_each(|(field, words)| errors.add(field, words));
    }
    errors.check().map(|()| found)
}

async fn reach_in(
    db: &Db,
    tx: &mut Tx,
    scope: &Scope,
    agent: AgentId,
    reach: &NewReach,
    (settings, tools): (Settings, Vec<String>),
) -> Result<()> {
    let done = sqlx::query!(
        "UPDATE agent SET backend = $3, settings = $4, tools = $5 WHERE workspace_id = $1 AND id = $2",
        scope.workspace.0,
        agent.0,
        reach.backend.as_str(),
        Json(settings) as _,
        &tools,
    )
    .execute(tx.conn())
    .await?;
    found(done.rows_affected())?;
    match &reach.key {
        // A key goes with what it opens.
        _ if reach.backend.needs().key == Need::No => key::remove_in(tx, scope, agent).await,
        NewKey::Keep => Ok(()),
        NewKey::Remove => key::remove_in(tx, scope, agent).await,
        NewKey::Set(key) => key::set_in(db, tx, scope, agent, key).await,
    }
}

/// Lets an agent take work, or rest: it finishes what it has in hand, and takes up nothing new.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn set_ready(db: &Db, scope: &Scope, agent: AgentId, ready: bool) -> Result<()> {
    operator(scope)?;
    let mut tx = db.begin(scope).await?;
    let row = sqlx::query!(
        "UPDATE agent SET state = $3 WHERE workspace_id = $1 AND id = $2 RETURNING name, client_id",
        scope.workspace.0,
        agent.0,
        if ready { "ready" } else { "resting" },
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    let what = if ready { "resume_agent" } else { "pause_agent" };
    let entry = NewEntry { client: row.client_id.map(ClientId), ..NewEntry::done(what, row.name) };
    audit::commands::record_in(&mut tx, scope, entry).await?;
    live_hints::publish_to_desk(&mut tx, scope, "agent").await?;
    tx.commit().await
}

fn found(affected: u64) -> Result<()> {
    if affected == 0 { Err(Error::NotFound) } else { one_row(affected) }
}

fn no_client() -> Error {
    Error::Fields(FieldErrors::one("client", "Choose a client, or all clients."))
}

fn checked(name: &str, persona: &str) -> Result<(String, String)> {
    let persona = words::line_feeds(&persona.replace('\0', "")).trim().to_owned();
    let mut errors = FieldErrors::new();
    let name = names::read(&mut errors, "name", name, NAME, "Enter a name. Clients will see it.");
    if persona.chars().count() > PERSONA {
        errors.add("persona", format!("Keep this under {PERSONA} characters."));
    }
    errors.check().map(|()| (name, persona))
}
