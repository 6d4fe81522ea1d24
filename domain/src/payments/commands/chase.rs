//! Chasing what is not paid, by the workspace's plan: cards of renewals are charged and tried again, reminders go out, work stands
//! still, subscriptions end. Each step is done once, however often and wherever this runs.

use super::{charge::charge_card_on_file, mails, receive::number_in};
use crate::{
    Db, Error, Result, Scope, SystemRole, Tx,
    billing::{InvoiceDraft, InvoiceLine, InvoiceState, commands as billing},
    ids::{ClientId, InvoiceId, WorkspaceId},
    money::Money,
    payments::{
        ChasedInvoice, ChasingTry, PlanStep, PlanStepKind, Providers,
        chasing::next_charge,
        plan_for,
        queries::{chased_in, policy_in},
    },
    words,
};

/// Charges and chases what is due, of all workspaces; how many steps were done.
///
/// # Errors
/// When the database is away; the others are done.
pub async fn charge_due(db: &Db, providers: &dyn Providers) -> Result<u64> {
    let mut tx = db.begin_as(SystemRole::Jobs).await?;
    let rows = sqlx::query!(
        "SELECT workspace_id, id FROM invoice WHERE state = 'issued' ORDER BY workspace_id, due_at, id"
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    let mut done = 0;
    for row in rows {
        let (scope, invoice) = (Scope::system(WorkspaceId(row.workspace_id)), InvoiceId(row.id));
        match chase(db, providers, &scope, invoice).await {
            Ok(steps) => done += steps,
            Err(error) if error.is_away() => return Err(error),
            Err(error) => {
                tracing::error!(invoice.id = %invoice, error.message = %error, "an invoice could not be chased");
            }
        }
    }
    Ok(done)
}

async fn chase(db: &Db, providers: &dyn Providers, scope: &Scope, invoice: InvoiceId) -> Result<u64> {
    let mut tx = db.begin(scope).await?;
    let Some((chased, tries)) = chased_in(&mut tx, scope, invoice).await? else { return Ok(0) };
    let plan = policy_in(&mut tx, scope).await?.chasing;
    let now = tx.now();
    tx.commit().await?;
    if chased.rest.minor == 0 {
        return Ok(0);
    }
    let mut done = 0;
    if next_charge(&chased, &plan, &tries).is_some_and(|at| at <= now) {
        match charge_card_on_file(db, scope, providers, invoice, false).await {
            // The account or the card is gone meanwhile: the plan goes on without.
            Err(Error::Refused(_)) => {}
            charged => {
                charged?;
                done += 1;
            }
        }
    }
    let mut due = plan_for(&chased, &plan, &tries, now);
    due.retain(|step| step.is_past && is_ours(&chased, &tries, step));
    if due.is_empty() {
        return Ok(done);
    }
    Ok(done + steps(db, scope, invoice, &due).await?)
}

/// Charges are made above, and being due is nobody's work. While a card is still tried again, its own mails say all.
fn is_ours(chased: &ChasedInvoice, tries: &[ChasingTry], step: &PlanStep) -> bool {
    match step.kind {
        PlanStepKind::Charge { .. } | PlanStepKind::Due => false,
        PlanStepKind::Remind { .. } => !chased.has_card || !chased.is_renewal || !tries.is_empty(),
        PlanStepKind::Hold | PlanStepKind::End => true,
    }
}

/// Does the steps whose time has come and that were not done, in one transaction; how many.
async fn steps(db: &Db, scope: &Scope, invoice: InvoiceId, due: &[PlanStep]) -> Result<u64> {
    let mut tx = db.begin(scope).await?;
    let locked = billing::lock_invoice(&mut tx, scope, invoice).await?;
    if locked.state != InvoiceState::Issued || is_closed_in(&mut tx, scope, locked.client).await? {
        return Ok(0);
    }
    let mut new = Vec::new();
    for step in due {
        if note_in(&mut tx, scope, (locked.client, invoice), &step.kind).await? {
            new.push(&step.kind);
        }
    }
    // After a long silence only the last reminder is sent, and each fee is billed.
    let last = new.iter().rev().find(|kind| matches!(kind, PlanStepKind::Remind { .. })).copied();
    for kind in &new {
        match kind {
            PlanStepKind::Hold => hold_in(&mut tx, scope, (locked.client, invoice)).await?,
            PlanStepKind::End => end_in(&mut tx, scope, (locked.client, invoice)).await?,
            PlanStepKind::Remind { .. } if Some(*kind) == last => {
                remind_in(&mut tx, scope, (locked.client, invoice)).await?;
            }
            _ => {}
        }
    }
    let fees: Vec<Money> = new
        .iter()
        .filter_map(|kind| match kind {
            PlanStepKind::Remind { fee, .. } => *fee,
            _ => None,
        })
        .collect();
    let number = number_in(&mut tx, scope, invoice).await?;
    let tx = bill_fees(db, scope, tx, locked.client, &number, &fees).await?;
    tx.commit().await?;
    Ok(new.len().try_into().unwrap_or(u64::MAX))
}

/// Whether nobody of the client's is let in any more.
async fn is_closed_in(tx: &mut Tx, scope: &Scope, client: ClientId) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"SELECT closed_at IS NOT NULL AS "closed!" FROM client WHERE workspace_id = $1 AND id = $2"#,
        scope.workspace.0,
        client.0,
    )
    .fetch_one(tx.conn())
    .await?)
}

