use chrono::{DateTime, Utc};
use sqlx::types::Json;

use crate::billing::read_currency;
use crate::{
    Db, Error, Result, Scope,
    billing::{CreditNote, InvoiceLine, may_bill, operators_only},
    ids::{ClientId, CreditNoteId, InvoiceId},
    money::Money,
    tax::Assessment,
};

/// The most that a list shows.
const MOST: i64 = 100;

/// Credit notes, newest first: of the whole workspace for an operator, of one client otherwise.
///
/// # Errors
/// [`Error::NotFound`] for those who may not see bills.
pub async fn list_credit_notes(db: &Db, scope: &Scope, client: Option<ClientId>) -> Result<Vec<CreditNote>> {
    may_bill(scope)?;
    find(db, scope, client.or(scope.client), None, None).await
}

/// One of the workspace's credit notes.
///
/// # Errors
/// [`Error::NotFound`], also for anyone but an operator.
pub async fn get_credit_note(db: &Db, scope: &Scope, credit: CreditNoteId) -> Result<CreditNote> {
    operators_only(scope)?;
    find(db, scope, None, Some(credit), None).await?.pop().ok_or(Error::NotFound)
}

/// One of a client's credit notes, by its number.
///
/// # Errors
/// [`Error::NotFound`], also for those who may not see bills.
pub async fn get_credit_note_by_number(db: &Db, scope: &Scope, number: u64) -> Result<CreditNote> {
    may_bill(scope)?;
    let number = i64::try_from(number).map_err(|_| Error::NotFound)?;
    find(db, scope, scope.client, None, Some(number)).await?.pop().ok_or(Error::NotFound)
}

struct CreditRow {
    id: uuid::Uuid,
    client_id: uuid::Uuid,
    client_name: String,
    invoice_id: Option<uuid::Uuid>,
    invoice_number: Option<i64>,
    number: i64,
    currency: String,
    lines: Json<Vec<InvoiceLine>>,
    total_minor: i64,
    tax: Option<Json<Assessment>>,
    bill_from: String,
    bill_to: String,
    note: String,
    issued_at: DateTime<Utc>,
    settled_at: Option<DateTime<Utc>>,
}

async fn find(
    db: &Db,
    scope: &Scope,
    client: Option<ClientId>,
    id: Option<CreditNoteId>,
    number: Option<i64>,
) -> Result<Vec<CreditNote>> {
    let mut tx = db.begin(scope).await?;
    let rows = sqlx::query_as!(
        CreditRow,
        r#"SELECT n.id, n.client_id, c.name AS client_name, n.invoice_id, i.number AS "invoice_number?", n.number, n.currency,
                  n.lines AS "lines: Json<Vec<InvoiceLine>>", n.total_minor, n.tax AS "tax: Json<Assessment>", n.bill_from, n.bill_to, n.note, n.issued_at, n.settled_at
           FROM credit_note n
           JOIN client c ON c.workspace_id = n.workspace_id AND c.id = n.client_id
           LEFT JOIN invoice i ON i.id = n.invoice_id
           WHERE n.workspace_id = $1 AND ($2::uuid IS NULL OR n.client_id = $2) AND ($3::uuid IS NULL OR n.id = $3)
             AND ($4::bigint IS NULL OR n.number = $4)
           ORDER BY n.number DESC LIMIT $5"#,
        scope.workspace.0,
        client.map(|client| client.0),
        id.map(|id| id.0),
        number,
        MOST,
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    rows.into_iter().map(note).collect()
}

fn note(row: CreditRow) -> Result<CreditNote> {
    let invoice = row.invoice_id.zip(row.invoice_number);
    Ok(CreditNote {
        id: CreditNoteId(row.id),
        client: ClientId(row.client_id),
        client_name: row.client_name,
        invoice: invoice.map(|(id, number)| (InvoiceId(id), number.cast_unsigned())),
        number: row.number.cast_unsigned(),
        total: Money::new(row.total_minor, read_currency(&row.currency)?),
        tax: row.tax.map(|tax| tax.0),
        lines: row.lines.0,
        bill_from: row.bill_from,
        bill_to: row.bill_to,
        note: row.note,
        issued_at: row.issued_at,
        settled_at: row.settled_at,
    })
}
