use crate::{
    Db, Error, FieldErrors, Result, Scope,
    audit::{self, NewEntry},
    costs::{Micros, Price, PriceForm},
    money::{Currency, MoneyError},
    requests::commands::operator,
};

/// The longest name of a model, in characters.
const MODEL: usize = 200;

/// Sets what a model costs. What was used before without a price is priced now; what has one keeps it.
///
/// # Errors
/// Fields `model`, `input`, `cached` and `output`.
pub async fn set_price(db: &Db, scope: &Scope, typed: &PriceForm) -> Result<()> {
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
    let entry = NewEntry::done("set_price", price.model.as_str());
    let words = format!("{} in, {} cached, {} out", price.input, price.cached, price.output);
    audit::commands::record_in(&mut tx, scope, NewEntry { after: Some(words), ..entry }).await?;
    tx.commit().await
}

/// Takes a model's price out of the table; what was priced stays so.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn remove_price(db: &Db, scope: &Scope, model: &str) -> Result<()> {
    operator(scope)?;
    let mut tx = db.begin(scope).await?;
    let done = sqlx::query!(
        "DELETE FROM model_price WHERE workspace_id = $1 AND model = $2",
        scope.workspace.0,
        model
    )
    .execute(tx.conn())
    .await?;
    audit::commands::record_in(&mut tx, scope, NewEntry::done("remove_price", model)).await?;
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
        audit::commands::record_in(&mut tx, scope, NewEntry::done("remove_dollar_rate", currency.code()))
            .await?;
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
    let entry = NewEntry::done("set_dollar_rate", currency.code());
    audit::commands::record_in(&mut tx, scope, NewEntry { after: Some(micros.typed()), ..entry }).await?;
    tx.commit().await
}

fn checked(typed: &PriceForm) -> Result<Price> {
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
            errors.add(field, price_error(error));
        }
        read.unwrap_or_default()
    };
    let input = amount("input", &typed.input);
    let output = amount("output", &typed.output);
    let cached = if typed.cached.trim().is_empty() { input } else { amount("cached", &typed.cached) };
    errors.check().map(|()| Price { model, input, cached, output })
}

fn price_error(error: &MoneyError) -> String {
    match error {
        MoneyError::Empty => "Enter the price in dollars, like 3 or 0.25. Use 0 if it’s free.".to_owned(),
        other => other.to_string(),
    }
}
