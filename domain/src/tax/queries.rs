//! Reading a workspace's rates and what it decided about tax.

use sqlx::types::Json;

use super::{HandCheck, RateKind, TaxRate, TaxSettings};
use crate::{
    Db, Error, Result, Scope, Tx,
    ids::{ClientId, TaxRateId},
    scope::operators_only,
};

/// What the page of taxes shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaxView {
    pub settings: TaxSettings,
    /// By country and region, the standard rate first.
    pub rates: Vec<TaxRate>,
    /// The seller's country; empty where it was never said.
    pub country: String,
}

/// A workspace's rates and settings.
///
/// # Errors
/// [`Error::NotFound`] for anyone but an operator.
pub async fn tax_view(db: &Db, scope: &Scope) -> Result<TaxView> {
    operators_only(scope)?;
    let mut tx = db.begin(scope).await?;
    let settings = settings_in(&mut tx, scope).await?;
    let rates = rates_in(&mut tx, scope).await?;
    let country = sqlx::query_scalar!(
        r#"SELECT coalesce(bill_sender ->> 'country', '') AS "country!" FROM workspace WHERE id = $1"#,
        scope.workspace.0,
    )
    .fetch_one(tx.conn())
    .await?;
    tx.commit().await?;
    Ok(TaxView { settings, rates, country })
}

/// Whether prices have tax added, where the buyer is taxed: what a price's small print says.
///
/// # Errors
/// When the database is away.
pub async fn adds_tax(db: &Db, scope: &Scope) -> Result<bool> {
    let mut tx = db.begin(scope).await?;
    let settings = settings_in(&mut tx, scope).await?;
    let any = !rates_in(&mut tx, scope).await?.is_empty();
    tx.commit().await?;
    Ok(any && !settings.is_small_business && settings.mode == super::TaxMode::Without)
}

pub(crate) async fn settings_in(tx: &mut Tx, scope: &Scope) -> Result<TaxSettings> {
    let settings = sqlx::query_scalar!(
        r#"SELECT tax AS "tax: Json<TaxSettings>" FROM workspace WHERE id = $1"#,
        scope.workspace.0,
    )
    .fetch_optional(tx.conn())
    .await?
    .flatten();
    Ok(settings.map(|settings| settings.0).unwrap_or_default())
}

pub(crate) async fn rates_in(tx: &mut Tx, scope: &Scope) -> Result<Vec<TaxRate>> {
    let rows = sqlx::query!(
        "SELECT id, country, region, kind, name, rate FROM tax_rate WHERE workspace_id = $1
         ORDER BY country, lower(region), array_position(ARRAY['standard', 'reduced', 'zero'], kind)",
        scope.workspace.0,
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(TaxRate {
                id: TaxRateId(row.id),
                country: row.country,
                region: row.region,
                kind: RateKind::parse(&row.kind)
                    .ok_or_else(|| Error::Broken(format!("a tax rate of the unknown kind {}", row.kind)))?,
                name: row.name,
                rate: row.rate.unsigned_abs(),
            })
        })
        .collect()
}

/// Who looked a client's tax number up by hand; none where nobody did, or where it has another one by now.
///
/// # Errors
/// [`Error::NotFound`] for anyone but an operator.
pub async fn hand_check(db: &Db, scope: &Scope, client: ClientId) -> Result<Option<HandCheck>> {
    operators_only(scope)?;
    let mut tx = db.begin(scope).await?;
    let row = sqlx::query!(
        r#"SELECT tax_checked AS "checked: Json<HandCheck>", coalesce(bill_details ->> 'tax_number', '') AS "number!"
           FROM client WHERE workspace_id = $1 AND id = $2"#,
        scope.workspace.0,
        client.0,
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    tx.commit().await?;
    Ok(row.checked.map(|checked| checked.0).filter(|checked| checked.number == row.number))
}
