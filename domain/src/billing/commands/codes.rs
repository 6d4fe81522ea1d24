//! Codes that take something off: what an operator makes, and what is used up when one is entered.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use sqlx::types::Json;

use super::{
    lock::{lock_subscription, one},
    zone_in,
};
use crate::{
    Db, Error, FieldErrors, OnConstraint, Result, Scope, Tx,
    audit::{self, NewEntry},
    billing::{
        Discount, DiscountCodeForm, Reduction, SubscriptionState, model::reduction, operators_only, period,
        read_currency,
    },
    ids::{DiscountCodeId, SubscriptionId},
    live_hints,
    money::{Currency, Money},
};

/// A code as it is typed by a client: no spaces, in capitals.
fn plain(typed: &str) -> String {
    typed.trim().to_ascii_uppercase()
}

/// A code that may be kept.
struct NewCode {
    code: String,
    reduction: Option<Reduction>,
    periods: Option<u32>,
    ends_on: Option<NaiveDate>,
    most_uses: Option<u32>,
}

/// Makes a code.
///
/// # Errors
/// [`Error::Fields`]; [`Error::NotFound`] for anyone but an operator.
pub async fn create_code(db: &Db, scope: &Scope, form: &DiscountCodeForm) -> Result<DiscountCodeId> {
    operators_only(scope)?;
    let mut tx = db.begin(scope).await?;
    let currency = sqlx::query_scalar!("SELECT currency FROM workspace WHERE id = $1", scope.workspace.0)
        .fetch_one(tx.conn())
        .await?;
    let zone = zone_in(&mut tx, scope).await?;
    let new = read(form, read_currency(&currency)?)?;
    let ends_at = new
        .ends_on
        .and_then(|day| day.checked_add_days(Days::new(1)))
        .map(|day| period::instant(day.and_time(NaiveTime::MIN), zone));
    let id = insert_in(&mut tx, scope, &new, &currency, ends_at).await?;
    let label = new.reduction.map(Reduction::label).unwrap_or_default();
    let entry = NewEntry::done("create_discount_code", format!("{}, {label}", new.code));
    audit::commands::record_in(&mut tx, scope, entry).await?;
    tx.commit().await?;
    Ok(id)
}

async fn insert_in(
    tx: &mut Tx,
    scope: &Scope,
    new: &NewCode,
    currency: &str,
    ends_at: Option<DateTime<Utc>>,
) -> Result<DiscountCodeId> {
    let (id, now) = (DiscountCodeId::new(), tx.now());
    let (percent, amount) = match new.reduction {
        Some(Reduction::Percent(percent)) => (i16::try_from(percent).ok(), None),
        Some(Reduction::Amount(amount)) => (None, Some(amount.minor)),
        None => (None, None),
    };
    sqlx::query!(
        "INSERT INTO discount_code (id, workspace_id, code, percent, amount_minor, currency, periods, ends_at, most_uses, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        id.0,
        scope.workspace.0,
        new.code,
        percent,
        amount,
        currency,
        new.periods.and_then(|periods| i16::try_from(periods).ok()),
        ends_at,
        new.most_uses.map(u32::cast_signed),
        now,
    )
    .execute(tx.conn())
    .await
    .on_constraint("discount_code_once", || {
        Error::Fields(FieldErrors::one("code", "There is a code like this already."))
    })?;
    Ok(id)
}

fn read(form: &DiscountCodeForm, currency: Currency) -> Result<NewCode> {
    let mut errors = FieldErrors::new();
    let code = plain(&form.code);
    let is_plain = code.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if !(3..=40).contains(&code.len()) || !is_plain {
        errors.add("code", "Use 3 to 40 letters, digits, or hyphens, like WELCOME-20.");
    }
    let reduction = match form.kind.as_str() {
        "percent" => match form.value.trim().trim_end_matches('%').trim_end().parse() {
            Ok(percent @ 1..=100) => Some(Reduction::Percent(percent)),
            _ => {
                errors.add("value", "Enter a percentage from 1 to 100.");
                None
            }
        },
        "amount" => match Money::parse(&form.value, currency) {
            Ok(amount) if (1..=crate::bounds::MINOR).contains(&amount.minor) => {
                Some(Reduction::Amount(amount))
            }
            Ok(_) => {
                errors.add("value", "Enter more than 0.");
                None
            }
            Err(error) => {
                errors.add("value", error.to_string());
                None
            }
        },
        _ => {
            errors.add("kind", "Choose one from the list.");
            None
        }
    };
    let mut number = |field: &str, typed: &str, most: u32| match typed.trim() {
        "" => None,
        typed => match typed.parse() {
            Ok(number) if (1..=most).contains(&number) => Some(number),
            _ => {
                errors.add(field, format!("Enter a number from 1 to {most}, or leave it empty."));
                None
            }
        },
    };
    let periods = number("periods", &form.periods, 120);
    let most_uses = number("most_uses", &form.most_uses, 1_000_000);
    let ends_on = match form.ends_on.trim() {
        "" => None,
        day => day.parse().ok().or_else(|| {
            errors.add("ends_on", "Enter a date, like 2027-01-31.");
            None
        }),
    };
    errors.check()?;
    Ok(NewCode { code, reduction, periods, ends_on, most_uses })
}

