use sessions::{NewStream, StreamId, Tenant};

use crate::{
    Result, Scope, SystemRole, Tx,
    format::Locale,
    ids::{AgentId, WorkspaceId},
    workspaces::{Workspace, default_texts, queries},
};

/// What a new workspace begins with.
#[derive(Clone, Copy, Debug)]
pub struct NewWorkspace<'a> {
    pub name: &'a str,
    /// IANA name of its time zone.
    pub zone: &'a str,
    /// How it writes dates, times and numbers; none: as is usual in the zone.
    pub locale: Option<Locale>,
    /// ISO 4217 code.
    pub currency: &'a str,
}

/// Makes a workspace with the desk's stream and its first agent, the house's own. Leaves the transaction in the
/// workspace's own scope.
pub async fn create_in(tx: &mut Tx, new: &NewWorkspace<'_>) -> Result<Workspace> {
    tx.enter_as(SystemRole::Auth).await?;
    let (id, desk, now) = (WorkspaceId::new(), StreamId::generate(), tx.now());
    let texts = default_texts(new.name);
    let workspace = Workspace {
        id,
        name: new.name.to_owned(),
        tagline: texts.tagline.to_owned(),
        promise: texts.promise.to_owned(),
        zone: new.zone.to_owned(),
        locale: queries::format(new.locale.map(Locale::code), new.zone).locale,
        currency: new.currency.to_owned(),
        line_light: None,
        line_dark: None,
        terms: texts.terms,
        desk_stream: desk.0,
    };
    sqlx::query!(
        "INSERT INTO workspace (id, name, tagline, promise, zone, currency, terms, desk_stream, created_at, locale)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        id.0,
        workspace.name,
        workspace.tagline,
        workspace.promise,
        workspace.zone,
        workspace.currency,
        workspace.terms,
        desk.0,
        now,
        new.locale.map(Locale::code),
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
         VALUES ($1, $2, 'Juno', 'Careful and quick. Writes plainly, and asks before anything goes out the door.', 'house', $3)",
        AgentId::new().0,
        id.0,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(workspace)
}
