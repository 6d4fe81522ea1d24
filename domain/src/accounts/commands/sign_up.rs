//! Signing up: a stranger becomes a client with its owner, a subscription and a first invoice, in one transaction.
//!
//! Whether an address is known is nobody's business, and still a stranger should be at work at once. So a sign-up
//! never looks whether the address has an owner: it always makes a person of its own, who only claims the address
//! (`confirmed` is false) and is signed in with the password just chosen. The mail that follows is where the two cases
//! part (`confirmations`): a new address is confirmed, a known one joins the account that owns it.

use sessions::{NewStream, StreamId, Tenant};

use super::{
    confirmations,
    persons::{candidates_in, check_email, check_password, create_in, person_in, read_name},
};
use crate::{
    Db, Error, FieldErrors, Result, Role, Scope, SystemRole, Tx,
    accounts::{
        Membership,
        devices::Source,
        limits::{self, CONFIRM_EMAIL, Limit, SIGN_IN_EMAIL, SIGN_UP_NETWORK, SIGN_UP_PAIR, pair, party},
        passwords::{self, HashPriority},
        queries::memberships_in,
    },
    audit::{self, NewEntry},
    billing::{self, PlanChoice, Recipient, SubscriptionState},
    ids::{ClientId, MembershipId, OfferId, PersonId, WorkspaceId},
    mail, names,
    offers::{IntakeAnswer, Offer, OfferState, intake, queries},
    secret,
    tax::BuyerKind,
    workspaces::Workspace,
};

/// What a stranger fills in.
#[derive(Clone, Copy)]
pub struct SignUpForm<'a> {
    /// A random text that came with the form: sending it again finds what the first time made.
    pub form_key: &'a str,
    pub offer: Option<OfferId>,
    /// How often it is billed, where the offer leaves a choice; empty for the offer's own.
    pub interval: &'a str,
    /// A discount code; empty for none.
    pub code: &'a str,
    pub company: &'a str,
    pub name: &'a str,
    pub email: &'a str,
    pub password: &'a str,
    /// Every value given to an intake question, by its key.
    pub answer: &'a (dyn Fn(&str) -> Vec<String> + Sync),
    /// Where invoices go; the company's name stands above it.
    pub bill_address: &'a str,
    /// State or province.
    pub bill_region: &'a str,
    /// ISO 3166 code.
    pub bill_country: &'a str,
    /// `business` or `private`.
    pub bill_kind: &'a str,
    pub bill_tax_number: &'a str,
    pub agreed: bool,
}

/// A form that holds.
struct SignUpInput {
    /// On the terms that were chosen.
    offer: Offer,
    code: String,
    company: String,
    name: String,
    email: String,
    recipient: Recipient,
    answers: Vec<IntakeAnswer>,
}

/// Makes the client and answers its owner's place, for signing in. The same form sent twice makes one client.
///
/// # Errors
/// [`Error::Fields`], intake questions at `intake-<key>`; [`Error::Refused`] for a form that was used for another
/// sign-up; [`Error::TooMany`].
pub async fn sign_up<'a>(
    db: &Db,
    workspace: &Workspace,
    form: &SignUpForm<'_>,
    from: impl Into<Source<'a>>,
) -> Result<Membership> {
    let checked = check(db, workspace.id, form).await?;
    let network = party(from.into().network);
    let tries = [(SIGN_UP_PAIR, pair(&checked.email, &network)), (SIGN_UP_NETWORK, network.clone())];
    limits::hit_all(db, &tries).await?;
    match sign_up_known(db, workspace.id, form, &checked).await {
        Ok(None) => {}
        Ok(Some(place)) => return Ok(place),
        Err(busy) => {
            limits::forgive_all(db, &tries).await?;
            return Err(busy);
        }
    }
    let hash = match passwords::hash(HashPriority::Strangers, form.password).await {
        Err(busy) => {
            limits::forgive_all(db, &tries).await?;
            return Err(busy);
        }
        hash => hash?,
    };
    // Whether one more mail may go to the address: a stranger fills nobody's mailbox.
    let writes = limits::is_within(db, CONFIRM_EMAIL, &checked.email).await?;
    let mut tx = db.begin_as(SystemRole::Auth).await?;
    let person = PersonId::new();
    if !use_form_in(&mut tx, form.form_key, person).await? {
        return answer_repeated(db, tx, workspace.id, form, (&checked.email, &tries)).await;
    }
    create_in(&mut tx, person, &checked.email, &checked.name, Some(&hash), false).await?;
    make_client_in(&mut tx, workspace.id, person, &checked, &network).await?;
    tx.enter_as(SystemRole::Auth).await?;
    let known = person_in(&mut tx, person).await?;
    if writes {
        confirmations::send_in(&mut tx, workspace, &known).await?;
    }
    let place = memberships_in(tx.conn(), workspace.id, person).await?.into_iter().next();
    tx.commit().await?;
    place.ok_or(Error::NotFound)
}

