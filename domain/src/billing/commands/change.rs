//! Another offer now: what is left of the paid period becomes credit, and a period of the other offer begins.

use chrono::{DateTime, Utc};

use super::{
    LockedSubscription,
    balance::{self, NewBalanceEntry},
    bill_period::{BilledPeriod, bill_period_in, charge_for},
    choose::{PlanChange, change_in, is_same, living_in, next_of, sold_in},
    format_in,
    lock::{lock_subscription, one},
    parties::parties_in,
    renew::{renew_in, take_offer_in},
};
use crate::{
    Db, Error, Result, Scope, Tx,
    audit::{self, NewEntry},
    billing::{
        BalanceReason, ChangeNow, InvoiceLine, PlanChangePreview, PlanChoice, SubscriptionState,
        charge::{PeriodCharge, unused},
        may_bill, period, queries, read_currency, words,
    },
    ids::{ClientId, InvoiceId},
    live_hints,
    money::Money,
    offers::Offer,
    requests::{clock, lock},
};

/// What another offer comes to for a client, now and with the next period.
///
/// # Errors
/// Field `offer`; [`Error::Refused`] where there is nothing to change; [`Error::NotFound`] for those who may not see bills.
pub async fn preview_change(
    db: &Db,
    scope: &Scope,
    client: ClientId,
    choice: PlanChoice,
) -> Result<PlanChangePreview> {
    may_bill(scope)?;
    let held = queries::find_subscription(db, scope, client).await?;
    let held = held.filter(|held| held.state != SubscriptionState::Ended).ok_or_else(nothing_to_change)?;
    let mut tx = db.begin(scope).await?;
    let locked = lock_subscription(&mut tx, scope, held.id).await?;
    let offer = sold_in(&mut tx, scope, choice).await?;
    let now = weigh_in(&mut tx, scope, &locked, &offer).await?.map(|weighed| weighed.change);
    // Nothing was changed.
    drop(tx);
    let next_at = held.period.filter(|_| held.state == SubscriptionState::Active).map(|(_, end)| end);
    Ok(PlanChangePreview {
        from: held.name,
        from_terms: held.terms,
        to: offer.name.clone(),
        to_terms: next_of(&offer).terms,
        now,
        next_at,
    })
}

/// Changes a client's subscription to another offer now. What is left of the paid period goes to its balance, to the second,
/// and pays the new period's invoice as far as it goes; the new limit holds from this moment, and what is being worked on stays.
///
/// # Errors
/// Field `offer`; [`Error::Refused`] where it cannot be now; [`Error::NotFound`] for those who may not see bills.
pub async fn change_now(db: &Db, scope: &Scope, client: ClientId, choice: PlanChoice) -> Result<PlanChange> {
    may_bill(scope)?;
    let mut tx = db.begin(scope).await?;
    let board = lock::lock_board(&mut tx, scope, client).await?;
    if board.archived {
        return Err(Error::refused(format!("{} has left. Bring it back first.", board.client_name)));
    }
    let subscription = living_in(&mut tx, scope, client).await?.ok_or_else(nothing_to_change)?;
    let offer = sold_in(&mut tx, scope, choice).await?;
    let mut held = lock_subscription(&mut tx, scope, subscription).await?;
    renew_in(&mut tx, scope, &mut held).await?;
    let changed = if held.state == SubscriptionState::AwaitingPayment || is_same(&held, &offer) {
        change_in(&mut tx, scope, subscription, &offer).await?
    } else {
        let weighed = weigh_in(&mut tx, scope, &held, &offer).await?.map_err(Error::refused)?;
        begin_anew_in(&mut tx, scope, &mut held, &offer, &weighed).await?;
        PlanChange::Now
    };
    live_hints::publish(&mut tx, scope, client, "subscription", None).await?;
    tx.commit().await?;
    Ok(changed)
}

fn nothing_to_change() -> Error {
    Error::refused("There’s no subscription to change. Start one instead.")
}

struct Weighed {
    change: ChangeNow,
    /// The invoice that paid the present period.
    paid_by: Option<InvoiceId>,
}

