use serde::{Deserialize, Serialize};

use super::Micros;
use crate::{
    Db, Error, FieldErrors, Result, Scope,
    audit::{self, Deed},
    money::{Currency, MoneyError},
    requests::commands::operator,
};

/// The longest name of a model, in characters.
const MODEL: usize = 200;

/// What a model costs, for a million tokens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    pub model: String,
    pub input: Micros,
    /// Of the input, what was read from a cache.
    pub cached: Micros,
    pub output: Micros,
}

/// What a person typed of a price; all but the model in dollars.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TypedPrice {
    pub model: String,
    pub input: String,
    /// Empty: as the input.
    pub cached: String,
    pub output: String,
}

/// The table of prices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prices {
    pub prices: Vec<Price>,
    /// Models that were used and have none, those used most first.
    pub missing: Vec<String>,
    /// What a dollar is in the workspace's currency, in millionths; none for dollars, or where nobody has said.
    pub rate: Option<i64>,
}

/// The workspace's prices.
///
/// # Errors
/// [`Error::NotFound`] for anyone but operators.
pub async fn prices(db: &Db, scope: &Scope) -> Result<Prices> {
    operator(scope)?;
    let mut tx = db.begin(scope).await?;
    let rows = sqlx::query!(
        "SELECT model, input_micros, cached_micros, output_micros FROM model_price WHERE workspace_id = $1 ORDER BY model",
        scope.workspace.0,
    )
    .fetch_all(tx.conn())
    .await?;
    let missing = sqlx::query_scalar!(
        "SELECT model FROM spend WHERE workspace_id = $1 AND micros IS NULL GROUP BY model ORDER BY count(*) DESC, model LIMIT 20",
        scope.workspace.0,
    )
    .fetch_all(tx.conn())
    .await?;
    let rate = sqlx::query_scalar!(
        "SELECT r.micros FROM dollar_rate r JOIN workspace w ON w.id = r.workspace_id AND w.currency = r.currency
         WHERE r.workspace_id = $1",
        scope.workspace.0,
    )
    .fetch_optional(tx.conn())
    .await?;
    tx.commit().await?;
    let prices = rows
        .into_iter()
        .map(|row| Price {
            model: row.model,
            input: Micros(row.input_micros),
            cached: Micros(row.cached_micros),
            output: Micros(row.output_micros),
        })
        .collect();
    Ok(Prices { prices, missing, rate })
}

/// Sets what a model costs. What was used before without a price is priced now; what has one keeps it.
///
/// # Errors
/// Fields `model`, `input`, `cached` and `output`.
pub async fn set_price(db: &Db, scope: &Scope, typed: &TypedPrice) -> Result<()> {
    operator(scope)?;
    let price = checked(typed)?;
    let mut tx = db.begin(scope).await?;
    let now = tx.now();
    sqlx::query!(
        "INSERT INTO model_price (workspace_id, model, input_micros, cached_micros, output_micros, set_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (workspace_id, model) DO UPDATE SET input_micros = excluded.input_micros,
             cached_micros = excluded.cached_micros, output_micros = excluded.output_micros, set_at = excluded.set_at",
        scope.workspace.0,
        price.model,
        price.input.0,
        price.cached.0,
        price.output.0,
        now,
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "UPDATE spend SET micros = least(cost_of(input_tokens, cached_tokens, output_tokens, $3, $4, $5), 1000000000000)
         WHERE workspace_id = $1 AND model = $2 AND micros IS NULL",
        scope.workspace.0,
        price.model,
        price.input.0,
        price.cached.0,
        price.output.0,
    )
    .execute(tx.conn())
    .await?;
    let deed = Deed::done("set_price", price.model.as_str());
    let words = format!("{} in, {} cached, {} out", price.input, price.cached, price.output);
    audit::done_in(&mut tx, scope, Deed { after: Some(words), ..deed }).await?;
    tx.commit().await
}

/// Takes a model's price out of the table; what was priced stays so.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn drop_price(db: &Db, scope: &Scope, model: &str) -> Result<()> {
    operator(scope)?;
    let mut tx = db.begin(scope).await?;
    let done = sqlx::query!(
        "DELETE FROM model_price WHERE workspace_id = $1 AND model = $2",
        scope.workspace.0,
        model
    )
    .execute(tx.conn())
    .await?;
    audit::done_in(&mut tx, scope, Deed::done("remove_price", model)).await?;
    tx.commit().await?;
    if done.rows_affected() == 0 { Err(Error::NotFound) } else { Ok(()) }
}

/// Sets what a dollar is in the workspace's currency; nothing typed: nobody knows.
///
/// # Errors
/// Field `rate`.
pub async fn set_rate(db: &Db, scope: &Scope, currency: Currency, typed: &str) -> Result<()> {
    operator(scope)?;
    let mut tx = db.begin(scope).await?;
    if typed.trim().is_empty() {
        sqlx::query!(
            "DELETE FROM dollar_rate WHERE workspace_id = $1 AND currency = $2",
            scope.workspace.0,
            currency.code(),
        )
        .execute(tx.conn())
        .await?;
        audit::done_in(&mut tx, scope, Deed::done("remove_dollar_rate", currency.code())).await?;
        return tx.commit().await;
    }
    let micros = Micros::parse(typed).ok().filter(|rate| rate.0 > 0).ok_or_else(|| {
        let words = format!("Enter how many {} equal one dollar, like 0.92.", currency.code());
        Error::Fields(FieldErrors::one("rate", words))
    })?;
    sqlx::query!(
        "INSERT INTO dollar_rate (workspace_id, currency, micros) VALUES ($1, $2, $3)
         ON CONFLICT (workspace_id, currency) DO UPDATE SET micros = excluded.micros",
        scope.workspace.0,
        currency.code(),
        micros.0,
    )
    .execute(tx.conn())
    .await?;
    let deed = Deed::done("set_dollar_rate", currency.code());
    audit::done_in(&mut tx, scope, Deed { after: Some(micros.typed()), ..deed }).await?;
    tx.commit().await
}

fn checked(typed: &TypedPrice) -> Result<Price> {
    let mut errors = FieldErrors::new();
    let model = typed.model.replace('\0', "").trim().to_owned();
    match model.chars().count() {
        0 => errors.add("model", "Enter the model name as reported, like gpt-5-mini."),
        length if length > MODEL => errors.add("model", format!("Keep this under {MODEL} characters.")),
        _ => {}
    }
    let mut amount = |field: &str, text: &str| {
        let read = Micros::parse(text);
        if let Err(error) = &read {
            errors.add(field, told(error));
        }
        read.unwrap_or_default()
    };
    let input = amount("input", &typed.input);
    let output = amount("output", &typed.output);
    let cached = if typed.cached.trim().is_empty() { input } else { amount("cached", &typed.cached) };
    errors.check().map(|()| Price { model, input, cached, output })
}

fn told(error: &MoneyError) -> String {
    match error {
        MoneyError::Empty => "Enter the price in dollars, like 3 or 0.25. Use 0 if it’s free.".to_owned(),
        other => other.to_string(),
    }
}
