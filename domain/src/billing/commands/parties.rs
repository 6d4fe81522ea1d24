use sqlx::types::Json;

use super::issue::{issue_held_in, mail_unsent_in};
use crate::{
    Db, Error, FieldErrors, Result, Scope, Tx,
    accounts::read_email,
    billing::{InvoiceLine, MissingDetail, Recipient, Sender, may_bill},
    ids::ClientId,
    live_hints,
    tax::{self, Assessment, Buyer, Seller, TaxRate, TaxSettings, TaxableLine},
};

/// Who bills and who is billed, as they stand.
pub(super) struct Parties {
    pub sender: Sender,
    pub bill_from: String,
    pub bill_to: String,
    recipient: Recipient,
    rates: Vec<TaxRate>,
    tax: TaxSettings,
    lacks: Vec<MissingDetail>,
}

impl Parties {
    /// What an invoice between them would not say.
    pub(super) fn lacks(&self) -> Vec<MissingDetail> {
        self.lacks.clone()
    }

    /// The tax on lines between them, as it is now.
    ///
    /// # Errors
    /// [`Error::Refused`] where the sum does not fit.
    pub(super) fn assess(&self, lines: &[InvoiceLine]) -> Result<Assessment> {
        let lines: Vec<TaxableLine> =
            lines.iter().map(|line| TaxableLine { minor: line.minor, kind: self.tax.sold }).collect();
        let seller = Seller { country: &self.sender.country, settings: &self.tax };
        let buyer = Buyer {
            country: &self.recipient.country,
            region: &self.recipient.region,
            kind: self.recipient.kind,
            tax_number: &self.recipient.tax_number,
        };
        tax::assess(&lines, seller, buyer, &self.rates, self.tax.mode)
            .map_err(|error| Error::refused(error.to_string()))
    }
}

pub(super) async fn parties_in(tx: &mut Tx, scope: &Scope, client: ClientId) -> Result<Parties> {
    let row = sqlx::query!(
        r#"SELECT w.name AS business, w.bill_from, w.bill_sender AS "sender: Json<Sender>",
                  c.name AS client, c.bill_to, c.bill_details AS "recipient: Json<Recipient>"
           FROM client c JOIN workspace w ON w.id = c.workspace_id
           WHERE c.workspace_id = $1 AND c.id = $2"#,
        scope.workspace.0,
        client.0,
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    let is_text = row.sender.is_none();
    let sender = row.sender.map_or_else(|| Sender::from_text(&row.bill_from), |sender| sender.0);
    let bill_from = if is_text { or(row.bill_from, row.business) } else { sender.printed(&row.business) };
    let (recipient, bill_to) = match row.recipient {
        Some(recipient) => (recipient.0.clone(), recipient.0.printed(&row.client)),
        None => (Recipient::from_text(&row.bill_to), or(row.bill_to, row.client)),
    };
    let tax = tax::queries::settings_in(tx, scope).await?;
    let rates = tax::queries::rates_in(tx, scope).await?;
    let mut lacks: Vec<MissingDetail> = sender.lacks(is_text).into_iter().chain(recipient.lacks()).collect();
    if tax.is_small_business || !rates.is_empty() {
        // The invoice says by itself what is charged, or why nothing is.
        lacks.retain(|lack| *lack != MissingDetail::SenderTaxNote);
    }
    if !tax.is_small_business && !rates.is_empty() && recipient.country.is_empty() {
        lacks.push(MissingDetail::RecipientCountry);
    }
    Ok(Parties { sender, bill_from, bill_to, recipient, rates, tax, lacks })
}

/// What an invoice to a client would not say.
pub(crate) async fn lacks_in(tx: &mut Tx, scope: &Scope, client: ClientId) -> Result<Vec<MissingDetail>> {
    Ok(parties_in(tx, scope, client).await?.lacks)
}

fn or(text: String, otherwise: String) -> String {
    if text.is_empty() { otherwise } else { text }
}

/// Where a client's invoices go, as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BillingDetails {
    pub recipient: Recipient,
    /// Where they are mailed to; empty: to the client's people who see to bills.
    pub email: String,
}

impl BillingDetails {
    /// What was typed, put in order; what is wrong with it at its fields.
    pub(crate) fn read(self, errors: &mut FieldErrors) -> Self {
        let recipient = self.recipient.read(errors);
        let email = self.email.trim();
        let read = if email.is_empty() { Some(String::new()) } else { read_email(email) };
        if read.is_none() {
            errors.add("bill_email", "This isn’t an email address. It looks like name@company.com.");
        }
        Self { recipient, email: read.unwrap_or_default() }
    }
}

/// Changes where a client's next invoices go. What was held back for want of it goes out.
///
/// # Errors
/// Fields `bill_…`; [`Error::NotFound`] for those who may not see bills, and where the scope is no client's.
pub async fn bill_to(db: &Db, scope: &Scope, billed: BillingDetails) -> Result<()> {
    may_bill(scope)?;
    let client = scope.client.ok_or(Error::NotFound)?;
    let mut errors = FieldErrors::new();
    let billed = billed.read(&mut errors);
    billed.recipient.wanted(&mut errors);
    errors.check()?;
    let mut tx = db.begin(scope).await?;
    bill_to_in(&mut tx, scope, client, &billed).await?;
    live_hints::publish(&mut tx, scope, client, "client", None).await?;
    let entry = crate::audit::NewEntry::done("change_billing_details", "");
    crate::audit::commands::record_in(&mut tx, scope, entry).await?;
    tx.commit().await
}

/// The same with what was read before.
pub(crate) async fn bill_to_in(
    tx: &mut Tx,
    scope: &Scope,
    client: ClientId,
    billed: &BillingDetails,
) -> Result<()> {
    let name = sqlx::query_scalar!(
        "SELECT name FROM client WHERE workspace_id = $1 AND id = $2",
        scope.workspace.0,
        client.0,
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    // Nothing said at all stays unsaid.
    let details = (billed.recipient != Recipient::default()).then_some(Json(&billed.recipient));
    sqlx::query!(
        "UPDATE client SET bill_details = $3, bill_email = $4, bill_to = $5 WHERE workspace_id = $1 AND id = $2",
        scope.workspace.0,
        client.0,
        details as _,
        billed.email,
        billed.recipient.printed(&name),
    )
    .execute(tx.conn())
    .await?;
    mail_unsent_in(tx, scope, client).await?;
    issue_held_in(tx, scope, Some(client)).await
}