/// What changing a held subscription now comes to; or why it cannot be.
async fn weigh_in(
    tx: &mut Tx,
    scope: &Scope,
    held: &LockedSubscription,
    offer: &Offer,
) -> Result<Result<Weighed, String>> {
    let now = tx.now();
    let end = match (held.state, held.period) {
        (SubscriptionState::Active, Some((start, end))) if start < now && end > now && !held.pausing => end,
        (SubscriptionState::Active, Some((start, _))) if start >= now => {
            return Ok(Err("This period just began. Try again in a moment.".into()));
        }
        (SubscriptionState::Active, _) if held.pausing => {
            return Ok(Err(
                "A pause is about to begin. Call it off first, or change with the next period.".into()
            ));
        }
        (SubscriptionState::Paused, _) => {
            return Ok(Err(
                "It’s paused, and the saved time is kept. Resume first, or change once it’s used.".into(),
            ));
        }
        (SubscriptionState::AwaitingPayment, _) => {
            return Ok(Err("Nothing was paid yet, so the new plan takes its place right away.".into()));
        }
        _ => return Ok(Err("The next period is about to begin. Reload the page in a moment.".into())),
    };
    let terms = next_of(offer).terms;
    if terms.price.currency != held.currency {
        let currency = terms.price.currency;
        return Ok(Err(format!("{} is priced in {currency}. Change with the next period.", offer.name)));
    }
    let left_seconds = (end - now).num_seconds().max(0);
    let (credit, paid_by) = match credit_in(tx, scope, held, left_seconds).await? {
        Ok(credit) => credit,
        Err(why) => return Ok(Err(why)),
    };
    let format = format_in(tx, scope).await?;
    let end = period::end(now, period::anchor(now, format.zone), terms.interval, format.zone);
    let charge = charge_for(tx, scope, held.id, terms.price).await?;
    let what = format!("{}, {}", offer.name, format.period(now, end));
    let (lines, total) = taxed_in(tx, scope, held.client, &charge, &what).await?;
    let balance = balance::of_in(tx, scope, held.client, total.currency).await?;
    let all = Money::new(balance.minor.saturating_add(credit.minor), total.currency);
    let from_balance = Money::new(all.minor.clamp(0, total.minor.max(0)), total.currency);
    let change = ChangeNow {
        left_seconds,
        credit,
        lines,
        total,
        from_balance,
        due: Money::new(total.minor - from_balance.minor, total.currency),
        stays: Money::new(all.minor - from_balance.minor, total.currency),
        period: (now, end),
    };
    Ok(Ok(Weighed { change, paid_by }))
}

/// The lines of the new period's invoice, with the tax that comes to them, and what they come to.
async fn taxed_in(
    tx: &mut Tx,
    scope: &Scope,
    client: ClientId,
    charge: &PeriodCharge,
    what: &str,
) -> Result<(Vec<InvoiceLine>, Money)> {
    let currency = charge.price.currency;
    if charge.total_minor() <= 0 {
        return Ok((Vec::new(), Money::zero(currency)));
    }
    let mut lines = charge.lines(what);
    let server = Scope::system(scope.workspace);
    tx.enter(&server).await?;
    let tax = parties_in(tx, &server, client).await?.assess(&lines)?;
    tx.enter(scope).await?;
    let added = tax.total.saturating_sub(charge.total_minor());
    if added > 0 {
        lines.push(InvoiceLine { what: "Tax".to_owned(), minor: added });
    }
    Ok((lines, Money::new(tax.total, currency)))
}

type Credit = (Money, Option<InvoiceId>);