/// Stops a code from being used. Who used it keeps what it takes off.
///
/// # Errors
/// [`Error::NotFound`], also for anyone but an operator.
pub async fn end_code(db: &Db, scope: &Scope, code: DiscountCodeId) -> Result<()> {
    operators_only(scope)?;
    let mut tx = db.begin(scope).await?;
    let now = tx.now();
    let word = sqlx::query_scalar!(
        "UPDATE discount_code SET ended_at = coalesce(ended_at, $3) WHERE workspace_id = $1 AND id = $2 RETURNING code",
        scope.workspace.0,
        code.0,
        now,
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    audit::commands::record_in(&mut tx, scope, NewEntry::done("end_discount_code", word)).await?;
    tx.commit().await
}

/// Uses a code once: what it takes off, or nothing where none was typed. Of several who use the last one at the same time one
/// gets it.
///
/// # Errors
/// Field `code`.
pub(crate) async fn use_code_in(
    tx: &mut Tx,
    scope: &Scope,
    typed: &str,
    currency: Currency,
) -> Result<Option<Discount>> {
    let code = plain(typed);
    if code.is_empty() {
        return Ok(None);
    }
    // Codes are the workspace's own to see, also where a client enters one.
    let server = Scope::system(scope.workspace);
    tx.enter(&server).await?;
    let now = tx.now();
    let used = sqlx::query!(
        "UPDATE discount_code SET uses = uses + 1
         WHERE workspace_id = $1 AND code = $2 AND ended_at IS NULL AND (ends_at IS NULL OR ends_at > $3)
           AND (most_uses IS NULL OR uses < most_uses) AND (percent IS NOT NULL OR currency = $4)
         RETURNING percent, amount_minor, currency, periods",
        scope.workspace.0,
        code,
        now,
        currency.code(),
    )
    .fetch_optional(tx.conn())
    .await?;
    tx.enter(scope).await?;
    let Some(used) = used else {
        return Err(Error::Fields(FieldErrors::one(
            "code",
            "This code isn’t valid. Check it, or leave it empty.",
        )));
    };
    Ok(Some(Discount {
        code,
        reduction: reduction(used.percent, used.amount_minor, read_currency(&used.currency)?),
        periods_left: used.periods.map(|periods| periods.unsigned_abs().into()),
    }))
}

/// Uses a code for a client's subscription, from its next invoice on, in place of what was taken off before; an empty one takes
/// nothing off any more.
///
/// # Errors
/// Field `code`; [`Error::Refused`] where it has ended; [`Error::NotFound`] for anyone but an operator.
pub async fn apply_code(db: &Db, scope: &Scope, subscription: SubscriptionId, typed: &str) -> Result<()> {
    operators_only(scope)?;
    let mut tx = db.begin(scope).await?;
    let held = lock_subscription(&mut tx, scope, subscription).await?;
    if held.state == SubscriptionState::Ended {
        return Err(Error::refused("This subscription has already ended."));
    }
    let discount = use_code_in(&mut tx, scope, typed, held.currency).await?;
    let changed = sqlx::query!(
        "UPDATE subscription SET discount = $3 WHERE workspace_id = $1 AND id = $2",
        scope.workspace.0,
        subscription.0,
        discount.as_ref().map(Json) as _,
    )
    .execute(tx.conn())
    .await?;
    one(changed.rows_affected())?;
    live_hints::publish(&mut tx, scope, held.client, "subscription", None).await?;
    let what = if discount.is_some() { "apply_discount_code" } else { "remove_discount" };
    super::audit_log::record_subscription_in(&mut tx, scope, what, subscription).await?;
    tx.commit().await
}

/// Sets another price for one client's subscription, from its next period on.
///
/// # Errors
/// Field `price`; [`Error::Refused`] where it has ended; [`Error::NotFound`] for anyone but an operator.
pub async fn set_client_price(
    db: &Db,
    scope: &Scope,
    subscription: SubscriptionId,
    price: &str,
) -> Result<()> {
    operators_only(scope)?;
    let mut tx = db.begin(scope).await?;
    let held = lock_subscription(&mut tx, scope, subscription).await?;
    if held.state == SubscriptionState::Ended {
        return Err(Error::refused("This subscription has already ended."));
    }
    let price = Money::parse(price, held.currency)
        .map_err(|error| Error::Fields(FieldErrors::one("price", error.to_string())))?;
    if price.minor > crate::bounds::MINOR {
        return Err(Error::Fields(FieldErrors::one("price", "This amount is too large.")));
    }
    let changed = sqlx::query!(
        "UPDATE subscription SET price_minor = $3, first_periods_left = 0 WHERE workspace_id = $1 AND id = $2",
        scope.workspace.0,
        subscription.0,
        price.minor,
    )
    .execute(tx.conn())
    .await?;
    one(changed.rows_affected())?;
    live_hints::publish(&mut tx, scope, held.client, "subscription", None).await?;
    let before = Money::new(held.price_minor, held.currency);
    let entry = NewEntry::done("set_client_price", held.name.as_str()).of(held.client);
    let entry = entry.changed(before.to_string(), price.to_string());
    audit::commands::record_in(&mut tx, scope, entry).await?;
    tx.commit().await
}
