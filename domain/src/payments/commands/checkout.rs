//! The provider's page to pay an invoice on.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::types::Json;

use super::{
    attempts::{NewAttempt, end_in, insert_in, lock_payable_in},
    customers::ensure_customer,
    provider::{provider_of, refusal},
};
use crate::{
    Db, Error, Result, Scope, Tx,
    billing::{InvoiceLine, words},
    ids::{InvoiceId, PaymentAttemptId},
    money::Money,
    payments::{
        AttemptKind, PaymentUrls, Providers, may_pay,
        provider::{CheckoutInput, CheckoutLine, CheckoutPage, PaymentProvider, ProviderError},
    },
};

/// How long a page stays open.
const OPEN: TimeDelta = TimeDelta::hours(2);
/// A page that closes sooner is not shown again.
const SHORT: TimeDelta = TimeDelta::minutes(10);

/// Opens a page of the provider's to pay what is left of an invoice. An open one of the same amount is shown again; others
/// are closed, so that nobody pays an amount that is not due any more.
///
/// # Errors
/// [`Error::Refused`] where it is not to be paid, or no card is taken; [`Error::NotFound`] for those who may not pay it.
pub async fn open_checkout(
    db: &Db,
    scope: &Scope,
    providers: &dyn Providers,
    invoice: InvoiceId,
    urls: &PaymentUrls,
) -> Result<CheckoutPage> {
    may_pay(scope)?;
    let server = Scope::system(scope.workspace);
    let provider = provider_of(db, scope.workspace, providers).await?;
    let mut tx = db.begin(&server).await?;
    let (locked, rest) = lock_payable_in(&mut tx, scope, invoice).await?;
    let pages = open_pages_in(&mut tx, &server, invoice).await?;
    let now = tx.now();
    tx.commit().await?;
    if let Some(again) = pages.iter().find(|page| page.is_good(rest, urls, now)) {
        return Ok(again.page.clone());
    }
    let customer = ensure_customer(db, &server, &*provider, locked.client).await?;
    for page in &pages {
        // Whoever has just paid there is told by its fact; the rest is worked out anew below.
        if let Err(error) = provider.close_checkout(&page.page.reference).await {
            tracing::info!(error.message = %error, "an open page to pay on could not be closed");
        }
    }
    let mut tx = db.begin(&server).await?;
    let (locked, rest) = lock_payable_in(&mut tx, scope, invoice).await?;
    let id = PaymentAttemptId::new();
    let call = call_in(&mut tx, &server, id, invoice, (customer, rest), urls).await?;
    let new = NewAttempt {
        id,
        client: locked.client,
        invoice,
        kind: AttemptKind::Checkout,
        card: None,
        amount: rest,
        is_automatic: false,
        call: &call,
    };
    insert_in(&mut tx, &server, &new).await?;
    tx.commit().await?;
    open(db, &server, &*provider, id, &call).await
}

/// Makes the call of an attempt that is stored, the first time or again, and keeps where the page is.
pub(super) async fn open(
    db: &Db,
    server: &Scope,
    provider: &dyn PaymentProvider,
    attempt: PaymentAttemptId,
    call: &CheckoutInput,
) -> Result<CheckoutPage> {
    let opened = provider.open_checkout(call).await;
    let mut tx = db.begin(server).await?;
    match opened {
        Ok(page) => {
            let closes = page.expires_at.unwrap_or(call.expires_at);
            sqlx::query!(
                "UPDATE payment_attempt SET checkout_reference = $3, url = $4, expires_at = $5, lease_until = $6
                 WHERE workspace_id = $1 AND id = $2 AND ended_at IS NULL",
                server.workspace.0,
                attempt.0,
                page.reference,
                page.url,
                closes,
                closes + TimeDelta::minutes(1),
            )
            .execute(tx.conn())
            .await?;
            tx.commit().await?;
            Ok(page)
        }
        Err(error) => {
            // Where it is not known whether the page is there, the same call is made again.
            if !matches!(error, ProviderError::Unavailable(_)) {
                end_in(&mut tx, server, attempt, None).await?;
            }
            tx.commit().await?;
            Err(refusal(db, server.workspace, error).await)
        }
    }
}

struct OpenPage {
    page: CheckoutPage,
    amount: Money,
    done_url: Option<String>,
    back_url: Option<String>,
}

impl OpenPage {
    fn is_good(&self, rest: Money, urls: &PaymentUrls, now: DateTime<Utc>) -> bool {
        self.amount == rest
            && self.page.expires_at.is_some_and(|at| at > now + SHORT)
            && self.done_url.as_deref() == Some(&urls.done_url)
            && self.back_url.as_deref() == Some(&urls.back_url)
    }
}

async fn open_pages_in(tx: &mut Tx, server: &Scope, invoice: InvoiceId) -> Result<Vec<OpenPage>> {
    let rows = sqlx::query!(
        r#"SELECT checkout_reference AS "reference!", url AS "url!", expires_at, amount_minor, currency,
                  call ->> 'done_url' AS done_url, call ->> 'back_url' AS back_url
           FROM payment_attempt
           WHERE workspace_id = $1 AND invoice_id = $2 AND kind = 'checkout' AND state = 'open'
             AND checkout_reference IS NOT NULL AND url IS NOT NULL
           ORDER BY begun_at DESC, id DESC"#,
        server.workspace.0,
        invoice.0,
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(OpenPage {
                page: CheckoutPage { reference: row.reference, url: row.url, expires_at: row.expires_at },
                amount: Money::new(row.amount_minor, crate::billing::read_currency(&row.currency)?),
                done_url: row.done_url,
                back_url: row.back_url,
            })
        })
        .collect()
}

async fn call_in(
    tx: &mut Tx,
    server: &Scope,
    id: PaymentAttemptId,
    invoice: InvoiceId,
    (customer, rest): (String, Money),
    urls: &PaymentUrls,
) -> Result<CheckoutInput> {
    let row = sqlx::query!(
        r#"SELECT number, total_minor, lines AS "lines: Json<Vec<InvoiceLine>>" FROM invoice
           WHERE workspace_id = $1 AND id = $2"#,
        server.workspace.0,
        invoice.0,
    )
    .fetch_one(tx.conn())
    .await?;
    let number = row.number.ok_or(Error::NotFound)?;
    let mut lines: Vec<CheckoutLine> =
        row.lines.0.into_iter().map(|line| CheckoutLine { what: line.what, minor: line.minor }).collect();
    let sum: i64 = lines.iter().map(|line| line.minor).sum();
    if sum != row.total_minor {
        lines.push(CheckoutLine { what: "Tax".to_owned(), minor: row.total_minor - sum });
    }
    if rest.minor != row.total_minor {
        lines.push(CheckoutLine { what: "Already paid".to_owned(), minor: rest.minor - row.total_minor });
    }
    Ok(CheckoutInput {
        key: id.to_string(),
        customer,
        attempt: id.to_string(),
        lines,
        total: rest,
        title: format!("Invoice {}", words::number(number.unsigned_abs())),
        keeps_card: true,
        done_url: urls.done_url.clone(),
        back_url: urls.back_url.clone(),
        expires_at: tx.now() + OPEN,
    })
}
