//! Changing a workspace's rates and what it decides about tax.

use sqlx::types::Json;

use super::{
    HandCheck, RateForm, RateKind, TaxMode, TaxSettings, TaxSettingsForm, percent_words, queries,
    read_percent,
};
use crate::{
    Actor, Db, Error, FieldErrors, OnConstraint, Result, Scope,
    audit::{self, NewEntry},
    billing::{self, countries},
    ids::{ClientId, TaxRateId},
    scope::operators_only,
};

const LONGEST_NAME: usize = 40;
const LONGEST_WORDS: usize = 300;
/// Far more than anybody sells to.
const MOST_RATES: i64 = 300;

/// Keeps what the workspace decides about tax. Invoices that are issued stay as they are.
///
/// # Errors
/// Fields `mode`, `sold`, `small_business_words` and `reverse_charge_words`; [`Error::NotFound`] for anyone but an operator.
pub async fn set_settings(db: &Db, scope: &Scope, typed: &TaxSettingsForm) -> Result<()> {
    operators_only(scope)?;
    let settings = typed.read()?;
    let mut tx = db.begin(scope).await?;
    sqlx::query!("UPDATE workspace SET tax = $2 WHERE id = $1", scope.workspace.0, Json(&settings) as _)
        .execute(tx.conn())
        .await?;
    billing::commands::issue_held_in(&mut tx, scope, None).await?;
    let mode = match (settings.is_small_business, settings.mode) {
        (true, _) => "No tax, as a small business",
        (false, TaxMode::Without) => "Prices without tax",
        (false, TaxMode::With) => "Prices with tax",
    };
    let entry = NewEntry { after: Some(mode.to_owned()), ..NewEntry::done("change_tax_settings", "") };
    audit::commands::record_in(&mut tx, scope, entry).await?;
    tx.commit().await
}

impl TaxSettingsForm {
    /// The settings that were meant.
    ///
    /// # Errors
    /// Fields `mode`, `sold`, `small_business_words` and `reverse_charge_words`.
    pub fn read(&self) -> Result<TaxSettings> {
        read_settings(self)
    }
}

impl From<&TaxSettings> for TaxSettingsForm {
    /// What the form starts with.
    fn from(settings: &TaxSettings) -> Self {
        Self {
            mode: if settings.mode == TaxMode::With { "with" } else { "without" }.to_owned(),
            sold: settings.sold.as_str().to_owned(),
            is_small_business: settings.is_small_business,
            small_business_words: settings.small_business_words.clone(),
            reverse_charge_words: settings.reverse_charge_words.clone(),
        }
    }
}

fn read_settings(typed: &TaxSettingsForm) -> Result<TaxSettings> {
    let mut errors = FieldErrors::new();
    let mode = match typed.mode.as_str() {
        "with" => TaxMode::With,
        "without" => TaxMode::Without,
        _ => {
            errors.add("mode", "Choose whether your prices include tax.");
            TaxMode::default()
        }
    };
    let sold = RateKind::parse(&typed.sold).unwrap_or_else(|| {
        errors.add("sold", "Choose a kind of rate from the list.");
        RateKind::default()
    });
    let mut words = |field: &str, text: &str| {
        let text = text.replace('\0', "").split_whitespace().collect::<Vec<_>>().join(" ");
        if text.chars().count() > LONGEST_WORDS {
            errors.add(field, format!("Shorten this to {LONGEST_WORDS} characters."));
        }
        text
    };
    let small_business_words = words("small_business_words", &typed.small_business_words);
    let reverse_charge_words = words("reverse_charge_words", &typed.reverse_charge_words);
    errors.check()?;
    Ok(TaxSettings {
        mode,
        sold,
        is_small_business: typed.is_small_business,
        small_business_words,
        reverse_charge_words,
    })
}

struct RateInput {
    country: String,
    region: String,
    kind: RateKind,
    name: String,
    rate: u32,
}

fn read_rate(typed: &RateForm) -> Result<RateInput> {
    let mut errors = FieldErrors::new();
    let country = typed.country.trim().to_uppercase();
    if countries::name(&country).is_none() {
        errors.add("country", "Choose a country from the list.");
    }
    let mut line = |field: &str, text: &str| {
        let text = text.replace('\0', "").split_whitespace().collect::<Vec<_>>().join(" ");
        if text.chars().count() > LONGEST_NAME {
            errors.add(field, format!("Shorten this to {LONGEST_NAME} characters."));
        }
        text
    };
    let (region, name) = (line("region", &typed.region), line("name", &typed.name));
    if name.is_empty() {
        errors.add("name", "Enter what invoices call it, like VAT or Sales tax.");
    }
    let kind = RateKind::parse(&typed.kind).unwrap_or_else(|| {
        errors.add("kind", "Choose a kind from the list.");
        RateKind::default()
    });
    let rate = read_percent(&typed.percent);
    match (kind, rate) {
        (_, None) => errors.add("percent", "Enter a percentage from 0 to 100, like 19 or 8.875."),
        (RateKind::Zero, Some(1..)) => errors.add("percent", "A zero rate is 0."),
        _ => {}
    }
    errors.check()?;
    Ok(RateInput { country, region, kind, name, rate: rate.unwrap_or_default() })
}

