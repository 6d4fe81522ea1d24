use chrono::{DateTime, Utc};
use sqlx::types::Json;

use crate::{
    Db, Error, Result, Scope,
    billing::{Invoice, InvoiceLine, InvoiceState, may_bill, operators_only, read_currency},
    ids::{ClientId, InvoiceId, SubscriptionId},
    money::Money,
    tax::Assessment,
};

/// How many invoices one page of the list holds.
const PAGE: i64 = 50;

/// Which invoices a list shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InvoiceFilter {
    #[default]
    All,
    Draft,
    /// Issued and to be paid in time yet.
    Due,
    Overdue,
    Paid,
    Void,
}

impl InvoiceFilter {
    pub const ALL: [Self; 6] = [Self::All, Self::Draft, Self::Due, Self::Overdue, Self::Paid, Self::Void];

    /// The word in the page's address.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Draft => "draft",
            Self::Due => "due",
            Self::Overdue => "overdue",
            Self::Paid => "paid",
            Self::Void => "void",
        }
    }

    /// The filter of that word; everything for any other.
    pub fn parse(word: &str) -> Self {
        Self::ALL.into_iter().find(|filter| filter.as_str() == word).unwrap_or_default()
    }
}

/// A page of invoices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invoices {
    pub invoices: Vec<Invoice>,
    /// From 1.
    pub page: u32,
    /// Whether another page follows.
    pub more: bool,
}

