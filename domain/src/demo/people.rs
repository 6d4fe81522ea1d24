//! Who is in the demo, and how they sign in.

use sessions::{NewStream, StreamId, Tenant};

use crate::{
    Actor, Db, Result, Role, Scope, SystemRole,
    accounts::passwords,
    ids::{ClientId, MembershipId, PersonId, WorkspaceId},
    offers::IntakeAnswer,
};

/// The password of everyone in the demo.
pub const PASSWORD: &str = "see it being done";

/// Someone in the demo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Account {
    pub name: &'static str,
    pub email: &'static str,
    pub role: Role,
    /// The business; the workspace's own for operators.
    pub business: &'static str,
}

pub(super) const OLGA: Account = Account {
    name: "Olga Prins",
    email: "olga@northlight.test",
    role: Role::Operator,
    business: "Northlight",
};
pub(super) const ROSA: Account = Account {
    name: "Rosa Klein",
    email: "rosa@harborpine.test",
    role: Role::Owner,
    business: "Harbor & Pine Law",
};
pub(super) const TOM: Account = Account {
    name: "Tom Maris",
    email: "tom@harborpine.test",
    role: Role::Member,
    business: "Harbor & Pine Law",
};
pub(super) const INES: Account =
    Account { name: "Ines Okafor", email: "ines@cedar.test", role: Role::Owner, business: "Cedar Insurance" };
pub(super) const BEN: Account =
    Account { name: "Ben Adler", email: "ben@cedar.test", role: Role::Billing, business: "Cedar Insurance" };
pub(super) const DANA: Account = Account {
    name: "Dana Whitfield",
    email: "dana@willow.test",
    role: Role::Owner,
    business: "Willow Realty",
};

/// Everyone who can sign in to the demo.
pub fn accounts() -> [Account; 6] {
    [OLGA, ROSA, TOM, INES, BEN, DANA]
}

/// Makes a person with a place in the workspace or with a client; the scope in which they act.
pub(super) async fn person(
    db: &Db,
    workspace: WorkspaceId,
    client: Option<ClientId>,
    account: Account,
    hash: &str,
) -> Result<Scope> {
    let (id, membership) = (PersonId::new(), MembershipId::new());
    let mut tx = db.begin_as(SystemRole::Auth).await?;
    let now = tx.now();
    sqlx::query!(
        "INSERT INTO person (id, email, name, password_hash, confirmed, created_at) VALUES ($1, $2, $3, $4, true, $5)",
        id.0,
        account.email,
        account.name,
        hash,
        now,
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "INSERT INTO membership (id, workspace_id, client_id, person_id, role, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
        membership.0,
        workspace.0,
        client.map(|id| id.0),
        id.0,
        account.role.as_str(),
        now,
    )
    .execute(tx.conn())
    .await?;
    tx.commit().await?;
    let actor = Actor::Person { id, membership, name: account.name.to_owned(), role: account.role };
    Ok(Scope { workspace, client, actor })
}

/// Makes a client with its board and what it answered at sign-up.
pub(super) async fn client(
    db: &Db,
    workspace: WorkspaceId,
    name: &str,
    vertical: &str,
    bill_to: &str,
    intake: &[IntakeAnswer],
) -> Result<ClientId> {
    let (id, board) = (ClientId::new(), StreamId::generate());
    let mut tx = db.begin(&Scope::system(workspace)).await?;
    let now = tx.now();
    sqlx::query!(
        "INSERT INTO client (id, workspace_id, name, vertical, bill_to, intake, board_stream, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        id.0,
        workspace.0,
        name,
        vertical,
        bill_to,
        sqlx::types::Json(intake) as _,
        board.0,
        now,
    )
    .execute(tx.conn())
    .await?;
    let tenant = Tenant { workspace: workspace.0, client: Some(id.0) };
    let stream = NewStream { id: board, tenant, kind: "board", backstage: false };
    sessions::create_in(tx.conn(), &stream, now).await?;
    tx.commit().await?;
    Ok(id)
}

/// The password of everyone, hashed once: each hash takes the time that it is meant to take.
pub(super) async fn hash() -> Result<String> {
    passwords::hash(passwords::HashPriority::Known, PASSWORD).await
}
