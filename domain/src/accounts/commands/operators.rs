use chrono::Duration;

use super::{
    persons::{check_email, check_password, create_owner_in, owner_in, read_name},
    resets,
};
use crate::{
    Db, Error, FieldErrors, Result, Scope, SystemRole,
    accounts::passwords::{self, HashPriority},
    audit::{self, ActedThrough, NewEntry},
    ids::{MembershipId, WorkspaceId},
};

/// How long the link of a new operator works.
const LIFE: Duration = Duration::hours(24);

/// Makes a person an operator of the install's first workspace (the command line's `operator create`); the path of a
/// link under which they set their password, once, within a day. A person who is one already gets such a link too.
///
/// # Errors
/// [`Error::Fields`]; [`Error::Refused`] before there is a workspace.
pub async fn create_operator(db: &Db, email: &str, name: &str, password: Option<&str>) -> Result<String> {
    let mut errors = FieldErrors::new();
    let email = check_email(&mut errors, "email", email);
    let name = read_name(&mut errors, "name", name);
    if let Some(password) = password {
        check_password(&mut errors, "password", password, &[&name, &email]);
    }
    errors.check()?;
    let hash = match password {
        Some(password) => Some(passwords::hash(HashPriority::Known, password).await?),
        None => None,
    };
    let mut tx = db.begin_as(SystemRole::Auth).await?;
    let workspace = sqlx::query_scalar!("SELECT id FROM workspace ORDER BY created_at LIMIT 1")
        .fetch_optional(tx.conn())
        .await?
        .ok_or_else(|| Error::refused("There is no workspace yet. Open /setup in a browser first."))?;
    let person = match owner_in(&mut tx, &email).await? {
        Some(known) => known.id,
        None => create_owner_in(&mut tx, &email, &name, hash.as_deref()).await?,
    };
    let now = tx.now();
    sqlx::query!(
        "INSERT INTO membership (id, workspace_id, person_id, role, created_at) VALUES ($1, $2, $3, 'operator', $4)
         ON CONFLICT DO NOTHING",
        MembershipId::new().0,
        workspace,
        person.0,
        now,
    )
    .execute(tx.conn())
    .await?;
    let token = resets::create_in(&mut tx, person, LIFE).await?;
    tx.commit().await?;
    let entry =
        NewEntry { after: Some("operator".to_owned()), ..NewEntry::done("add_operator", email.as_str()) };
    audit::commands::write(db, &Scope::system(WorkspaceId(workspace)), &ActedThrough::default(), &entry)
        .await?;
    Ok(format!("/reset/{token}"))
}
