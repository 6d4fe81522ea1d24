//! The workspace's counters: taken last in a transaction, given back with it.

use chrono_tz::Tz;

use crate::{Error, Result, Scope, Tx, calendar, format::Format};

/// The number that was taken from a counter, and how the workspace writes, in its zone.
pub(super) struct NextNumber {
    pub number: i64,
    pub format: Format,
}

/// Takes the workspace's next number of an invoice. Its row is held until the transaction ends and a rollback gives the
/// number back: no gaps, no repeats, and no number is dated before a smaller one. Take it last.
pub(super) async fn next_number_in(tx: &mut Tx, scope: &Scope) -> Result<NextNumber> {
    let taken = sqlx::query_as!(
        CounterRow,
        r#"UPDATE workspace SET next_invoice_number = next_invoice_number + 1 WHERE id = $1
           RETURNING next_invoice_number - 1 AS "number!", zone, locale"#,
        scope.workspace.0,
    );
    let taken = taken.fetch_optional(tx.conn()).await?;
    into_number(tx, taken)
}

/// The same of a credit note, which are counted by themselves.
pub(super) async fn next_credit_number_in(tx: &mut Tx, scope: &Scope) -> Result<NextNumber> {
    let taken = sqlx::query_as!(
        CounterRow,
        r#"UPDATE workspace SET next_credit_number = next_credit_number + 1 WHERE id = $1
           RETURNING next_credit_number - 1 AS "number!", zone, locale"#,
        scope.workspace.0,
    );
    let taken = taken.fetch_optional(tx.conn()).await?;
    into_number(tx, taken)
}

struct CounterRow {
    number: i64,
    zone: String,
    locale: Option<String>,
}

fn into_number(tx: &mut Tx, taken: Option<CounterRow>) -> Result<NextNumber> {
    let taken = taken.ok_or(Error::NotFound)?;
    tx.held_since(None);
    Ok(NextNumber {
        number: taken.number,
        format: Format::of(taken.locale.as_deref(), read_zone(&taken.zone)?),
    })
}

/// How the workspace writes, in its zone.
pub(in crate::billing) async fn format_in(tx: &mut Tx, scope: &Scope) -> Result<Format> {
    let row = sqlx::query!("SELECT zone, locale FROM workspace WHERE id = $1", scope.workspace.0)
        .fetch_optional(tx.conn())
        .await?
        .ok_or(Error::NotFound)?;
    Ok(Format::of(row.locale.as_deref(), read_zone(&row.zone)?))
}

/// The workspace's zone.
pub(crate) async fn zone_in(tx: &mut Tx, scope: &Scope) -> Result<Tz> {
    let zone = sqlx::query_scalar!("SELECT zone FROM workspace WHERE id = $1", scope.workspace.0)
        .fetch_optional(tx.conn())
        .await?
        .ok_or(Error::NotFound)?;
    read_zone(&zone)
}

pub(super) fn read_zone(name: &str) -> Result<Tz> {
    calendar::zone(name).map_err(|error| Error::Broken(format!("the workspace's zone: {error}")))
}