async fn check(db: &Db, workspace: WorkspaceId, form: &SignUpForm<'_>) -> Result<SignUpInput> {
    let mut errors = FieldErrors::new();
    let interval = Some(form.interval).filter(|word| !word.is_empty());
    let offer = find_sold_offer(db, workspace, form.offer).await?.and_then(|offer| match interval {
        None => Some(offer),
        Some(word) => Some(Offer { terms: offer.terms.by(Some(word.parse().ok()?))?, ..offer }),
    });
    if offer.is_none() {
        errors.add("offer", "Choose a plan.");
    }
    let company = names::read(&mut errors, "company", form.company, 120, "Enter your company name.");
    let name = read_name(&mut errors, "name", form.name);
    let email = check_email(&mut errors, "email", form.email);
    check_password(&mut errors, "password", form.password, &[&name, form.email, &company]);
    let recipient = Recipient {
        name: String::new(),
        address: form.bill_address.to_owned(),
        region: form.bill_region.to_owned(),
        country: form.bill_country.to_owned(),
        kind: BuyerKind::parse(form.bill_kind),
        tax_number: form.bill_tax_number.to_owned(),
    };
    let recipient = recipient.read(&mut errors);
    if offer.as_ref().is_some_and(|offer| offer.terms.price.minor > 0) {
        recipient.wanted(&mut errors);
    }
    let mut answers = Vec::new();
    if let Some(offer) = &offer {
        match intake::check(&offer.intake, form.answer) {
            Ok(given) => answers = given,
            Err(wrong) => wrong.iter().for_each(|(field, advice)| errors.add(field, advice)),
        }
    }
    if !form.agreed {
        errors.add("terms", "Please read and agree to the terms.");
    }
    errors.check()?;
    let offer = offer.ok_or(Error::NotFound)?;
    let code = form.code.trim().to_owned();
    Ok(SignUpInput { offer, code, company, name, email, recipient, answers })
}

/// Whoever signs up again for the business that they own here, with its password, is led into it instead of making a
/// second one of the same name; where it holds no subscription any more, what they chose starts one. The form sent twice
/// is another matter ([`again`]), and nobody else learns whether an address is known: the password is asked for as in
/// signing in, and checked against as many people, real or not.
async fn sign_up_known(
    db: &Db,
    workspace: WorkspaceId,
    form: &SignUpForm<'_>,
    checked: &SignUpInput,
) -> Result<Option<Membership>> {
    let mut tx = db.begin_as(SystemRole::Auth).await?;
    let candidates = candidates_in(&mut tx, &checked.email).await?;
    tx.commit().await?;
    // It opens an account by a password, so it is a guess like one at the way in. Where those have run out, this sign-up
    // is a new one, which tells nobody anything.
    if !limits::is_within(db, SIGN_IN_EMAIL, &checked.email).await? {
        return Ok(None);
    }
    let people = candidates.all();
    let hashes: Vec<Option<&str>> =
        people.iter().map(|person| person.and_then(|person| person.password_hash.as_deref())).collect();
    let found = passwords::first_of(HashPriority::Strangers, &hashes, form.password).await?;
    let Some(person) = found.and_then(|at| people.get(at).copied().flatten()) else { return Ok(None) };
    limits::forgive(db, SIGN_IN_EMAIL, &checked.email).await?;
    let mut tx = db.begin_as(SystemRole::Auth).await?;
    let places = memberships_in(tx.conn(), workspace, person.id).await?;
    tx.commit().await?;
    let company = checked.company.to_lowercase();
    let place = places.into_iter().find(|place| {
        place.role == Role::Owner
            && place.client.as_ref().is_some_and(|(_, name)| name.to_lowercase() == company)
    });
    let Some((place, client)) = place
        .and_then(|place| place.client.as_ref().map(|(client, _)| *client).map(|client| (place, client)))
    else {
        return Ok(None);
    };
    let scope = place.scope();
    let held = billing::queries::find_subscription(db, &scope, client).await?;
    if held.is_none_or(|held| held.state == SubscriptionState::Ended) {
        let choice = PlanChoice { offer: checked.offer.id, interval: Some(checked.offer.terms.interval) };
        billing::commands::choose_with_code(db, &scope, client, choice, &checked.code).await?;
    }
    Ok(Some(place))
}

