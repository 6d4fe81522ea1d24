use crate::{
    Db, Error, FieldErrors, Office, OnConstraint, Result, Role, Tx,
    accounts::{
        Standing,
        commands::{
            links,
            persons::{check_password, create_owner_in, owner_in, read_name},
        },
        limits, passwords, queries,
    },
    ids::{ClientId, MembershipId, PersonId, WorkspaceId},
    secret,
};

/// An invitation as whoever holds its link sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    pub workspace: String,
    /// None: to the workspace's own desk.
    pub client: Option<String>,
    pub email: String,
    pub role: Role,
    /// The address belongs to somebody who has a password here already.
    pub known: bool,
}

/// How an invitation is accepted.
#[derive(Clone, Copy, Debug)]
pub enum Accepted<'a> {
    /// By a new person.
    As { name: &'a str, password: &'a str },
    /// By the person whose address it is, who shows it by their password.
    With { password: &'a str },
    /// By that person, signed in already.
    By(PersonId),
}

/// What an invitation's page shows. Opening it changes nothing.
///
/// # Errors
/// [`Error::NotFound`] when it is unknown, answered, revoked or too old.
pub async fn open(db: &Db, workspace: WorkspaceId, token: &str, address: &str) -> Result<Invitation> {
    links::tried(db, address).await?;
    let mut tx = db.begin_as(Office::Auth).await?;
    let now = tx.now();
    let row = sqlx::query!(
        r#"SELECT i.email, i.role, w.name, c.name AS "client?",
                  EXISTS (SELECT 1 FROM person p WHERE p.email = i.email AND p.confirmed AND p.password_hash IS NOT NULL) AS "known!"
           FROM invitation i JOIN workspace w ON w.id = i.workspace_id LEFT JOIN client c ON c.id = i.client_id
           WHERE i.token_hash = $1 AND i.workspace_id = $3
             AND i.accepted_at IS NULL AND i.revoked_at IS NULL AND i.expires_at > $2"#,
        secret::hash(token),
        now,
        workspace.0,
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    tx.commit().await?;
    Ok(Invitation {
        workspace: row.name,
        client: row.client,
        email: row.email,
        role: queries::role(&row.role)?,
        known: row.known,
    })
}

/// Accepts an invitation, once: the place it leads to.
///
/// # Errors
/// [`Error::NotFound`] as in [`open`]; [`Error::Fields`]; [`Error::Refused`] for whom it is not meant.
pub async fn accept(
    db: &Db,
    workspace: WorkspaceId,
    token: &str,
    by: Accepted<'_>,
    address: &str,
) -> Result<Standing> {
    let invitation = open(db, workspace, token, address).await?;
    let newcomer = match by {
        Accepted::As { name, password } => Some(check_newcomer(&invitation, name, password).await?),
        Accepted::With { password } => {
            check_owner(db, &invitation.email, password).await?;
            None
        }
        Accepted::By(_) => None,
    };
    let mut tx = db.begin_as(Office::Auth).await?;
    let (client, role) = use_in(&mut tx, token).await?;
    let owner = owner_in(&mut tx, &invitation.email).await?;
    let person = match (owner, newcomer, by) {
        (Some(owner), _, Accepted::By(person)) if owner.id == person => person,
        (Some(owner), None, Accepted::With { .. }) => owner.id,
        // Invited before without a password (an operator made on the command line): the link is theirs alone.
        (Some(owner), Some((_, hash)), _) if owner.password_hash.is_none() => {
            sqlx::query!("UPDATE person SET password_hash = $2 WHERE id = $1", owner.id.0, hash)
                .execute(tx.conn())
                .await?;
            owner.id
        }
        (None, Some((name, hash)), _) => create_owner_in(&mut tx, &invitation.email, &name, Some(&hash))
            .await
            .on_constraint("person_email_unique", || taken(&invitation.email))?,
        _ => return Err(taken(&invitation.email)),
    };
    seat_in(&mut tx, workspace, client, person, role).await?;
    let places = queries::places_in(tx.conn(), workspace, person).await?;
    tx.commit().await?;
    let wanted = |place: &Standing| place.client.as_ref().map(|(id, _)| *id) == client;
    places.into_iter().find(wanted).ok_or(Error::NotFound)
}

fn taken(email: &str) -> Error {
    Error::refused(format!(
        "This invitation is for {email}, who has an account here. Sign in with it to accept."
    ))
}

async fn check_newcomer(invitation: &Invitation, name: &str, password: &str) -> Result<(String, String)> {
    let mut errors = FieldErrors::new();
    let name = read_name(&mut errors, "name", name);
    let about = [name, &invitation.email, invitation.client.as_deref().unwrap_or_default()];
    check_password(&mut errors, "password", password, &about);
    errors.check()?;
    Ok((name.to_owned(), passwords::hash(password).await?))
}

async fn check_owner(db: &Db, email: &str, password: &str) -> Result<()> {
    limits::hit(db, limits::SIGN_IN_EMAIL, email).await?;
    let mut tx = db.begin_as(Office::Auth).await?;
    let owner = owner_in(&mut tx, email).await?;
    tx.commit().await?;
    let hash = owner.and_then(|owner| owner.password_hash);
    if passwords::verify(hash.as_deref(), password).await? {
        return limits::forgive(db, limits::SIGN_IN_EMAIL, email).await;
    }
    Err(Error::Fields(FieldErrors::one("password", "This is not the password of your account here.")))
}

/// Uses an invitation up: whoever comes second finds it gone.
async fn use_in(tx: &mut Tx, token: &str) -> Result<(Option<ClientId>, Role)> {
    let now = tx.now();
    let row = sqlx::query!(
        "UPDATE invitation SET accepted_at = $2
         WHERE token_hash = $1 AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > $2
         RETURNING client_id, role",
        secret::hash(token),
        now,
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    Ok((row.client_id.map(ClientId), queries::role(&row.role)?))
}

/// Gives a person a place, unless they have it.
async fn seat_in(
    tx: &mut Tx,
    workspace: WorkspaceId,
    client: Option<ClientId>,
    person: PersonId,
    role: Role,
) -> Result<()> {
    let now = tx.now();
    sqlx::query!(
        "INSERT INTO membership (id, workspace_id, client_id, person_id, role, created_at) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT DO NOTHING",
        MembershipId::new().0,
        workspace.0,
        client.map(|client| client.0),
        person.0,
        role.as_str(),
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
