use crate::{
    Db, Error, FieldErrors, OnConstraint, Result, Role, SystemRole, Tx,
    accounts::{
        Membership,
        commands::{
            claims::{self, Answers, Claim},
            links,
            persons::{check_password, create_owner_in, owner_in, person_in, read_name},
        },
        devices::Source,
        limits,
        passwords::{self, HashPriority},
        queries,
    },
    billing,
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
    /// What was signed up with the address, where it is nobody's yet.
    pub claims: Vec<Claim>,
}

/// How an invitation is accepted.
#[derive(Clone, Copy, Debug)]
pub enum Acceptance<'a> {
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
pub async fn open<'a>(
    db: &Db,
    workspace: WorkspaceId,
    token: &str,
    from: impl Into<Source<'a>>,
) -> Result<Invitation> {
    match find(db, workspace, token).await {
        Err(Error::NotFound) => Err(links::check_missed(db, token, from.into().network).await),
        found => found,
    }
}

async fn find(db: &Db, workspace: WorkspaceId, token: &str) -> Result<Invitation> {
    if !links::is_token(token) {
        return Err(Error::NotFound);
    }
    let mut tx = db.begin_as(SystemRole::Auth).await?;
    let now = tx.now();
    let row = sqlx::query!(
        r#"SELECT i.email, i.role, w.name, c.name AS "client?",
                  EXISTS (SELECT 1 FROM person p WHERE p.email = i.email AND p.confirmed AND p.password_hash IS NOT NULL) AS "known!",
                  EXISTS (SELECT 1 FROM person p WHERE p.email = i.email AND p.confirmed) AS "owned!"
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
    let claims = if row.owned { Vec::new() } else { claims::list_in(&mut tx, &row.email, None).await? };
    tx.commit().await?;
    Ok(Invitation {
        workspace: row.name,
        client: row.client,
        email: row.email,
        role: queries::role(&row.role)?,
        known: row.known,
        claims,
    })
}

/// Accepts an invitation, once: the place it leads to. Its link shows that the address's mail is theirs, so what was signed
/// up with the address is settled as well, by their `answers`.
///
/// # Errors
/// [`Error::NotFound`] as in [`open`]; [`Error::Fields`]; [`Error::Refused`] for whom it is not meant.
pub async fn accept<'a>(
    db: &Db,
    workspace: WorkspaceId,
    token: &str,
    by: Acceptance<'_>,
    answers: Answers<'_>,
    from: impl Into<Source<'a>>,
) -> Result<Membership> {
    let invitation = open(db, workspace, token, from).await?;
    let claims =
        invitation.claims.iter().filter(|claim| !matches!(by, Acceptance::By(me) if me == claim.person));
    let mine = answers.mine(&claims.cloned().collect::<Vec<_>>());
    let newcomer = match by {
        Acceptance::As { name, password } => Some(check_newcomer(&invitation, name, password, &mine).await?),
        Acceptance::With { password } => {
            check_owner(db, &invitation.email, password).await?;
            None
        }
        Acceptance::By(_) => None,
    };
    let mine = mine?;
    let mut tx = db.begin_as(SystemRole::Auth).await?;
    let (client, role) = use_in(&mut tx, token).await?;
    let person = person_of_in(&mut tx, &invitation.email, newcomer, by).await?;
    claims::settle_in(&mut tx, &invitation.email, Some(person), &mine).await?;
    seat_in(&mut tx, workspace, client, person, role).await?;
    let places = queries::memberships_in(tx.conn(), workspace, person).await?;
    billing::commands::owners_confirmed_in(&mut tx, workspace, &places).await?;
    tx.commit().await?;
    let wanted = |place: &Membership| place.client.as_ref().map(|(id, _)| *id) == client;
    places.into_iter().find(wanted).ok_or(Error::NotFound)
}

/// Who accepts: the owner of the address, or whoever becomes it.
async fn person_of_in(
    tx: &mut Tx,
    email: &str,
    newcomer: Option<(String, String)>,
    by: Acceptance<'_>,
) -> Result<PersonId> {
    let owner = owner_in(tx, email).await?;
    match (owner, newcomer, by) {
        (Some(owner), _, Acceptance::By(person)) if owner.id == person => Ok(person),
        (Some(owner), None, Acceptance::With { .. }) => Ok(owner.id),
        // Invited before without a password (an operator made on the command line): the link is theirs alone.
        (Some(owner), Some((_, hash)), _) if owner.password_hash.is_none() => {
            sqlx::query!("UPDATE person SET password_hash = $2 WHERE id = $1", owner.id.0, hash)
                .execute(tx.conn())
                .await?;
            Ok(owner.id)
        }
        (None, Some((name, hash)), _) => create_owner_in(tx, email, &name, Some(&hash))
            .await
            .on_constraint("person_email_unique", || taken(email)),
        // Signed up with it, and shows by the link that it is theirs.
        (None, None, Acceptance::By(person)) if person_in(tx, person).await?.email == email => {
            claims::own_in(tx, person).await?;
            Ok(person)
        }
        _ => Err(taken(email)),
    }
}

fn taken(email: &str) -> Error {
    Error::refused(format!("This invitation is for {email}. Sign in with that email to accept it."))
}

/// Name and hash of the password; what is wrong with either stands with what is not answered.
async fn check_newcomer(
    invitation: &Invitation,
    name: &str,
    password: &str,
    mine: &Result<Vec<PersonId>>,
) -> Result<(String, String)> {
    let mut errors = match mine {
        Err(Error::Fields(errors)) => errors.clone(),
        _ => FieldErrors::new(),
    };
    let name = read_name(&mut errors, "name", name);
    let about = [name.as_str(), &invitation.email, invitation.client.as_deref().unwrap_or_default()];
    check_password(&mut errors, "password", password, &about);
    errors.check()?;
    Ok((name, passwords::hash(HashPriority::Known, password).await?))
}

async fn check_owner(db: &Db, email: &str, password: &str) -> Result<()> {
    let mut tx = db.begin_as(SystemRole::Auth).await?;
    let owner = owner_in(&mut tx, email).await?;
    tx.commit().await?;
    let Some(owner) = owner else { return Err(taken(email)) };
    // Only whoever holds a link to the address's mail comes here.
    let who = owner.id.to_string();
    limits::hit(db, limits::PASSWORD_PERSON, &who).await?;
    if passwords::verify(HashPriority::Known, owner.password_hash.as_deref(), password).await? {
        return limits::forgive(db, limits::PASSWORD_PERSON, &who).await;
    }
    Err(Error::Fields(FieldErrors::one(
        "password",
        "That isn’t the password for your account. Try again, or reset it.",
    )))
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