/// The offer, if it is still sold.
async fn find_sold_offer(db: &Db, workspace: WorkspaceId, offer: Option<OfferId>) -> Result<Option<Offer>> {
    let Some(offer) = offer else { return Ok(None) };
    match queries::get(db, &Scope::visitor(workspace), offer).await {
        Ok(offer) => Ok(Some(offer).filter(|offer| offer.state == OfferState::Published)),
        Err(Error::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Marks a form as used by a person; `false` when it was before, also a moment ago: the second of two waits here for
/// the first.
async fn use_form_in(tx: &mut Tx, form_key: &str, person: PersonId) -> Result<bool> {
    if !(20..=100).contains(&form_key.len()) {
        return Err(Error::refused("Reload the page and try again."));
    }
    let now = tx.now();
    let used = sqlx::query!(
        "INSERT INTO sign_up (form_hash, person_id, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        secret::hash(form_key),
        person.0,
        now,
    )
    .execute(tx.conn())
    .await?
    .rows_affected();
    Ok(used == 1)
}

/// A form that comes a second time leads to where the first one led, for whoever knows its password.
async fn answer_repeated(
    db: &Db,
    mut tx: Tx,
    workspace: WorkspaceId,
    form: &SignUpForm<'_>,
    (email, tries): (&str, &[(Limit, String)]),
) -> Result<Membership> {
    let person = sqlx::query_scalar!(
        "SELECT person_id FROM sign_up WHERE form_hash = $1",
        secret::hash(form.form_key)
    )
    .fetch_one(tx.conn())
    .await?;
    let person = person_in(&mut tx, PersonId(person)).await?;
    let place = memberships_in(tx.conn(), workspace, person.id).await?.into_iter().next();
    tx.commit().await?;
    let same = person.email == email
        && passwords::verify(HashPriority::Strangers, person.password_hash.as_deref(), form.password).await?;
    match place {
        Some(place) if same => {
            limits::forgive_all(db, tries).await?;
            limits::forgive(db, CONFIRM_EMAIL, email).await?;
            Ok(place)
        }
        _ => Err(Error::refused(
            "You’ve already signed up with this form. Sign in, or reload the page to start over.",
        )),
    }
}

/// The client with its board, its owner, what it bought, and word to the operators.
async fn make_client_in(
    tx: &mut Tx,
    workspace: WorkspaceId,
    owner: PersonId,
    form: &SignUpInput,
    network: &str,
) -> Result<()> {
    let scope = Scope::system(workspace);
    tx.enter(&scope).await?;
    let (client, board, now) = (ClientId::new(), StreamId::generate(), tx.now());
    sqlx::query!(
        "INSERT INTO client (id, workspace_id, name, vertical, intake, bill_to, board_stream, created_at, bill_details)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        client.0,
        workspace.0,
        form.company,
        form.offer.vertical,
        sqlx::types::Json(&form.answers) as _,
        form.recipient.printed(&form.company),
        board.0,
        now,
        sqlx::types::Json(&form.recipient) as _,
    )
    .execute(tx.conn())
    .await?;
    let tenant = Tenant { workspace: workspace.0, client: Some(client.0) };
    sessions::create_in(tx.conn(), &NewStream { id: board, tenant, kind: "board", backstage: false }, now)
        .await?;
    sqlx::query!(
        "INSERT INTO membership (id, workspace_id, client_id, person_id, role, created_at) VALUES ($1, $2, $3, $4, 'owner', $5)",
        MembershipId::new().0,
        workspace.0,
        client.0,
        owner.0,
        now,
    )
    .execute(tx.conn())
    .await?;
    let discount =
        billing::commands::use_code_in(tx, &scope, &form.code, form.offer.terms.price.currency).await?;
    billing::commands::sign_up_in(tx, &scope, client, (&form.offer, discount), network).await?;
    audit::commands::record_in(tx, &scope, NewEntry::done("sign_up", form.company.as_str()).of(client))
        .await?;
    let (company, offer) = (mail::plain(&form.company), mail::plain(&form.offer.name));
    let body =
        format!("{company} just signed up for {offer}.\n\nSay hello:\n\n{{link:/desk/clients/{client}}}\n",);
    let subject = format!("{company} signed up");
    mail::commands::queue_to_operators_about_in(tx, &scope, Some(client), &subject, &body).await
}
