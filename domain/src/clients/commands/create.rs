use sessions::{NewStream, StreamId, Tenant};
use sqlx::types::Json;

use crate::{
    Db, Error, FieldErrors, Result, Scope, Tx, billing, changes,
    clients::NewClient,
    ids::ClientId,
    offers::{self, IntakeAnswer, OfferState, queries::operators_only},
    requests::commands::{start_next_in, text},
};

/// The longest name, in characters.
pub(super) const NAME: usize = 120;

/// Adds a client by hand, sells it an offer, and bills the first period as the offer says. The owner is invited
/// afterwards. Sending the form twice makes one client: its name is taken then.
///
/// # Errors
/// Fields `name` and `offer`; [`Error::NotFound`] for anyone but an operator.
pub async fn create(db: &Db, scope: &Scope, new: &NewClient) -> Result<ClientId> {
    operators_only(scope)?;
    let name = checked_name(&new.name)?;
    let mut tx = db.begin(scope).await?;
    hold_workspace_in(&mut tx, scope).await?;
    name_is_free_in(&mut tx, scope, &name, None).await?;
    let offer = match new.offer {
        Some(offer) => Some(sold_in(&mut tx, scope, offer).await?),
        None => None,
    };
    let vertical = offer.as_ref().map(|offer| offer.vertical.as_str()).unwrap_or_default();
    let client = insert_in(&mut tx, scope, &NewRow { name: &name, vertical, intake: &[], bill_to: &name }).await?;
    if let Some(offer) = &offer {
        billing::commands::subscribe_in(&mut tx, scope, client, offer).await?;
        start_next_in(&mut tx, scope, client).await?;
    }
    changes::tell_in(&mut tx, scope, client, "client", None).await?;
    tx.commit().await?;
    Ok(client)
}

pub(super) fn checked_name(typed: &str) -> Result<String> {
    let mut errors = FieldErrors::new();
    let name = text(&mut errors, "name", typed, NAME, "Give the business's name.");
    errors.check()?;
    // A name is one line, in lists and on invoices.
    Ok(name.split_whitespace().collect::<Vec<_>>().join(" "))
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
pub(super) async fn name_is_free_in(tx: &mut Tx, scope: &Scope, name: &str, but: Option<ClientId>) -> Result<()> {
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
        return Err(Error::Fields(FieldErrors::one("name", "You have a client of this name. Add what tells them apart.")));
    }
    Ok(())
}

async fn sold_in(tx: &mut Tx, scope: &Scope, offer: crate::ids::OfferId) -> Result<offers::Offer> {
    let missing = || Error::Fields(FieldErrors::one("offer", "Choose one of your offers."));
    let offer = match offers::queries::get_in(tx, scope, offer).await {
        Err(Error::NotFound) => return Err(missing()),
        found => found?,
    };
    if offer.state == OfferState::Archived { Err(missing()) } else { Ok(offer) }
}

/// What a client's row starts with.
pub struct NewRow<'a> {
    pub name: &'a str,
    pub vertical: &'a str,
    pub intake: &'a [IntakeAnswer],
    pub bill_to: &'a str,
}

/// Makes a client with the stream of its board.
pub async fn insert_in(tx: &mut Tx, scope: &Scope, new: &NewRow<'_>) -> Result<ClientId> {
    let (client, board, now) = (ClientId::new(), StreamId::generate(), tx.now());
    sqlx::query!(
        "INSERT INTO client (id, workspace_id, name, vertical, intake, bill_to, board_stream, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        client.0,
        scope.workspace.0,
        new.name,
        new.vertical,
        Json(new.intake) as _,
        new.bill_to,
        board.0,
        now,
    )
    .execute(tx.conn())
    .await?;
    let tenant = Tenant { workspace: scope.workspace.0, client: Some(client.0) };
    sessions::create_in(tx.conn(), &NewStream { id: board, tenant, kind: "board", backstage: false }, now).await?;
    Ok(client)
}