/// Invoices, newest first: of the whole workspace for an operator, of one client otherwise, and never a draft for one.
///
/// # Errors
/// [`Error::NotFound`] for those who may not see bills.
pub async fn list(
    db: &Db,
    scope: &Scope,
    client: Option<ClientId>,
    filter: InvoiceFilter,
    page: u32,
) -> Result<Invoices> {
    may_bill(scope)?;
    let page = page.max(1);
    let mut tx = db.begin(scope).await?;
    let now = tx.now();
    let rows = sqlx::query_as!(
        InvoiceRow,
        r#"SELECT i.id, i.client_id, c.name AS client_name, i.subscription_id, i.number,
                  i.state AS "state: InvoiceState", i.currency,
                  i.lines AS "lines: Json<Vec<InvoiceLine>>", i.total_minor, i.tax AS "tax: Json<Assessment>", i.bill_from, i.bill_to, i.note, i.period_start,
                  i.period_end, i.created_at, i.issued_at, i.due_at, i.paid_at, i.voided_at,
                  i.issue_when_complete, (SELECT n.number FROM credit_note n WHERE n.invoice_id = i.id) AS credited_by,
                  coalesce(within_bigint((SELECT sum(p.applied_minor) FROM payment p WHERE p.workspace_id = i.workspace_id
                      AND p.invoice_id = i.id AND p.method = 'balance' AND p.withdrawn_at IS NULL)), 0) AS "from_balance!"
           FROM invoice i JOIN client c ON c.workspace_id = i.workspace_id AND c.id = i.client_id
           WHERE i.workspace_id = $1 AND ($2::uuid IS NULL OR i.client_id = $2) AND (i.state <> 'draft' OR $3)
             AND CASE $4::text WHEN 'all' THEN true
                               WHEN 'due' THEN i.state = 'issued' AND i.due_at >= $5
                               WHEN 'overdue' THEN i.state = 'issued' AND i.due_at < $5
                               ELSE i.state = $4 END
           ORDER BY i.created_at DESC, i.id DESC LIMIT $6 OFFSET $7"#,
        scope.workspace.0,
        client.or(scope.client).map(|client| client.0),
        scope.is_wide(),
        filter.as_str(),
        now,
        PAGE + 1,
        i64::from(page - 1) * PAGE,
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    let more = i64::try_from(rows.len()).is_ok_and(|rows| rows > PAGE);
    let invoices: Result<Vec<Invoice>> = rows.into_iter().map(InvoiceRow::invoice).collect();
    let mut invoices = invoices?;
    invoices.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
    Ok(Invoices { invoices, page, more })
}

/// One invoice of the workspace.
///
/// # Errors
/// [`Error::NotFound`], also for anyone but an operator.
pub async fn get(db: &Db, scope: &Scope, invoice: InvoiceId) -> Result<Invoice> {
    operators_only(scope)?;
    one(db, scope, Some(invoice), None).await
}

/// One of a client's invoices, by its number.
///
/// # Errors
/// [`Error::NotFound`], also for those who may not see bills.
pub async fn get_by_number(db: &Db, scope: &Scope, number: u64) -> Result<Invoice> {
    may_bill(scope)?;
    let number = i64::try_from(number).map_err(|_| Error::NotFound)?;
    one(db, scope, None, Some(number)).await
}

async fn one(db: &Db, scope: &Scope, id: Option<InvoiceId>, number: Option<i64>) -> Result<Invoice> {
    let mut tx = db.begin(scope).await?;
    let row = sqlx::query_as!(
        InvoiceRow,
        r#"SELECT i.id, i.client_id, c.name AS client_name, i.subscription_id, i.number,
                  i.state AS "state: InvoiceState", i.currency,
                  i.lines AS "lines: Json<Vec<InvoiceLine>>", i.total_minor, i.tax AS "tax: Json<Assessment>",
                  CASE WHEN i.state = 'draft' THEN coalesce(nullif(w.bill_from, ''), w.name) ELSE i.bill_from END AS "bill_from!",
                  i.bill_to, i.note, i.period_start,
                  i.period_end, i.created_at, i.issued_at, i.due_at, i.paid_at, i.voided_at,
                  i.issue_when_complete, (SELECT n.number FROM credit_note n WHERE n.invoice_id = i.id) AS credited_by,
                  coalesce(within_bigint((SELECT sum(p.applied_minor) FROM payment p WHERE p.workspace_id = i.workspace_id
                      AND p.invoice_id = i.id AND p.method = 'balance' AND p.withdrawn_at IS NULL)), 0) AS "from_balance!"
           FROM invoice i
           JOIN client c ON c.workspace_id = i.workspace_id AND c.id = i.client_id
           JOIN workspace w ON w.id = i.workspace_id
           WHERE i.workspace_id = $1 AND ($2::uuid IS NULL OR i.client_id = $2) AND (i.state <> 'draft' OR $3)
             AND (i.id = $4 OR i.number = $5)"#,
        scope.workspace.0,
        scope.client.map(|client| client.0),
        scope.is_wide(),
        id.map(|id| id.0),
        number,
    )
    .fetch_optional(tx.conn())
    .await?;
    tx.commit().await?;
    row.ok_or(Error::NotFound)?.invoice()
}

struct InvoiceRow {
    id: uuid::Uuid,
    client_id: uuid::Uuid,
    client_name: String,
    subscription_id: Option<uuid::Uuid>,
    number: Option<i64>,
    state: InvoiceState,
    currency: String,
    lines: Json<Vec<InvoiceLine>>,
    total_minor: i64,
    tax: Option<Json<Assessment>>,
    bill_from: String,
    bill_to: String,
    note: String,
    period_start: Option<DateTime<Utc>>,
    period_end: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    issued_at: Option<DateTime<Utc>>,
    due_at: Option<DateTime<Utc>>,
    paid_at: Option<DateTime<Utc>>,
    voided_at: Option<DateTime<Utc>>,
    issue_when_complete: bool,
    credited_by: Option<i64>,
    from_balance: i64,
}

impl InvoiceRow {
    fn invoice(self) -> Result<Invoice> {
        let currency = read_currency(&self.currency)?;
        Ok(Invoice {
            id: InvoiceId(self.id),
            client: ClientId(self.client_id),
            client_name: self.client_name,
            subscription: self.subscription_id.map(SubscriptionId),
            number: self.number.map(i64::cast_unsigned),
            state: self.state,
            lines: self.lines.0,
            total: Money::new(self.total_minor, currency),
            tax: self.tax.map(|tax| tax.0),
            bill_from: self.bill_from,
            bill_to: self.bill_to,
            note: self.note,
            period: self.period_start.zip(self.period_end),
            created_at: self.created_at,
            issued_at: self.issued_at,
            due_at: self.due_at,
            paid_at: self.paid_at,
            voided_at: self.voided_at,
            credited_by: self.credited_by.map(i64::cast_unsigned),
            is_held_back: self.issue_when_complete,
            from_balance: Money::new(self.from_balance, currency),
        })
    }
}
