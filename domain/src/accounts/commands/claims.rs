//! Taking an address back from those who only claimed it.
//!
//! Anybody can sign up with anybody's address. Whoever then reads its mail (confirms it, sets a password by a link to it, is
//! invited at it) is asked of each company that was signed up with it whether it is theirs. One that is comes to them;
//! from one that is not, the address is taken: who signed it up is out, and the company stays for the operators to see,
//! with nobody in it. See `docs/decisions/an-address-that-is-not-confirmed.md`.

use super::{
    persons::{PersonRow, claimants_in},
    resets::end_links_in,
    unused_sign_ups,
};
use crate::{
    Error, FieldErrors, OnConstraint, Result, Scope, SystemRole, Tx,
    audit::{self, ActedThrough, NewEntry},
    ids::{ClientId, MembershipId, PersonId, WorkspaceId},
    mail,
};

/// How many claims one is asked about; older ones are nobody's.
const ASKED: usize = 10;
const UNANSWERED: &str = "Say whether this is yours.";

/// A company that somebody signed up with an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    pub person: PersonId,
    pub company: String,
    /// Who else is in it.
    pub colleagues: Vec<String>,
    /// When, in milliseconds since 1970, UTC.
    pub at: i64,
}

impl Claim {
    /// The name of its field in a form: `yes` or `no`.
    pub fn field(&self) -> String {
        format!("claim-{}", self.person)
    }
}

/// What whoever reads an address's mail says of the claims on it: whose they are, by the names of their fields.
#[derive(Clone, Copy)]
pub struct Answers<'a>(pub &'a (dyn Fn(&str) -> Option<bool> + Sync));

impl Answers<'_> {
    /// Nobody was asked.
    pub const NONE: Answers<'static> = Answers(&|_| None);

    /// The claims that are theirs.
    ///
    /// # Errors
    /// Each that is not answered, at its field.
    pub(super) fn mine(&self, claims: &[Claim]) -> Result<Vec<PersonId>> {
        let (mut errors, mut mine) = (FieldErrors::new(), Vec::new());
        for claim in claims {
            match (self.0)(&claim.field()) {
                Some(true) => mine.push(claim.person),
                Some(false) => {}
                None => errors.add(&claim.field(), UNANSWERED),
            }
        }
        errors.check().map(|()| mine)
    }
}

/// The claims on an address, the newest first, beside that of `but`. For [`crate::SystemRole::Auth`].
pub(super) async fn list_in(tx: &mut Tx, email: &str, but: Option<PersonId>) -> Result<Vec<Claim>> {
    let mut claims = Vec::new();
    for claimant in
        claimants_in(tx, email).await?.into_iter().filter(|known| Some(known.id) != but).take(ASKED)
    {
        claims.extend(of_person_in(tx, &claimant).await?);
    }
    Ok(claims)
}

/// What a claimant signed up; none where they have no place any more.
async fn of_person_in(tx: &mut Tx, claimant: &PersonRow) -> Result<Option<Claim>> {
    let row = sqlx::query!(
        r#"SELECT c.name, m.created_at,
                  array(SELECT p.email FROM membership o JOIN person p ON p.id = o.person_id
                        WHERE o.workspace_id = m.workspace_id AND o.client_id = m.client_id AND o.removed_at IS NULL
                          AND o.person_id <> m.person_id
                        ORDER BY o.created_at LIMIT 5) AS "colleagues!"
           FROM membership m JOIN client c ON c.id = m.client_id
           WHERE m.person_id = $1 AND m.removed_at IS NULL
           ORDER BY m.created_at LIMIT 1"#,
        claimant.id.0,
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|row| Claim {
        person: claimant.id,
        company: row.name,
        colleagues: row.colleagues,
        at: row.created_at.timestamp_millis(),
    }))
}

/// Gives the owner of an address what is theirs of the claims on it, and takes it from all others. For
/// [`crate::SystemRole::Auth`].
pub(super) async fn settle_in(
    tx: &mut Tx,
    email: &str,
    owner: Option<PersonId>,
    mine: &[PersonId],
) -> Result<()> {
    for claimant in claimants_in(tx, email).await?.into_iter().filter(|known| Some(known.id) != owner) {
        match owner {
            Some(owner) if mine.contains(&claimant.id) => join_in(tx, claimant.id, owner).await?,
            _ => release_in(tx, claimant.id, owner).await?,
        }
    }
    Ok(())
}

