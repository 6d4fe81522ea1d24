//! The first start: one operator, guarded by a code that stands in the terminal, makes the workspace.

use sqlx::types::Json;

use super::{
    links,
    persons::{check_email, check_password, create_owner_in, read_name},
};
use crate::{
    Db, Error, FieldErrors, Result, SystemRole, Tx,
    accounts::{
        Membership,
        devices::Source,
        passwords::{self, HashPriority},
        queries::memberships_in,
    },
    billing::Sender,
    format::Locale,
    ids::MembershipId,
    install,
    money::Currency,
    names, secret,
    workspaces::commands::{self, NewWorkspace},
};

/// The mark under which the install keeps the code's hash.
const CODE: &str = "setup_code";
/// No letters that look like others; 32 of them, so that a byte falls on each as often.
const LETTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// What the first operator fills in.
#[derive(Clone, Copy, Debug)]
pub struct SetUpForm<'a> {
    pub code: &'a str,
    pub business: &'a str,
    pub zone: &'a str,
    /// A locale's code; empty for the usual one in the zone.
    pub locale: &'a str,
    pub currency: &'a str,
    /// Who sends invoices, as far as it is known yet: street and city, ISO 3166 code, and the rest.
    pub bill_address: &'a str,
    pub bill_country: &'a str,
    pub bill_tax_number: &'a str,
    pub bill_bank: &'a str,
    pub bill_tax_note: &'a str,
    pub name: &'a str,
    pub email: &'a str,
    pub password: &'a str,
}

/// A new code to be printed in the terminal, such as `K7QF-2MXD-9TRA`; the one before ends. `None` once there is a
/// workspace.
pub async fn setup_code(db: &Db) -> Result<Option<String>> {
    if install::is_set_up(db).await? {
        return Ok(None);
    }
    let letters: Vec<u8> =
        secret::random_bytes().iter().take(12).map(|byte| LETTERS[usize::from(byte % 32)]).collect();
    let code = letters.chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join("-");
    let mut tx = db.begin_as(SystemRole::Auth).await?;
    sqlx::query!(
        "INSERT INTO install (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        CODE,
        kept(&code),
    )
    .execute(tx.conn())
    .await?;
    tx.commit().await?;
    Ok(Some(code))
}

/// What is kept of a code, however it is typed.
fn kept(code: &str) -> String {
    let plain: String =
        code.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase();
    secret::keyed_hash(CODE, plain.as_bytes())
}

/// Makes the workspace, its desk and its first operator, whose place is answered.
///
/// # Errors
/// [`Error::NotFound`] once there is a workspace; [`Error::Fields`]; [`Error::TooMany`].
pub async fn set_up<'a>(db: &Db, form: &SetUpForm<'_>, from: impl Into<Source<'a>>) -> Result<Membership> {
    let SetUpInput { business, name, email, sender } = check(form)?;
    check_code(db, form.code, from.into()).await?;
    let hash = passwords::hash(HashPriority::Known, form.password).await?;
    let mut tx = db.begin_as(SystemRole::Auth).await?;
    use_code_in(&mut tx, form.code).await?;
    let new = NewWorkspace {
        name: &business,
        zone: form.zone,
        locale: Locale::parse(form.locale),
        currency: form.currency,
    };
    let workspace = commands::create_in(&mut tx, &new).await?;
    if !sender.is_empty() {
        sqlx::query!(
            "UPDATE workspace SET bill_sender = $2, bill_from = $3 WHERE id = $1",
            workspace.id.0,
            Json(&sender) as _,
            sender.printed(&workspace.name),
        )
        .execute(tx.conn())
        .await?;
    }
    tx.enter_as(SystemRole::Auth).await?;
    let person = create_owner_in(&mut tx, &email, &name, Some(&hash)).await?;
    let now = tx.now();
    sqlx::query!(
        "INSERT INTO membership (id, workspace_id, person_id, role, created_at) VALUES ($1, $2, $3, 'operator', $4)",
        MembershipId::new().0,
        workspace.id.0,
        person.0,
        now,
    )
    .execute(tx.conn())
    .await?;
    let place = memberships_in(tx.conn(), workspace.id, person).await?.into_iter().next();
    tx.commit().await?;
    place.ok_or(Error::NotFound)
}

/// What a form that holds says of names, the address and the sender of invoices.
struct SetUpInput {
    business: String,
    name: String,
    email: String,
    sender: Sender,
}

fn check(form: &SetUpForm<'_>) -> Result<SetUpInput> {
    let mut errors = FieldErrors::new();
    let business = names::read(
        &mut errors,
        "business",
        form.business,
        80,
        "Enter your business name. Clients will see it.",
    );
    if form.zone.parse::<chrono_tz::Tz>().is_err() {
        errors.add("zone", "Choose a time zone from the list, like America/New_York.");
    }
    if !form.locale.is_empty() && Locale::parse(form.locale).is_none() {
        errors.add("locale", "Choose a format from the list.");
    }
    if form.currency.parse::<Currency>().is_err() {
        errors.add("currency", "Choose a currency from the list.");
    }
    let name = read_name(&mut errors, "name", form.name);
    let email = check_email(&mut errors, "email", form.email);
    check_password(&mut errors, "password", form.password, &[&name, form.email, &business]);
    let sender = Sender {
        name: String::new(),
        address: form.bill_address.to_owned(),
        country: form.bill_country.to_owned(),
        tax_number: form.bill_tax_number.to_owned(),
        bank: form.bill_bank.to_owned(),
        tax_note: form.bill_tax_note.to_owned(),
    };
    let sender = sender.read(&mut errors);
    if !sender.is_empty() && sender.country.is_empty() {
        errors.add("bill_country", "Choose the country your invoices come from.");
    }
    errors.check()?;
    Ok(SetUpInput { business, name, email, sender })
}

/// Looks whether the code is right before a password is hashed for it. Only wrong ones are counted: no number of them keeps
/// out whoever has the right one.
async fn check_code(db: &Db, code: &str, from: Source<'_>) -> Result<()> {
    let mut tx = db.begin_as(SystemRole::Auth).await?;
    let right = use_code_in(&mut tx, code).await;
    drop(tx);
    match right {
        Err(wrong @ Error::Fields(_)) => match links::count_miss(db, from.network).await {
            Error::NotFound => Err(wrong),
            too_many => Err(too_many),
        },
        right => right,
    }
}

/// Uses the code up. Its row is held until the end: of two at once, the second finds a workspace.
async fn use_code_in(tx: &mut Tx, code: &str) -> Result<()> {
    let expected = sqlx::query_scalar!("SELECT value FROM install WHERE key = $1 FOR UPDATE", CODE)
        .fetch_optional(tx.conn())
        .await?;
    let found = sqlx::query_scalar!(r#"SELECT EXISTS (SELECT 1 FROM workspace) AS "found!""#)
        .fetch_one(tx.conn())
        .await?;
    if found {
        return Err(Error::NotFound);
    }
    if expected.is_some_and(|expected| secret::same(&expected, &kept(code))) {
        return Ok(());
    }
    Err(Error::Fields(FieldErrors::one(
        "code",
        "That code doesn’t match the one in your terminal. It changes every time the server starts.",
    )))
}
