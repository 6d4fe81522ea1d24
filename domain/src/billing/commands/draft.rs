use sqlx::types::Json;

use super::{
    issue::{kept_tax, total},
    lock::lock_bill,
    parties::parties_in,
};
use crate::{
    Db, Error, FieldErrors, Result, Scope,
    billing::{InvoiceDraft, InvoiceState, operators_only},
    bounds,
    ids::{ClientId, InvoiceId},
    live_hints, readable,
};

const MOST_LINES: usize = 50;
const LONGEST_LINE: usize = 200;
const LONGEST_NOTE: usize = 1_000;

/// Writes a free invoice that only operators see until it is issued. One that comes to less than nothing becomes a credit
/// note then.
///
/// # Errors
/// [`Error::Fields`]; [`Error::NotFound`] for anyone but an operator, and for a client that is not there.
pub async fn draft(db: &Db, scope: &Scope, client: ClientId, draft: &InvoiceDraft) -> Result<InvoiceId> {
    operators_only(scope)?;
    check(draft)?;
    let mut tx = db.begin(scope).await?;
    let tax = parties_in(&mut tx, scope, client).await?.assess(&draft.lines)?;
    let (id, now) = (InvoiceId::new(), tx.now());
    let written = sqlx::query!(
        "INSERT INTO invoice (id, workspace_id, client_id, state, currency, lines, total_minor, bill_to, note, created_at,
                tax, net_minor)
         SELECT $1, $2, c.id, 'draft', $4, $5, $6, coalesce(nullif(c.bill_to, ''), c.name), $7, $8, $9, $10
         FROM client c WHERE c.workspace_id = $2 AND c.id = $3",
        id.0,
        scope.workspace.0,
        client.0,
        draft.currency.code(),
        Json(&draft.lines) as _,
        tax.total,
        draft.note,
        now,
        kept_tax(&tax) as _,
        tax.net,
    )
    .execute(tx.conn())
    .await?;
    if written.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    live_hints::publish_to_desk(&mut tx, scope, "invoice").await?;
    super::audit_log::record_invoice_in(&mut tx, scope, "draft_invoice", id).await?;
    tx.commit().await?;
    Ok(id)
}

/// Writes a draft anew.
///
/// # Errors
/// [`Error::Fields`], [`Error::NotFound`]; [`Error::Refused`] where it is no draft any more.
pub async fn redraft(db: &Db, scope: &Scope, invoice: InvoiceId, draft: &InvoiceDraft) -> Result<()> {
    operators_only(scope)?;
    check(draft)?;
    let mut tx = db.begin(scope).await?;
    let bill = lock_bill(&mut tx, scope, invoice).await?;
    still_draft(bill.state)?;
    let tax = parties_in(&mut tx, scope, bill.client).await?.assess(&draft.lines)?;
    sqlx::query!(
        "UPDATE invoice SET currency = $3, lines = $4, total_minor = $5, note = $6, tax = $7, net_minor = $8
         WHERE workspace_id = $1 AND id = $2",
        scope.workspace.0,
        invoice.0,
        draft.currency.code(),
        Json(&draft.lines) as _,
        tax.total,
        draft.note,
        kept_tax(&tax) as _,
        tax.net,
    )
    .execute(tx.conn())
    .await?;
    live_hints::publish_to_desk(&mut tx, scope, "invoice").await?;
    super::audit_log::record_invoice_in(&mut tx, scope, "edit_invoice", invoice).await?;
    tx.commit().await
}

/// Throws a draft away.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Refused`] where it is no draft any more.
pub async fn discard(db: &Db, scope: &Scope, invoice: InvoiceId) -> Result<()> {
    operators_only(scope)?;
    let mut tx = db.begin(scope).await?;
    let bill = lock_bill(&mut tx, scope, invoice).await?;
    still_draft(bill.state)?;
    if bill.waits && bill.subscription.is_some() {
        return Err(Error::refused(
            "It bills a subscription and goes out by itself. Add what is missing instead.",
        ));
    }
    super::audit_log::record_invoice_in(&mut tx, scope, "discard_invoice", invoice).await?;
    sqlx::query!("DELETE FROM invoice WHERE workspace_id = $1 AND id = $2", scope.workspace.0, invoice.0)
        .execute(tx.conn())
        .await?;
    live_hints::publish_to_desk(&mut tx, scope, "invoice").await?;
    tx.commit().await
}

fn still_draft(state: InvoiceState) -> Result<()> {
    match state {
        InvoiceState::Draft => Ok(()),
        _ => Err(Error::refused(
            "This invoice was just issued, so it can’t be edited. Void it and create a new one.",
        )),
    }
}

/// What is wrong with a draft, if anything.
fn check(draft: &InvoiceDraft) -> Result<()> {
    let mut errors = FieldErrors::new();
    match draft.lines.len() {
        0 => errors.add("line-0-what", "Add at least one line item."),
        1..=MOST_LINES => {}
        _ => errors.add("line-0-what", format!("Write {MOST_LINES} lines at most.")),
    }
    for (i, line) in draft.lines.iter().enumerate() {
        let length = line.what.chars().count();
        if line.minor.unsigned_abs() > bounds::MINOR.unsigned_abs() {
            errors.add(&format!("line-{i}-amount"), format!("The amount of line {} is too large.", i + 1));
        }
        if readable::is_blank(&line.what) {
            errors.add(
                &format!("line-{i}-what"),
                format!("Add a description to line {}, or clear its amount.", i + 1),
            );
        } else if length > LONGEST_LINE {
            errors.add(
                &format!("line-{i}-what"),
                format!("Shorten line {} to {LONGEST_LINE} characters.", i + 1),
            );
        }
    }
    if draft.note.chars().count() > LONGEST_NOTE {
        errors.add("note", format!("Shorten the note to {LONGEST_NOTE} characters."));
    }
    errors.check()?;
    total(&draft.lines, draft.currency).map(|_| ())
}
