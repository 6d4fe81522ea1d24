use sessions::{NewStream, StreamId, Tenant};

use crate::{
    Office, Result, Scope, Tx,
    ids::{AgentId, WorkspaceId},
    workspaces::Workspace,
};

/// What a new workspace begins with.
#[derive(Clone, Copy, Debug)]
pub struct NewWorkspace<'a> {
    pub name: &'a str,
    /// IANA name of its time zone.
    pub zone: &'a str,
    /// ISO 4217 code.
    pub currency: &'a str,
}

/// Makes a workspace with the desk's stream and its first agent, the house's own. Leaves the transaction in the
/// workspace's own scope.
pub async fn create_in(tx: &mut Tx, new: &NewWorkspace<'_>) -> Result<Workspace> {
    tx.enter_as(Office::Auth).await?;
    let (id, desk, now) = (WorkspaceId::new(), StreamId::generate(), tx.now());
    let workspace = Workspace {
        id,
        name: new.name.to_owned(),
        tagline: "An employee that knows your business and never loses the thread".to_owned(),
        promise:
            "Ask for work as you would ask a colleague. Watch it being done. Stop it, steer it, approve it."
                .to_owned(),
        zone: new.zone.to_owned(),
        currency: new.currency.to_owned(),
        line_light: None,
        line_dark: None,
        terms: terms(new.name),
        desk_stream: desk.0,
    };
    sqlx::query!(
        "INSERT INTO workspace (id, name, tagline, promise, zone, currency, terms, desk_stream, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        id.0,
        workspace.name,
        workspace.tagline,
        workspace.promise,
        workspace.zone,
        workspace.currency,
        workspace.terms,
        desk.0,
        now,
    )
    .execute(tx.conn())
    .await?;
    tx.enter(&Scope::system(id)).await?;
    let stream = NewStream {
        id: desk,
        tenant: Tenant { workspace: id.0, client: None },
        kind: "desk",
        backstage: true,
    };
    sessions::create_in(tx.conn(), &stream, now).await?;
    sqlx::query!(
        "INSERT INTO agent (id, workspace_id, name, persona, backend, created_at)
         VALUES ($1, $2, 'Juno', 'Careful and quick; writes plainly, asks before anything leaves the house.', 'house', $3)",
        AgentId::new().0,
        id.0,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(workspace)
}

/// What a client agrees to until the operator writes terms of their own.
fn terms(name: &str) -> String {
    format!(
        "## What you get\n\n{name} works on your requests, as many at a time as your offer says, each within the hours it \
         names, counted in working days. You can ask for as many as you like; the rest wait in line.\n\n\
         ## What you pay\n\nThe price of your offer, in advance, by invoice. You may pause; the days left over are kept.\n\n\
         ## What is yours\n\nEverything made for you, once it is paid. What you give us stays yours and is used for your \
         requests alone.\n\n## Ending it\n\nYou may end it before the next invoice, without a reason.\n"
    )
}
