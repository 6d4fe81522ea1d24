use chrono::{DateTime, Utc};

use crate::{
    Db, Error, Result, Scope,
    billing::read_currency,
    ids::{ClientId, DisputeId, InvoiceId, PaymentId, RefundId},
    money::Money,
    payments::{Dispute, Payment, PaymentMethod, Refund, RefundStatus, may_pay, provider::DisputeState},
    scope::operators_only,
};

/// The most that a list shows.
const MOST: i64 = 200;

/// What came in for an invoice, oldest first.
///
/// # Errors
/// [`Error::NotFound`] for those who may not pay it.
pub async fn payments_of(db: &Db, scope: &Scope, invoice: InvoiceId) -> Result<Vec<Payment>> {
    may_pay(scope)?;
    let mut all = find(db, scope, scope.client, Some(invoice), MOST).await?;
    all.reverse();
    Ok(all)
}

/// What came in, newest first: of the whole workspace for an operator, of one client otherwise.
///
/// # Errors
/// [`Error::NotFound`] for those who may not see bills.
pub async fn list_payments(db: &Db, scope: &Scope, client: Option<ClientId>) -> Result<Vec<Payment>> {
    may_pay(scope)?;
    find(db, scope, client.or(scope.client), None, MOST).await
}

/// All that ever came in from a client, newest first: for its download.
pub(crate) async fn all_payments(db: &Db, scope: &Scope, client: ClientId) -> Result<Vec<Payment>> {
    may_pay(scope)?;
    find(db, scope, Some(client), None, i64::MAX).await
}

struct Row {
    id: uuid::Uuid,
    client_id: uuid::Uuid,
    client_name: String,
    invoice_id: Option<uuid::Uuid>,
    invoice_number: Option<i64>,
    method: PaymentMethod,
    reference: String,
    amount_minor: i64,
    currency: String,
    applied_minor: i64,
    refunded_minor: i64,
    fee_minor: Option<i64>,
    card: String,
    aside: String,
    received_at: DateTime<Utc>,
    withdrawn_at: Option<DateTime<Utc>>,
}

async fn find(
    db: &Db,
    scope: &Scope,
    client: Option<ClientId>,
    invoice: Option<InvoiceId>,
    most: i64,
) -> Result<Vec<Payment>> {
    let mut tx = db.begin(scope).await?;
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT p.id, p.client_id, c.name AS client_name, p.invoice_id, i.number AS "invoice_number?",
                  p.method AS "method: PaymentMethod", p.reference, p.amount_minor, p.currency, p.applied_minor,
                  coalesce((SELECT within_bigint(sum(r.amount_minor)) FROM payment_refund r
                            WHERE r.payment_id = p.id AND r.state <> 'failed'), 0) AS "refunded_minor!",
                  p.fee_minor, p.card, p.aside, p.received_at, p.withdrawn_at
           FROM payment p
           JOIN client c ON c.workspace_id = p.workspace_id AND c.id = p.client_id
           LEFT JOIN invoice i ON i.id = p.invoice_id
           WHERE p.workspace_id = $1 AND ($2::uuid IS NULL OR p.client_id = $2) AND ($3::uuid IS NULL OR p.invoice_id = $3)
           ORDER BY p.received_at DESC, p.id DESC LIMIT $4"#,
        scope.workspace.0,
        client.map(|client| client.0),
        invoice.map(|invoice| invoice.0),
        most,
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    rows.into_iter().map(Row::payment).collect()
}

impl Row {
    fn payment(self) -> Result<Payment> {
        let currency = read_currency(&self.currency)?;
        let money = |minor| Money::new(minor, currency);
        let invoice = self.invoice_id.zip(self.invoice_number);
        Ok(Payment {
            id: PaymentId(self.id),
            client: ClientId(self.client_id),
            client_name: self.client_name,
            invoice: invoice.map(|(id, number)| (InvoiceId(id), number.cast_unsigned())),
            method: self.method,
            reference: self.reference,
            amount: money(self.amount_minor),
            applied: money(self.applied_minor),
            refunded: money(self.refunded_minor),
            fee: self.fee_minor.map(money),
            card: self.card,
            is_aside: !self.aside.is_empty(),
            received_at: self.received_at,
            withdrawn_at: self.withdrawn_at,
        })
    }
}

/// Refunds that an operator has to transfer by hand, oldest first.
///
/// # Errors
/// [`Error::NotFound`] for anyone but an operator.
pub async fn refunds_to_send(db: &Db, scope: &Scope) -> Result<Vec<Refund>> {
    operators_only(scope)?;
    let mut tx = db.begin(scope).await?;
    let rows = sqlx::query!(
        r#"SELECT r.id, r.payment_id, r.client_id, c.name, r.amount_minor, p.currency, r.reason,
                  r.state AS "state: RefundStatus", p.method AS "method: PaymentMethod", r.asked_at, r.ended_at
           FROM payment_refund r
           JOIN payment p ON p.id = r.payment_id
           JOIN client c ON c.workspace_id = r.workspace_id AND c.id = r.client_id
           WHERE r.workspace_id = $1 AND r.state = 'open' AND p.method <> 'card' ORDER BY r.asked_at, r.id"#,
        scope.workspace.0,
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    rows.into_iter()
        .map(|row| {
            Ok(Refund {
                id: RefundId(row.id),
                payment: PaymentId(row.payment_id),
                client: ClientId(row.client_id),
                client_name: row.name,
                amount: Money::new(row.amount_minor, read_currency(&row.currency)?),
                reason: row.reason,
                status: row.state,
                method: row.method,
                asked_at: row.asked_at,
                ended_at: row.ended_at,
            })
        })
        .collect()
}

/// Disputes: those that wait for an answer first, by their deadline, then the others, newest first.
///
/// # Errors
/// [`Error::NotFound`] for anyone but an operator.
pub async fn disputes(db: &Db, scope: &Scope) -> Result<Vec<Dispute>> {
    operators_only(scope)?;
    let mut tx = db.begin(scope).await?;
    let rows = sqlx::query!(
        r#"SELECT d.id, d.payment_id, d.client_id, c.name, p.invoice_id, i.number AS "number?", d.amount_minor, p.currency,
                  d.reason, d.state, d.due_at, d.opened_at, d.answered_at, d.ended_at
           FROM payment_dispute d
           JOIN payment p ON p.id = d.payment_id
           JOIN client c ON c.workspace_id = d.workspace_id AND c.id = d.client_id
           LEFT JOIN invoice i ON i.id = p.invoice_id
           WHERE d.workspace_id = $1
           ORDER BY (d.ended_at IS NULL AND d.answered_at IS NULL) DESC, d.due_at NULLS LAST, d.opened_at DESC LIMIT $2"#,
        scope.workspace.0,
        MOST,
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    rows.into_iter()
        .map(|row| {
            let invoice = row.invoice_id.zip(row.number);
            Ok(Dispute {
                id: DisputeId(row.id),
                payment: PaymentId(row.payment_id),
                client: ClientId(row.client_id),
                client_name: row.name,
                invoice: invoice.map(|(id, number)| (InvoiceId(id), number.cast_unsigned())),
                amount: Money::new(row.amount_minor, read_currency(&row.currency)?),
                reason: row.reason,
                state: DisputeState::parse(&row.state)
                    .ok_or_else(|| Error::Broken(format!("a dispute is {}", row.state)))?,
                due_at: row.due_at,
                opened_at: row.opened_at,
                answered_at: row.answered_at,
                ended_at: row.ended_at,
            })
        })
        .collect()
}