/// Gives `owner` the places of `claimant`, who keeps their name on what they wrote and can no longer sign in. A business
/// that the owner has here already is not there twice afterwards.
pub(super) async fn join_in(tx: &mut Tx, claimant: PersonId, owner: PersonId) -> Result<()> {
    let now = tx.now();
    let places = sqlx::query!(
        "UPDATE membership SET removed_at = $2 WHERE person_id = $1 AND removed_at IS NULL
         RETURNING workspace_id, client_id, role",
        claimant.0,
        now,
    )
    .fetch_all(tx.conn())
    .await?;
    for place in places {
        if let Some(client) = place.client_id
            && unused_sign_ups::merge_in(tx, WorkspaceId(place.workspace_id), ClientId(client), owner).await?
        {
            continue;
        }
        sqlx::query!(
            "INSERT INTO membership (id, workspace_id, client_id, person_id, role, created_at)
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
            MembershipId::new().0,
            place.workspace_id,
            place.client_id,
            owner.0,
            place.role,
            now,
        )
        .execute(tx.conn())
        .await?;
    }
    end_access_in(tx, claimant).await
}

/// Takes the address from somebody who only claimed it: they are out of what they signed up. Where that is a business which
/// the address's owner has here, it is archived.
pub(super) async fn release_in(tx: &mut Tx, claimant: PersonId, owner: Option<PersonId>) -> Result<()> {
    let now = tx.now();
    // Whoever has confirmed meanwhile has shown that it is theirs.
    sqlx::query!("SELECT id FROM person WHERE id = $1 AND NOT confirmed FOR UPDATE", claimant.0)
        .fetch_optional(tx.conn())
        .await?
        .ok_or(Error::NotFound)?;
    let left = sqlx::query!(
        r#"WITH gone AS (UPDATE membership SET removed_at = $2 WHERE person_id = $1 AND removed_at IS NULL
                         RETURNING workspace_id, client_id, person_id)
           SELECT gone.workspace_id, c.id, c.name FROM gone JOIN client c ON c.id = gone.client_id"#,
        claimant.0,
        now,
    )
    .fetch_all(tx.conn())
    .await?;
    end_access_in(tx, claimant).await?;
    for place in left {
        let (name, client) = (mail::plain(&place.name), ClientId(place.id));
        let workspace = WorkspaceId(place.workspace_id);
        let next = match owner {
            Some(owner) if unused_sign_ups::drop_in(tx, workspace, client, owner).await? => {
                "The address’s owner is already your client under that name, so we archived this one:"
            }
            _ => "If you know the business, you can invite its people from its page:",
        };
        let body = format!(
            "Someone signed up {name} with an email address that isn’t theirs, and the address’s owner told us so. Whoever \
             it was has been signed out and can’t get back in with that address. {next}\n\n{{link:/desk/clients/{client}}}\n",
        );
        let scope = Scope::system(workspace);
        let subject = format!("{name} signed up with someone else’s email");
        mail::commands::queue_to_operators_about_in(tx, &scope, Some(client), &subject, &body).await?;
        tx.enter(&scope).await?;
        let entry = NewEntry::done("take_back_address", place.name.as_str()).of(client);
        audit::commands::write_in(tx, &scope, &ActedThrough::default(), &entry).await?;
        tx.enter_as(SystemRole::Auth).await?;
    }
    Ok(())
}

/// Takes from somebody who only claimed an address all that they have here.
pub(super) async fn leave_in(tx: &mut Tx, claimant: PersonId) -> Result<()> {
    let now = tx.now();
    sqlx::query!(
        "UPDATE membership SET removed_at = $2 WHERE person_id = $1 AND removed_at IS NULL",
        claimant.0,
        now,
    )
    .execute(tx.conn())
    .await?;
    end_access_in(tx, claimant).await
}

/// Nobody gets in as that person any more: not by password, browser or link, nor by whom they invited.
async fn end_access_in(tx: &mut Tx, person: PersonId) -> Result<()> {
    let now = tx.now();
    sqlx::query!("UPDATE person SET password_hash = NULL WHERE id = $1", person.0).execute(tx.conn()).await?;
    sqlx::query!("DELETE FROM sign_in WHERE person_id = $1", person.0).execute(tx.conn()).await?;
    sqlx::query!(
        "UPDATE confirmation SET used_at = $2 WHERE person_id = $1 AND used_at IS NULL",
        person.0,
        now
    )
    .execute(tx.conn())
    .await?;
    end_links_in(tx, person).await?;
    sqlx::query!(
        "UPDATE invitation SET revoked_at = $2 WHERE invited_by = $1 AND accepted_at IS NULL AND revoked_at IS NULL",
        person.0,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Makes an address a person's own.
///
/// # Errors
/// [`Error::Refused`] where somebody else did that a moment ago.
pub(super) async fn own_in(tx: &mut Tx, person: PersonId) -> Result<()> {
    sqlx::query!("UPDATE person SET confirmed = true WHERE id = $1", person.0)
        .execute(tx.conn())
        .await
        .on_constraint("person_email_unique", || {
            Error::refused("This email was just confirmed on another account. Open the link again.")
        })?;
    Ok(())
}
