//! What paying an invoice by card leaves in every table, under a word that stands in all that can hold words.

use sqlx::PgPool;

use crate::{
    Db,
    ids::{InvoiceId, WorkspaceId},
    sealed::{SealContext, Secret},
};

/// A connected account, a card, what it was charged, and what became of that; a link to pay the invoice by.
pub async fn furnish_payments(
    db: &Db,
    pool: &PgPool,
    workspace: WorkspaceId,
    invoice: InvoiceId,
    word: &str,
) {
    let whose = SealContext::new(workspace, "payment_account");
    let secret = Secret::new(r#"{"key":"rk_planted","webhooks":[]}"#);
    let sealed = db.keyring().unwrap().seal(&whose, &secret).unwrap();
    sqlx::query(
        "INSERT INTO payment_account (workspace_id, provider, name, is_live, key_id, wrapped, sealed, connected_at,
                                      checked_at, events_read_to)
         VALUES ($1, 'stripe', 'Northlight', false, $2, $3, $4, now(), now(), now())
         ON CONFLICT (workspace_id) DO NOTHING",
    )
    .bind(workspace.0)
    .bind(sealed.key_id)
    .bind(sealed.wrapped)
    .bind(sealed.sealed)
    .execute(pool)
    .await
    .unwrap();
    for sql in [
        "INSERT INTO payment_customer (workspace_id, client_id, reference, created_at)
         SELECT workspace_id, client_id, 'cus_' || $2, now() FROM invoice WHERE id = $1",
        "INSERT INTO payment_card (id, workspace_id, client_id, reference, brand, last4, exp_month, exp_year, added_at)
         SELECT gen_random_uuid(), workspace_id, client_id, 'pm_' || $2, 'visa', '4242', 12, 2031, now()
         FROM invoice WHERE id = $1",
        "INSERT INTO payment_attempt (id, workspace_id, client_id, invoice_id, kind, card_id, amount_minor, currency, state,
                                      checkout_reference, charge_reference, begun_at, ended_at, call)
         SELECT gen_random_uuid(), i.workspace_id, i.client_id, i.id, 'card_on_file', c.id, 100, 'USD', 'succeeded',
                'cs_' || $2, 'ch_' || i.id, now(), now(), jsonb_build_object('title', $2)
         FROM invoice i JOIN payment_card c ON c.client_id = i.client_id WHERE i.id = $1",
        "INSERT INTO payment (id, workspace_id, client_id, invoice_id, attempt_id, method, reference, amount_minor, currency,
                              card, received_at)
         SELECT gen_random_uuid(), a.workspace_id, a.client_id, a.invoice_id, a.id, 'card', a.charge_reference, 100, 'USD',
                'Visa ' || $2, now()
         FROM payment_attempt a WHERE a.invoice_id = $1",
        "INSERT INTO payment_refund (id, workspace_id, client_id, payment_id, amount_minor, reason, reference, state,
                                     asked_at, ended_at)
         SELECT gen_random_uuid(), workspace_id, client_id, id, 100, $2, 're_' || id, 'succeeded', now(), now()
         FROM payment WHERE invoice_id = $1",
        "INSERT INTO payment_dispute (id, workspace_id, client_id, payment_id, reference, amount_minor, reason, state,
                                      opened_at, ended_at)
         SELECT gen_random_uuid(), workspace_id, client_id, id, 'dp_' || id, 100, 'fraudulent', 'won', now(), now()
         FROM payment WHERE invoice_id = $1 AND $2 <> ''",
        "INSERT INTO payment_fact (workspace_id, id, kind, object, happened_at, received_at, client_id)
         SELECT workspace_id, 'evt_' || $2, 'payment_intent.succeeded', $2, now(), now(), client_id
         FROM invoice WHERE id = $1",
        "INSERT INTO payment_link (hash, workspace_id, client_id, invoice_id, created_at)
         SELECT convert_to($2, 'UTF8'), workspace_id, client_id, id, now() FROM invoice WHERE id = $1",
        "INSERT INTO payment_chase (workspace_id, client_id, invoice_id, step, done_at)
         SELECT workspace_id, client_id, id, 'remind-1', now() FROM invoice WHERE id = $1 AND $2 <> ''",
    ] {
        sqlx::query(sql).bind(invoice.0).bind(word).execute(pool).await.unwrap();
    }
}
