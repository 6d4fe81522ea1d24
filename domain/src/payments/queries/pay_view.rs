use chrono::{DateTime, Utc};
use sqlx::types::Json;

use super::{card_on_file_in, policy_in};
use crate::{
    Db, Error, Result, Scope, Tx,
    billing::{self, Sender, read_currency, words},
    ids::InvoiceId,
    money::Money,
    payments::{ChasedInvoice, ChasingTry, PayView, PlanStep, may_pay, plan_for, provider::Decline},
};

/// What the page to pay on shows.
///
/// # Errors
/// [`Error::NotFound`], also for those who may not pay it.
pub async fn pay_view(db: &Db, scope: &Scope, invoice: InvoiceId) -> Result<PayView> {
    may_pay(scope)?;
    let server = Scope::system(scope.workspace);
    let invoice = billing::queries::get(db, &server, invoice).await?;
    if scope.client.is_some_and(|own| own != invoice.client) || invoice.number.is_none() {
        return Err(Error::NotFound);
    }
    let mut tx = db.begin(&server).await?;
    let row = sqlx::query!(
        r#"SELECT w.name, w.bill_sender AS "sender: Json<Sender>", a.is_live AS "is_live?",
                  a.revoked_at IS NOT NULL AS "is_revoked!",
                  EXISTS (SELECT FROM payment_attempt t WHERE t.invoice_id = $2 AND t.state = 'processing') AS "is_processing!"
           FROM workspace w LEFT JOIN payment_account a ON a.workspace_id = w.id
           WHERE w.id = $1"#,
        server.workspace.0,
        invoice.id.0,
    )
    .fetch_one(tx.conn())
    .await?;
    let rest = rest_in(&mut tx, &server, invoice.id).await?;
    let card = card_on_file_in(&mut tx, &server, invoice.client).await?;
    let last_decline = last_decline_in(&mut tx, &server, invoice.id).await?;
    let plan = plan_in(&mut tx, &server, invoice.id).await?;
    tx.commit().await?;
    let number = invoice.number.map(words::number).unwrap_or_default();
    Ok(PayView {
        workspace_name: row.name,
        paid: invoice.total.minus(rest).map_err(|error| Error::Broken(error.to_string()))?,
        rest,
        card,
        last_decline,
        is_processing: row.is_processing,
        takes_cards: row.is_live.is_some() && !row.is_revoked,
        is_live: row.is_live.unwrap_or(false),
        bank: row.sender.map(|sender| sender.0.bank).unwrap_or_default(),
        transfer_reference: format!("Invoice {number}"),
        plan,
        invoice,
    })
}

/// What is left to pay of an invoice: nothing of one that is paid, void or a draft.
pub(crate) async fn rest_in(tx: &mut Tx, scope: &Scope, invoice: InvoiceId) -> Result<Money> {
    let row = sqlx::query!(
        r#"SELECT i.currency, CASE WHEN i.state = 'issued' THEN greatest(i.total_minor - coalesce((
                      SELECT within_bigint(sum(p.applied_minor)) FROM payment p
                      WHERE p.workspace_id = i.workspace_id AND p.invoice_id = i.id AND p.withdrawn_at IS NULL), 0), 0)
                  ELSE 0 END AS "rest!"
           FROM invoice i WHERE i.workspace_id = $1 AND i.id = $2"#,
        scope.workspace.0,
        invoice.0,
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    Ok(Money::new(row.rest, read_currency(&row.currency)?))
}

async fn last_decline_in(
    tx: &mut Tx,
    server: &Scope,
    invoice: InvoiceId,
) -> Result<Option<(Decline, DateTime<Utc>)>> {
    let row = sqlx::query!(
        r#"SELECT state, decline_code, may_retry, coalesce(ended_at, begun_at) AS "at!" FROM payment_attempt
           WHERE workspace_id = $1 AND invoice_id = $2 AND (decline_code IS NOT NULL OR state = 'succeeded')
           ORDER BY begun_at DESC, id DESC LIMIT 1"#,
        server.workspace.0,
        invoice.0,
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.filter(|row| row.state != "succeeded").and_then(|row| {
        let decline = Decline { code: row.decline_code?, may_retry: row.may_retry };
        Some((decline, row.at))
    }))
}

/// What happens when, of an invoice that is issued; nothing of any other.
pub(crate) async fn plan_in(tx: &mut Tx, server: &Scope, invoice: InvoiceId) -> Result<Vec<PlanStep>> {
    let Some((chased, tries)) = chased_in(tx, server, invoice).await? else { return Ok(Vec::new()) };
    let policy = policy_in(tx, server).await?;
    Ok(plan_for(&chased, &policy.chasing, &tries, tx.now()))
}

/// What the plan goes by; none for an invoice that is not open.
pub(crate) async fn chased_in(
    tx: &mut Tx,
    server: &Scope,
    invoice: InvoiceId,
) -> Result<Option<(ChasedInvoice, Vec<ChasingTry>)>> {
    let row = sqlx::query!(
        r#"SELECT i.issued_at AS "issued_at!", i.due_at AS "due_at!",
                  coalesce(s.state = 'active' AND i.period_start IS NOT NULL, false) AS "is_renewal!",
                  EXISTS (SELECT FROM payment_card c WHERE c.workspace_id = i.workspace_id AND c.client_id = i.client_id
                          AND c.removed_at IS NULL)
                  AND EXISTS (SELECT FROM payment_account a WHERE a.workspace_id = i.workspace_id AND a.revoked_at IS NULL)
                      AS "has_card!"
           FROM invoice i LEFT JOIN subscription s ON s.id = i.subscription_id
           WHERE i.workspace_id = $1 AND i.id = $2 AND i.state = 'issued' AND i.due_at IS NOT NULL AND i.issued_at IS NOT NULL"#,
        server.workspace.0,
        invoice.0,
    )
    .fetch_optional(tx.conn())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let rest = rest_in(tx, server, invoice).await?;
    // A try with a card that is not on file any more says nothing of the one that is.
    let tries = sqlx::query_as!(
        ChasingTry,
        r#"SELECT t.begun_at AS at, t.may_retry OR c.removed_at IS NOT NULL AS "may_retry!" FROM payment_attempt t
           LEFT JOIN payment_card c ON c.id = t.card_id
           WHERE t.workspace_id = $1 AND t.invoice_id = $2 AND t.is_automatic
           ORDER BY t.begun_at, t.id"#,
        server.workspace.0,
        invoice.0,
    )
    .fetch_all(tx.conn())
    .await?;
    let chased = ChasedInvoice {
        issued_at: row.issued_at,
        due_at: row.due_at,
        is_renewal: row.is_renewal,
        has_card: row.has_card,
        rest,
    };
    Ok(Some((chased, tries)))
}
