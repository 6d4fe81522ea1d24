//! The rows: all in one transaction, so that they are there or gone.

use sessions::{NewStream, StreamId, Tenant};

use super::{carry_out::ErasureTarget, people};
use crate::{
    Db, Error, Result, SystemRole, Tx,
    audit::{self, NewEntry},
    erasures::NAMELESS,
    live_hints, mail,
};

/// Statements about one client: its workspace's id is the first parameter, its own the second.
macro_rules! of_client {
    ($tx:expr, $target:expr, $($sql:tt),+ $(,)?) => {
        $(sqlx::query!($sql, $target.workspace.0, $target.client.0).execute($tx.conn()).await?;)+
    };
}

/// Erases the client's rows, its people and its mail, and writes down that it was done. Whether it was this call that did
/// it: two servers may come to it at once.
pub(super) async fn erase(db: &Db, target: ErasureTarget) -> Result<bool> {
    let mut tx = db.begin(&target.scope()).await?;
    let asked = sqlx::query!(
        "SELECT asked_by, asked_at FROM client_erasure
         WHERE workspace_id = $1 AND client_id = $2 AND begun_at IS NOT NULL AND done_at IS NULL FOR UPDATE",
        target.workspace.0,
        target.client.0,
    )
    .fetch_optional(tx.conn())
    .await?;
    let Some(asked) = asked else { return Ok(false) };
    let places = people::memberships_in(&mut tx, target).await?;
    let events = webhook_events_in(&mut tx, target).await?;
    erase_log_in(&mut tx, target).await?;
    erase_requests_in(&mut tx, target).await?;
    strip_bills_in(&mut tx, target).await?;
    strip_payments_in(&mut tx, target).await?;
    erase_agents_in(&mut tx, target).await?;
    of_client!(
        tx,
        target,
        "DELETE FROM membership WHERE workspace_id = $1 AND client_id = $2",
        "DELETE FROM invitation WHERE workspace_id = $1 AND client_id = $2",
        "DELETE FROM cost_limit WHERE workspace_id = $1 AND client_id = $2",
        "DELETE FROM client_export WHERE workspace_id = $1 AND client_id = $2",
    );
    take_name_in(&mut tx, target).await?;
    tx.enter_as(SystemRole::Auth).await?;
    people::forget_limits_in(&mut tx, &target.client.to_string()).await?;
    let addresses = people::erase_in(&mut tx, &places).await?;
    tx.enter_as(SystemRole::Jobs).await?;
    erase_sent_in(&mut tx, target, &addresses, &events).await?;
    tx.enter(&target.scope()).await?;
    finish_in(&mut tx, target, asked.asked_by, asked.asked_at).await?;
    tx.commit().await?;
    Ok(true)
}

