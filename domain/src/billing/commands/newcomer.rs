//! Strangers who buy what starts at once. They have paid nothing yet, so the work waits until their address is confirmed,
//! few of one network are worked for, and what it may cost until the first payment is limited.

use chrono::TimeDelta;

use super::{
    lock_subscription,
    payment::begin_in,
    subscribe::{Sale, sell_in},
};
use crate::{
    Db, Error, Result, Role, Scope, SystemRole, Tx,
    accounts::Membership,
    billing::{Discount, SubscriptionState, operators_only},
    ids::{ClientId, InvoiceId, SubscriptionId, WorkspaceId},
    offers::Offer,
};

/// How long one counts among those of its network (`workspace.unpaid_of_a_network`).
const COUNTS: TimeDelta = TimeDelta::days(30);
/// What work for a newcomer may cost before the first payment, in millionths of a dollar; operators are asked then.
const LIMIT: i64 = 5_000_000;

/// Sells an offer to a stranger: work waits for the payment or, where the offer starts at once, for their address to be
/// confirmed. `network`: where they came from.
///
/// # Errors
/// As [`super::subscribe_in`].
pub(crate) async fn sign_up_in(
    tx: &mut Tx,
    scope: &Scope,
    client: ClientId,
    (offer, discount): (&Offer, Option<Discount>),
    network: &str,
) -> Result<SubscriptionId> {
    let id = sell_in(tx, scope, client, &Sale { offer, discount, begins: false }).await?;
    note_network_in(tx, scope, id, network).await?;
    Ok(id)
}

pub(super) async fn note_network_in(
    tx: &mut Tx,
    scope: &Scope,
    subscription: SubscriptionId,
    network: &str,
) -> Result<()> {
    sqlx::query!(
        "UPDATE subscription SET network = $3 WHERE workspace_id = $1 AND id = $2",
        scope.workspace.0,
        subscription.0,
        network,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Whoever has these places has shown that their address is theirs: what waited for that at the clients that they own
/// begins. For [`SystemRole::Auth`].
pub(crate) async fn owners_confirmed_in(
    tx: &mut Tx,
    workspace: WorkspaceId,
    places: &[Membership],
) -> Result<()> {
    for place in places.iter().filter(|place| place.role == Role::Owner) {
        if let Some((client, _)) = &place.client {
            confirmed_in(tx, workspace, *client).await?;
        }
    }
    tx.enter_as(SystemRole::Auth).await
}

/// A client's owner has confirmed their address: what they bought begins, if it starts at once and few enough of their
/// network are worked for unpaid. The transaction is the server's in that workspace afterwards.
pub(crate) async fn confirmed_in(tx: &mut Tx, workspace: WorkspaceId, client: ClientId) -> Result<()> {
    let scope = Scope::system(workspace);
    tx.enter(&scope).await?;
    let waiting = sqlx::query!(
        r#"SELECT id, network AS "network!" FROM subscription
           WHERE workspace_id = $1 AND client_id = $2 AND state = 'awaiting_payment' AND network IS NOT NULL
             AND (starts = 'at_once' OR price_minor = 0 OR trial_days IS NOT NULL) AND NOT needs_card"#,
        workspace.0,
        client.0,
    )
    .fetch_optional(tx.conn())
    .await?;
    let Some(waiting) = waiting else { return Ok(()) };
    let subscription = SubscriptionId(waiting.id);
    let held = lock_subscription(tx, &scope, subscription).await?;
    if held.state != SubscriptionState::AwaitingPayment || !is_room_in(tx, &scope, &waiting.network).await? {
        return Ok(());
    }
    sqlx::query!(
        "INSERT INTO cost_limit (workspace_id, client_id, micros, until_paid) VALUES ($1, $2, $3, true)
         ON CONFLICT DO NOTHING",
        workspace.0,
        client.0,
        LIMIT,
    )
    .execute(tx.conn())
    .await?;
    let invoice = first_invoice_in(tx, &scope, subscription).await?;
    begin_in(tx, &scope, &held, invoice).await?;
    super::audit_log::record_subscription_in(tx, &scope, "begin_subscription", subscription).await
}

/// Whether few enough clients of the network are worked for that have paid nothing. Counted one after another.
async fn is_room_in(tx: &mut Tx, scope: &Scope, network: &str) -> Result<bool> {
    let most = sqlx::query_scalar!(
        "SELECT unpaid_of_a_network FROM workspace WHERE id = $1 FOR NO KEY UPDATE",
        scope.workspace.0,
    )
    .fetch_one(tx.conn())
    .await?;
    let since = tx.now() - COUNTS;
    let unpaid = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM subscription s
           WHERE s.workspace_id = $1 AND s.network = $2 AND s.started_at IS NOT NULL AND s.created_at > $3
             AND NOT EXISTS (SELECT FROM invoice i
                             WHERE i.workspace_id = s.workspace_id AND i.client_id = s.client_id AND i.state = 'paid')"#,
        scope.workspace.0,
        network,
        since,
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(unpaid < i64::from(most))
}

async fn first_invoice_in(
    tx: &mut Tx,
    scope: &Scope,
    subscription: SubscriptionId,
) -> Result<Option<InvoiceId>> {
    let found = sqlx::query_scalar!(
        "SELECT id FROM invoice
         WHERE workspace_id = $1 AND subscription_id = $2 AND state <> 'void' AND period_start IS NULL
         ORDER BY created_at, id LIMIT 1",
        scope.workspace.0,
        subscription.0,
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(found.map(InvoiceId))
}

/// Starts the work of a subscription that waits for its payment, because an operator trusts the client.
///
/// # Errors
/// [`Error::Refused`] where it does not wait; [`Error::NotFound`] for anyone but an operator.
pub async fn begin_unpaid(db: &Db, scope: &Scope, subscription: SubscriptionId) -> Result<()> {
    operators_only(scope)?;
    let mut tx = db.begin(scope).await?;
    let held = lock_subscription(&mut tx, scope, subscription).await?;
    if held.state != SubscriptionState::AwaitingPayment {
        return Err(Error::refused(
            "It isn’t waiting for a payment. Reload the page to see where it stands.",
        ));
    }
    let invoice = first_invoice_in(&mut tx, scope, subscription).await?;
    begin_in(&mut tx, scope, &held, invoice).await?;
    super::audit_log::record_subscription_in(&mut tx, scope, "start_unpaid_subscription", subscription)
        .await?;
    tx.commit().await
}

/// A card is on file: what waited for one begins with its trial; whether there was anything. Call it where a card is kept, in
/// the same transaction; where nobody did, the job of renewals does.
pub(crate) async fn card_kept_in(tx: &mut Tx, scope: &Scope, client: ClientId) -> Result<bool> {
    let server = Scope::system(scope.workspace);
    tx.enter(&server).await?;
    let waiting = sqlx::query_scalar!(
        "SELECT id FROM subscription WHERE workspace_id = $1 AND client_id = $2 AND state = 'awaiting_payment' AND needs_card",
        scope.workspace.0,
        client.0,
    )
    .fetch_optional(tx.conn())
    .await?;
    let mut begun = false;
    if let Some(subscription) = waiting.map(SubscriptionId) {
        let held = lock_subscription(tx, &server, subscription).await?;
        if held.state == SubscriptionState::AwaitingPayment && held.needs_card {
            begin_in(tx, &server, &held, None).await?;
            super::audit_log::record_subscription_in(tx, &server, "begin_subscription", subscription).await?;
            begun = true;
        }
    }
    tx.enter(scope).await?;
    Ok(begun)
}