fn known_already() -> Error {
    Error::Fields(FieldErrors::one(
        "country",
        "There’s already a rate of this kind for this country and region. Change that one.",
    ))
}

/// Adds a rate.
///
/// # Errors
/// Fields `country`, `region`, `kind`, `name` and `percent`; [`Error::NotFound`] for anyone but an operator.
pub async fn add_rate(db: &Db, scope: &Scope, typed: &RateForm) -> Result<TaxRateId> {
    operators_only(scope)?;
    let input = read_rate(typed)?;
    let (id, mut tx) = (TaxRateId::new(), db.begin(scope).await?);
    let added = sqlx::query!(
        "INSERT INTO tax_rate (id, workspace_id, country, region, kind, name, rate)
         SELECT $1, $2, $3, $4, $5, $6, $7 WHERE (SELECT count(*) FROM tax_rate WHERE workspace_id = $2) < $8",
        id.0,
        scope.workspace.0,
        input.country,
        input.region,
        input.kind.as_str(),
        input.name,
        input.rate.cast_signed(),
        MOST_RATES,
    )
    .execute(tx.conn())
    .await
    .on_constraint("tax_rate_once", known_already)?;
    if added.rows_affected() == 0 {
        return Err(Error::refused(format!("There’s room for {MOST_RATES} rates. Remove one first.")));
    }
    audit::commands::record_in(&mut tx, scope, changed("add_tax_rate", &input)).await?;
    tx.commit().await?;
    Ok(id)
}

/// Changes a rate, for what is billed from now on.
///
/// # Errors
/// As [`add_rate`]; [`Error::NotFound`] for one that is gone.
pub async fn change_rate(db: &Db, scope: &Scope, rate: TaxRateId, typed: &RateForm) -> Result<()> {
    operators_only(scope)?;
    let input = read_rate(typed)?;
    let mut tx = db.begin(scope).await?;
    let done = sqlx::query!(
        "UPDATE tax_rate SET country = $3, region = $4, kind = $5, name = $6, rate = $7
         WHERE workspace_id = $1 AND id = $2",
        scope.workspace.0,
        rate.0,
        input.country,
        input.region,
        input.kind.as_str(),
        input.name,
        input.rate.cast_signed(),
    )
    .execute(tx.conn())
    .await
    .on_constraint("tax_rate_once", known_already)?;
    if done.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    audit::commands::record_in(&mut tx, scope, changed("change_tax_rate", &input)).await?;
    tx.commit().await
}

/// Takes a rate away. What was billed with it keeps its tax.
///
/// # Errors
/// [`Error::NotFound`], also for anyone but an operator.
pub async fn remove_rate(db: &Db, scope: &Scope, rate: TaxRateId) -> Result<()> {
    operators_only(scope)?;
    let mut tx = db.begin(scope).await?;
    let gone = queries::rates_in(&mut tx, scope).await?.into_iter().find(|kept| kept.id == rate);
    let gone = gone.ok_or(Error::NotFound)?;
    sqlx::query!("DELETE FROM tax_rate WHERE workspace_id = $1 AND id = $2", scope.workspace.0, rate.0)
        .execute(tx.conn())
        .await?;
    let entry = NewEntry::done("remove_tax_rate", format!("{}, {}", gone.country, gone.words()));
    audit::commands::record_in(&mut tx, scope, entry).await?;
    tx.commit().await
}

fn changed(what: &'static str, input: &RateInput) -> NewEntry {
    let place = if input.region.is_empty() {
        input.country.clone()
    } else {
        format!("{}, {}", input.country, input.region)
    };
    let words = format!("{} {}", input.name, percent_words(input.rate));
    NewEntry { after: Some(words), ..NewEntry::done(what, place) }
}

/// Notes that somebody looked a client's tax number up in a register, or takes that back.
///
/// # Errors
/// [`Error::Refused`] where the client gave none; [`Error::NotFound`] for anyone but an operator.
pub async fn note_hand_check(db: &Db, scope: &Scope, client: ClientId, is_checked: bool) -> Result<()> {
    operators_only(scope)?;
    let mut tx = db.begin(scope).await?;
    let row = sqlx::query!(
        r#"SELECT coalesce(bill_details ->> 'tax_number', '') AS "number!", name FROM client
           WHERE workspace_id = $1 AND id = $2 FOR NO KEY UPDATE"#,
        scope.workspace.0,
        client.0,
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    if row.number.is_empty() {
        return Err(Error::refused("This client has no tax number yet. Add it first."));
    }
    let by = match &scope.actor {
        Actor::Person { name, .. } => name.clone(),
        _ => String::new(),
    };
    let check = HandCheck { number: row.number.clone(), at: tx.now(), by };
    let check = is_checked.then_some(Json(check));
    sqlx::query!(
        "UPDATE client SET tax_checked = $3 WHERE workspace_id = $1 AND id = $2",
        scope.workspace.0,
        client.0,
        check as _,
    )
    .execute(tx.conn())
    .await?;
    let what = if is_checked { "note_tax_number_check" } else { "undo_tax_number_check" };
    let entry = NewEntry::done(what, format!("{}, {}", row.name, row.number)).of(client);
    audit::commands::record_in(&mut tx, scope, entry).await?;
    tx.commit().await
}