/// What webhooks were or will be told of the client.
async fn webhook_events_in(tx: &mut Tx, target: ErasureTarget) -> Result<Vec<uuid::Uuid>> {
    let events = sqlx::query_scalar!(
        "SELECT id FROM webhook_event WHERE workspace_id = $1 AND position($2 IN body) > 0",
        target.workspace.0,
        target.client.to_string(),
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(events)
}

/// The log's entries, what programs asked and were answered, and their keys.
async fn erase_log_in(tx: &mut Tx, target: ErasureTarget) -> Result<()> {
    of_client!(
        tx,
        target,
        "DELETE FROM audit WHERE workspace_id = $1 AND (client_id = $2 OR client_id IS NULL AND target = (
            SELECT name FROM client WHERE workspace_id = $1 AND id = $2))",
        "DELETE FROM token_call WHERE workspace_id = $1 AND client_id = $2",
        "DELETE FROM proposal WHERE workspace_id = $1 AND client_id = $2",
        // Those of its own agents are its own.
        "UPDATE token SET client_id = $2 WHERE workspace_id = $1 AND client_id IS NULL
           AND agent_id IN (SELECT id FROM agent WHERE workspace_id = $1 AND client_id = $2)",
        "DELETE FROM token t WHERE t.workspace_id = $1 AND t.client_id = $2
           AND NOT EXISTS (SELECT FROM audit a WHERE a.workspace_id = $1 AND a.token_id = t.id)
           AND NOT EXISTS (SELECT FROM proposal p WHERE p.workspace_id = $1 AND p.token_id = t.id)
           AND NOT EXISTS (SELECT FROM token_call c WHERE c.workspace_id = $1 AND c.token_id = t.id)",
    );
    let now = tx.now();
    // What is left once did something for another client, whose log names it.
    sqlx::query!(
        "UPDATE token SET name = 'Erased', revoked_at = coalesce(revoked_at, $3) WHERE workspace_id = $1 AND client_id = $2",
        target.workspace.0,
        target.client.0,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Requests with all that hangs on them, and notes.
async fn erase_requests_in(tx: &mut Tx, target: ErasureTarget) -> Result<()> {
    of_client!(
        tx,
        target,
        "DELETE FROM said WHERE workspace_id = $1 AND client_id = $2",
        "DELETE FROM control WHERE workspace_id = $1 AND client_id = $2",
        "DELETE FROM approval WHERE workspace_id = $1 AND client_id = $2",
        "DELETE FROM review WHERE workspace_id = $1 AND client_id = $2",
        "DELETE FROM cycle_span WHERE workspace_id = $1 AND client_id = $2",
        "DELETE FROM spend WHERE workspace_id = $1 AND client_id = $2",
        "DELETE FROM deliverable_version WHERE workspace_id = $1 AND client_id = $2",
        "DELETE FROM deliverable WHERE workspace_id = $1 AND client_id = $2",
        "DELETE FROM note_version WHERE workspace_id = $1 AND client_id = $2",
        "DELETE FROM note WHERE workspace_id = $1 AND client_id = $2",
        "DELETE FROM run WHERE workspace_id = $1 AND client_id = $2",
        // Whoever had begun to add a file when it was closed comes to nothing; the content is cleared as unnamed.
        "DELETE FROM file WHERE workspace_id = $1 AND client_id = $2",
        "DELETE FROM request WHERE workspace_id = $1 AND client_id = $2",
    );
    Ok(())
}

/// Drafts go. What was issued keeps its number, its lines and its party, and nothing that was written beside them. What was
/// sold stays as numbers and times: past months' revenue is counted from it.
async fn strip_bills_in(tx: &mut Tx, target: ErasureTarget) -> Result<()> {
    of_client!(
        tx,
        target,
        "DELETE FROM invoice WHERE workspace_id = $1 AND client_id = $2 AND state = 'draft'",
        "UPDATE invoice SET note = '' WHERE workspace_id = $1 AND client_id = $2",
        "UPDATE balance_entry SET note = '' WHERE workspace_id = $1 AND client_id = $2",
        "UPDATE credit_note SET note = '' WHERE workspace_id = $1 AND client_id = $2",
        "UPDATE subscription SET network = NULL, discount = NULL WHERE workspace_id = $1 AND client_id = $2",
    );
    Ok(())
}

/// Cards, links and whatever names the client at its provider go. What was paid and went back stays with its invoices, as amounts,
/// times and the provider's opaque numbers.
async fn strip_payments_in(tx: &mut Tx, target: ErasureTarget) -> Result<()> {
    of_client!(
        tx,
        target,
        "DELETE FROM payment_link WHERE workspace_id = $1 AND client_id = $2",
        "DELETE FROM payment_chase WHERE workspace_id = $1 AND client_id = $2",
        "DELETE FROM payment_fact WHERE workspace_id = $1 AND client_id = $2",
        "UPDATE payment_attempt SET card_id = NULL, url = NULL, call = NULL, checkout_reference = NULL, lease_until = NULL
         WHERE workspace_id = $1 AND client_id = $2",
        "DELETE FROM payment_card WHERE workspace_id = $1 AND client_id = $2",
        "DELETE FROM payment_customer WHERE workspace_id = $1 AND client_id = $2",
        "UPDATE payment SET card = '', reference = CASE WHEN method = 'card' THEN reference ELSE '' END
         WHERE workspace_id = $1 AND client_id = $2",
        "UPDATE payment_refund SET reason = '' WHERE workspace_id = $1 AND client_id = $2",
    );
    Ok(())
}

/// Agents that worked for this client alone; of one that had worked for others before, their logs keep the name.
async fn erase_agents_in(tx: &mut Tx, target: ErasureTarget) -> Result<()> {
    of_client!(
        tx,
        target,
        "DELETE FROM agent_key k USING agent a WHERE k.workspace_id = $1 AND a.workspace_id = $1 AND a.client_id = $2
           AND k.agent_id = a.id",
        "DELETE FROM cost_limit l USING agent a WHERE l.workspace_id = $1 AND a.workspace_id = $1 AND a.client_id = $2
           AND l.agent_id = a.id",
    );
    let agents = sqlx::query_scalar!(
        "SELECT id FROM agent WHERE workspace_id = $1 AND client_id = $2",
        target.workspace.0,
        target.client.0,
    )
    .fetch_all(tx.conn())
    .await?;
    for agent in agents {
        let deleted = delete_unless_named(tx, async |tx| {
            let deleted = sqlx::query!(
                "DELETE FROM agent WHERE workspace_id = $1 AND id = $2",
                target.workspace.0,
                agent
            )
            .execute(tx.conn())
            .await?;
            Ok(deleted.rows_affected() == 1)
        });
        if !deleted.await? {
            sqlx::query!(
                "UPDATE agent SET client_id = NULL, persona = '', settings = '{}', tools = '{}', state = 'resting'
                 WHERE workspace_id = $1 AND id = $2",
                target.workspace.0,
                agent,
            )
            .execute(tx.conn())
            .await?;
        }
    }
    Ok(())
}

/// What its invoices hang on: a client without a name, with a board on which nothing stands.
async fn take_name_in(tx: &mut Tx, target: ErasureTarget) -> Result<()> {
    let (board, now) = (StreamId::generate(), tx.now());
    let tenant = Tenant { workspace: target.workspace.0, client: Some(target.client.0) };
    sessions::create_in(tx.conn(), &NewStream { id: board, tenant, kind: "board", backstage: false }, now)
        .await?;
    sqlx::query!(
        "UPDATE client SET name = $3, vertical = '', intake = '[]', bill_to = '', bill_details = NULL, tax_checked = NULL, bill_email = '',
                           next_request_number = 1, board_stream = $4
         WHERE workspace_id = $1 AND id = $2",
        target.workspace.0,
        target.client.0,
        NAMELESS,
        board.0,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Mail about the client and to the people who went, and what webhooks are told. For [`SystemRole::Jobs`].
async fn erase_sent_in(
    tx: &mut Tx,
    target: ErasureTarget,
    addresses: &[String],
    events: &[uuid::Uuid],
) -> Result<()> {
    sqlx::query!(
        "DELETE FROM mail WHERE client_id = $2 OR workspace_id = $1 AND recipient = ANY($3)",
        target.workspace.0,
        target.client.0,
        addresses,
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!("DELETE FROM webhook_event WHERE id = ANY($1)", events).execute(tx.conn()).await?;
    Ok(())
}

/// Writes down that it is done, for the log and the operators. The mail outlives a database that is set back.
async fn finish_in(
    tx: &mut Tx,
    target: ErasureTarget,
    asked_by: uuid::Uuid,
    asked_at: chrono::DateTime<chrono::Utc>,
) -> Result<()> {
    let (scope, client, now) = (target.scope(), target.client, tx.now());
    sqlx::query!(
        "UPDATE client_erasure SET done_at = $3 WHERE workspace_id = $1 AND client_id = $2",
        target.workspace.0,
        client.0,
        now,
    )
    .execute(tx.conn())
    .await?;
    let who = sqlx::query_scalar!("SELECT name FROM person WHERE id = $1", asked_by)
        .fetch_optional(tx.conn())
        .await?
        .unwrap_or_else(|| "an operator".to_owned());
    let on = asked_at.format("%Y-%m-%d %H:%M UTC");
    let detail = format!("Set by {who} on {on}");
    let entry = NewEntry { detail, ..NewEntry::done("erase_client", client.to_string()) };
    audit::commands::record_in(tx, &scope, entry.of(client)).await?;
    live_hints::publish(tx, &scope, client, "client", None).await?;
    let body = format!(
        "The client that was to be erased is gone: its requests, conversations, files, notes, and people.\n\n\
         Its id was {client}. {who} set it on {on}.\n\n\
         Keep this mail for as long as you keep backups. Those made before {} still hold the client. If you ever restore \
         one, erase the client again:\n\n{{link:/desk/clients/{client}}}\n",
        mail::time(now),
        who = mail::plain(&who),
    );
    mail::commands::queue_to_operators_in(tx, &scope, "A client was erased", &body).await
}

/// Deletes a row, unless others' rows name it; whether it is gone.
pub(super) async fn delete_unless_named(
    tx: &mut Tx,
    delete: impl AsyncFnOnce(&mut Tx) -> Result<bool>,
) -> Result<bool> {
    sqlx::query("SAVEPOINT named").execute(tx.conn()).await?;
    match delete(tx).await {
        Ok(done) => {
            sqlx::query("RELEASE SAVEPOINT named").execute(tx.conn()).await?;
            Ok(done)
        }
        Err(Error::Database(sqlx::Error::Database(error))) if error.is_foreign_key_violation() => {
            sqlx::query("ROLLBACK TO SAVEPOINT named").execute(tx.conn()).await?;
            Ok(false)
        }
        Err(error) => Err(error),
    }
}
