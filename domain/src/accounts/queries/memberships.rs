use crate::{
    Db, Error, Result, Role, SystemRole,
    accounts::{BrowserVisit, Membership},
    ids::{ClientId, MembershipId, PersonId, WorkspaceId},
    workspaces,
};

/// Finds the workspace of a host name and, for a signed-in person, the place in which they act there: the one
/// named, else the first. A removed membership is as good as none.
pub async fn arrive(
    db: &Db,
    host: &str,
    person: Option<PersonId>,
    membership: Option<MembershipId>,
) -> Result<BrowserVisit> {
    let mut tx = db.begin_as(SystemRole::Auth).await?;
    let workspace = workspaces::queries::by_host_in(tx.conn(), host).await?;
    let (membership, elsewhere) = match (&workspace, person) {
        (Some(workspace), Some(person)) => {
            let mut places = memberships_in(tx.conn(), workspace.id, person).await?;
            let several = places.len() > 1;
            let chosen = places.iter().position(|place| Some(place.membership) == membership).unwrap_or(0);
            ((!places.is_empty()).then(|| places.swap_remove(chosen)), several)
        }
        _ => (None, false),
    };
    tx.commit().await?;
    Ok(BrowserVisit { workspace, membership, elsewhere })
}

/// Every place of a person in one workspace. For [`SystemRole::Auth`].
pub async fn memberships_in(
    conn: &mut sqlx::PgConnection,
    workspace: WorkspaceId,
    person: PersonId,
) -> Result<Vec<Membership>> {
    let mut places = all_memberships_in(conn, person).await?;
    places.retain(|place| place.workspace == workspace);
    Ok(places)
}

/// Every place of a person, oldest first, operators' before clients'. For [`SystemRole::Auth`].
pub async fn all_memberships_in(conn: &mut sqlx::PgConnection, person: PersonId) -> Result<Vec<Membership>> {
    let rows = sqlx::query!(
        r#"SELECT m.id, m.workspace_id, m.client_id, m.role, p.name, p.email, p.zone, p.zone_chosen,
                  c.name AS "client_name?", (c.archived_at IS NOT NULL) AS "has_left!"
           FROM membership m
           JOIN person p ON p.id = m.person_id
           LEFT JOIN client c ON c.id = m.client_id
           WHERE m.person_id = $1 AND m.removed_at IS NULL AND c.closed_at IS NULL
           ORDER BY (m.client_id IS NOT NULL), m.created_at"#,
        person.0,
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let role =
                Role::parse(&row.role).ok_or_else(|| Error::Broken(format!("unknown role {}", row.role)))?;
            Ok(Membership {
                person,
                name: row.name,
                email: row.email,
                membership: MembershipId(row.id),
                workspace: WorkspaceId(row.workspace_id),
                client: row.client_id.map(|id| (ClientId(id), row.client_name.unwrap_or_default())),
                role: if row.has_left { role.after_leaving() } else { role },
                zone: row.zone,
                zone_chosen: row.zone_chosen,
            })
        })
        .collect()
}
