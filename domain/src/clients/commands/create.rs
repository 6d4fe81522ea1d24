use sessions::{NewStream, StreamId, Tenant};

use crate::{
    Db, Error, FieldErrors, Result, Role, Scope, Tx,
    accounts::{commands::invitations, read_email},
    audit::{self, NewEntry},
    billing::{self, commands::BillingDetails},
    clients::NewClient,
    ids::{ClientId, OfferId},
    live_hints, names,
    offers::{self, OfferState},
    scope::operators_only,
};

/// The longest name, in characters.
const NAME: usize = 120;

/// Adds a client by hand, sells it an offer and bills the first period as the offer says, and invites its owner. Sending
/// the form twice makes one client: its name is taken then.
///
/// # Errors
/// Fields `name`, `offer`, `email` and `bill_…`; [`Error::TooMany`]; [`Error::NotFound`] for anyone but an operator.
pub async fn create(db: &Db, scope: &Scope, new: &NewClient) -> Result<ClientId> {
    operators_only(scope)?;
    let mut errors = FieldErrors::new();
    let name = read_name(&mut errors, &new.name);
    let email = read_owner(&mut errors, &new.email);
    let billed = new.billed.clone().read(&mut errors);
    errors.check()?;
    if let Some(email) = &email {
        invitations::count(db, scope, email).await?;
    }
    let mut tx = db.begin(scope).await?;
    hold_workspace_in(&mut tx, scope).await?;
    name_is_free_in(&mut tx, scope, &name, None).await?;
    let client = sell_in(&mut tx, scope, &name, new.offer, &billed).await?;
    if let Some(email) = &email {
        invitations::invite_in(&mut tx, &scope.within(client), email, Role::Owner).await?;
    }
    live_hints::publish(&mut tx, scope, client, "client", None).await?;
    audit::commands::record_in(&mut tx, scope, NewEntry::done("add_client", name.as_str()).of(client))
        .await?;
    tx.commit().await?;
    Ok(client)
}

/// The client's row, and what it holds from now on.
async fn sell_in(
    tx: &mut Tx,
    scope: &Scope,
    name: &str,
    offer: Option<OfferId>,
    billed: &BillingDetails,
) -> Result<ClientId> {
    let offer = match offer {
        Some(offer) => Some(sold_in(tx, scope, offer).await?),
        None => None,
    };
    let vertical = offer.as_ref().map(|offer| offer.vertical.as_str()).unwrap_or_default();
    let client = insert_in(tx, scope, name, vertical).await?;
    billing::commands::bill_to_in(tx, scope, client, billed).await?;
    if let Some(offer) = &offer {
        billing::commands::subscribe_in(tx, scope, client, offer).await?;
    }
    Ok(client)
}

/// A name is one line, in lists and on invoices.
pub(super) fn read_name(errors: &mut FieldErrors, typed: &str) -> String {
    names::read(errors, "name", typed, NAME, "Enter the business name.")
}

fn read_owner(errors: &mut FieldErrors, typed: &str) -> Option<String> {
    if typed.trim().is_empty() {
        return None;
    }
    let email = read_email(typed);
    if email.is_none() {
        errors.add("email", "Enter a valid email address, like name@company.com.");
    }
    email
}

/// Names are given one after another, so that a double click finds the first one's. The last thing to hold, see
/// `billing`.
pub(super) async fn hold_workspace_in(tx: &mut Tx, scope: &Scope) -> Result<()> {
    sqlx::query!("SELECT id FROM workspace WHERE id = $1 FOR NO KEY UPDATE", scope.workspace.0)
        .fetch_one(tx.conn())
        .await?;
    Ok(())
}

/// # Errors
/// Field `name` where another client is called the same: two of a name would be mixed up.
pub(super) async fn name_is_free_in(
    tx: &mut Tx,
    scope: &Scope,
    name: &str,
    but: Option<ClientId>,
) -> Result<()> {
    let taken = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM client
                          WHERE workspace_id = $1 AND lower(name) = lower($2) AND archived_at IS NULL
                            AND id IS DISTINCT FROM $3) AS "taken!""#,
        scope.workspace.0,
        name,
        but.map(|id| id.0),
    )
    .fetch_one(tx.conn())
    .await?;
    if taken {
        return Err(Error::Fields(FieldErrors::one(
            "name",
            "You already have a client with this name. Add something to tell them apart.",
        )));
    }
    Ok(())
}

async fn sold_in(tx: &mut Tx, scope: &Scope, offer: OfferId) -> Result<offers::Offer> {
    let missing = || Error::Fields(FieldErrors::one("offer", "Choose one of your offers."));
    let offer = match offers::queries::get_in(tx, scope, offer).await {
        Err(Error::NotFound) => return Err(missing()),
        found => found?,
    };
    if offer.state == OfferState::Archived { Err(missing()) } else { Ok(offer) }
}

/// Makes a client with the stream of its board.
async fn insert_in(tx: &mut Tx, scope: &Scope, name: &str, vertical: &str) -> Result<ClientId> {
    let (client, board, now) = (ClientId::new(), StreamId::generate(), tx.now());
    sqlx::query!(
        "INSERT INTO client (id, workspace_id, name, vertical, bill_to, board_stream, created_at)
         VALUES ($1, $2, $3, $4, $3, $5, $6)",
        client.0,
        scope.workspace.0,
        name,
        vertical,
        board.0,
        now,
    )
    .execute(tx.conn())
    .await?;
    let tenant = Tenant { workspace: scope.workspace.0, client: Some(client.0) };
    sessions::create_in(tx.conn(), &NewStream { id: board, tenant, kind: "board", backstage: false }, now)
        .await?;
    Ok(client)
}