/// What the rest of the present period is worth; or why that is not known yet.
async fn credit_in(
    tx: &mut Tx,
    scope: &Scope,
    held: &LockedSubscription,
    left_seconds: i64,
) -> Result<Result<Credit, String>> {
    let nothing = Ok(Ok((Money::zero(held.currency), None)));
    // One that is held back is the workspace's own to see.
    let server = Scope::system(scope.workspace);
    tx.enter(&server).await?;
    let row = sqlx::query!(
        r#"SELECT i.id, i.number, i.state, i.total_minor, i.currency, coalesce(i.period_minor, i.total_minor) AS "period_minor!",
                  coalesce((SELECT within_bigint(sum((line->>'minor')::bigint)) FROM jsonb_array_elements(i.lines) AS line), 0)
                      AS "lines_minor!",
                  i.period_start AS "start!", i.period_end AS "end!",
                  EXISTS (SELECT FROM credit_note n WHERE n.invoice_id = i.id) AS "credited!"
           FROM invoice i JOIN subscription s ON s.workspace_id = i.workspace_id AND s.id = i.subscription_id
           WHERE i.workspace_id = $1 AND i.subscription_id = $2 AND i.period_start IS NOT NULL AND i.period_end IS NOT NULL
             AND coalesce(s.period_billed, s.price_minor > 0)
           ORDER BY i.period_start DESC, i.created_at DESC, i.id DESC LIMIT 1"#,
        scope.workspace.0,
        held.id.0,
    )
    .fetch_optional(tx.conn())
    .await?;
    tx.enter(scope).await?;
    let Some(row) = row else { return nothing };
    match row.state.as_str() {
        "paid" if row.credited => return nothing,
        "paid" => {}
        "void" => return nothing,
        _ => {
            let invoice = row.number.map_or_else(
                || "The invoice".to_owned(),
                |number| format!("Invoice {}", words::number(number.unsigned_abs())),
            );
            return Ok(Err(format!(
                "{invoice} for this period isn’t paid yet. Pay it first, or change with the next period."
            )));
        }
    }
    let total = Money::new(row.total_minor, read_currency(&row.currency)?);
    let whole = (row.end - row.start).num_seconds();
    let credit = unused(total, (row.period_minor, row.lines_minor), (left_seconds, whole));
    Ok(Ok((credit, Some(InvoiceId(row.id)))))
}

/// Ends the present period and begins one of the other offer.
async fn begin_anew_in(
    tx: &mut Tx,
    scope: &Scope,
    held: &mut LockedSubscription,
    offer: &Offer,
    weighed: &Weighed,
) -> Result<()> {
    let (before, change) = (held.name.clone(), &weighed.change);
    let server = Scope::system(scope.workspace);
    tx.enter(&server).await?;
    let entry = NewBalanceEntry {
        invoice: weighed.paid_by,
        note: &before,
        ..NewBalanceEntry::new(held.client, change.credit, BalanceReason::PlanChange)
    };
    balance::insert_in(tx, &server, &entry).await?;
    live_hints::publish(tx, &server, held.client, "invoice", None).await?;
    tx.enter(scope).await?;
    take_offer_in(tx, scope, held, &next_of(offer)).await?;
    begin_period_in(tx, scope, held, change.period).await?;
    // What the new limit lets begin begins; what is being worked on stays.
    clock::resume_all_in(tx, scope, held.client).await?;
    let format = format_in(tx, scope).await?;
    let what = format!("{}, {}", offer.name, format.period(change.period.0, change.period.1));
    let (client, subscription) = (held.client, held.id);
    bill_period_in(tx, scope, &BilledPeriod { client, subscription, what, period: held.period }).await?;
    let entry = NewEntry::done("change_package", format!("{}, {} back", held.name, change.credit)).of(client);
    audit::commands::record_in(tx, scope, entry.changed(before, offer.name.as_str())).await
}

async fn begin_period_in(
    tx: &mut Tx,
    scope: &Scope,
    held: &mut LockedSubscription,
    (start, end): (DateTime<Utc>, DateTime<Utc>),
) -> Result<()> {
    let format = format_in(tx, scope).await?;
    let anchor = period::anchor(start, format.zone);
    let changed = sqlx::query!(
        "UPDATE subscription SET period_start = $3, period_end = $4, anchor_day = $5, ends_with_period = false,
                trial_ends_at = least(trial_ends_at, $3)
         WHERE workspace_id = $1 AND id = $2 AND state = 'active'",
        scope.workspace.0,
        held.id.0,
        start,
        end,
        i16::try_from(anchor).unwrap_or(1),
    )
    .execute(tx.conn())
    .await?;
    one(changed.rows_affected())?;
    (held.period, held.anchor, held.ends_with_period) = (Some((start, end)), anchor, false);
    Ok(())
}