/// Notes a step; false where it was done.
async fn note_in(
    tx: &mut Tx,
    scope: &Scope,
    (client, invoice): (ClientId, InvoiceId),
    kind: &PlanStepKind,
) -> Result<bool> {
    let step = match kind {
        PlanStepKind::Remind { level, .. } => format!("remind-{level}"),
        PlanStepKind::Hold => "hold".to_owned(),
        PlanStepKind::End => "end".to_owned(),
        PlanStepKind::Charge { nth } => format!("charge-{nth}"),
        PlanStepKind::Due => "due".to_owned(),
    };
    let now = tx.now();
    let noted = sqlx::query!(
        "INSERT INTO payment_chase (workspace_id, client_id, invoice_id, step, done_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (invoice_id, step) DO NOTHING",
        scope.workspace.0,
        client.0,
        invoice.0,
        step,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(noted.rows_affected() > 0)
}

async fn subscription_in(
    tx: &mut Tx,
    scope: &Scope,
    invoice: InvoiceId,
) -> Result<Option<crate::ids::SubscriptionId>> {
    let found = sqlx::query_scalar!(
        "SELECT subscription_id FROM invoice WHERE workspace_id = $1 AND id = $2",
        scope.workspace.0,
        invoice.0,
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(found.map(crate::ids::SubscriptionId))
}

async fn hold_in(tx: &mut Tx, scope: &Scope, of: (ClientId, InvoiceId)) -> Result<()> {
    let Some(subscription) = subscription_in(tx, scope, of.1).await? else { return Ok(()) };
    if !billing::hold_in(tx, scope, subscription).await? {
        return Ok(());
    }
    let number = number_in(tx, scope, of.1).await?;
    let subject = format!("Work is on hold until invoice {number} is paid");
    let intro = format!(
        "Invoice {number} is overdue, so we’ve put the work on hold. Nothing is lost: it continues the moment the invoice is paid."
    );
    mails::step_in(tx, scope, of, &subject, &intro).await
}

async fn end_in(tx: &mut Tx, scope: &Scope, of: (ClientId, InvoiceId)) -> Result<()> {
    let Some(subscription) = subscription_in(tx, scope, of.1).await? else { return Ok(()) };
    if !billing::end_overdue_in(tx, scope, subscription).await? {
        return Ok(());
    }
    let number = number_in(tx, scope, of.1).await?;
    let subject = "Your subscription has ended".to_owned();
    let intro =
        format!("Invoice {number} wasn’t paid, so your subscription has ended. The invoice is still due.");
    mails::step_in(tx, scope, of, &subject, &intro).await
}

async fn remind_in(tx: &mut Tx, scope: &Scope, of: (ClientId, InvoiceId)) -> Result<()> {
    let row = sqlx::query!(
        r#"SELECT due_at AS "due_at!" FROM invoice WHERE workspace_id = $1 AND id = $2"#,
        scope.workspace.0,
        of.1.0,
    )
    .fetch_one(tx.conn())
    .await?;
    let late = (tx.now() - row.due_at).num_days().max(1);
    let number = number_in(tx, scope, of.1).await?;
    let subject = format!("Reminder: invoice {number} is overdue");
    let intro = format!("Invoice {number} was due {} ago and isn’t paid yet.", words::count(late, "day"));
    mails::step_in(tx, scope, of, &subject, &intro).await
}

/// Bills what the plan asks for being late, as invoices of their own, in the same transaction.
async fn bill_fees(
    db: &Db,
    scope: &Scope,
    tx: Tx,
    client: ClientId,
    number: &str,
    fees: &[Money],
) -> Result<Tx> {
    let (joined, joint) = db.joined(tx);
    for fee in fees {
        let lines = vec![InvoiceLine { what: format!("Late fee for invoice {number}"), minor: fee.minor }];
        let draft = InvoiceDraft { lines, currency: fee.currency, note: String::new() };
        let id = billing::draft(&joined, scope, client, &draft).await?;
        billing::issue(&joined, scope, id).await?;
    }
    joint.take().ok_or_else(|| Error::Broken("a late fee gave its transaction up".to_owned()))
}
