use sqlx::types::Json;

use crate::{
    Db, Error, Result, Scope, Tx,
    audit::{self, ActedThrough, AuditOutcome, NewEntry},
    db::one_row,
    ids::{ClientId, ProposalId},
    live_hints,
    proposals::{Action, Decision, ProposalState},
    requests::commands::operator,
};

/// A proposal under its lock.
struct OpenProposal {
    action: Action,
    words: String,
    by: String,
    client: Option<ClientId>,
}

/// Approves a proposal and does what it says, in one transaction: it is done once, or not at all, and whoever comes later
/// is told who decided.
///
/// # Errors
/// [`Error::NotFound`], also for everyone but operators; where the database is away it stays open.
pub async fn approve(db: &Db, scope: &Scope, by: &ActedThrough, proposal: ProposalId) -> Result<Decision> {
    operator(scope)?;
    let mut tx = db.begin(scope).await?;
    let held = match lock_open(&mut tx, scope, proposal).await? {
        Ok(held) => held,
        Err(decided) => return Ok(decided),
    };
    settle(&mut tx, scope, proposal, ProposalState::Done, "").await?;
    audit::commands::write_in(&mut tx, scope, by, &entry(&held, AuditOutcome::Done)).await?;
    let (joined, joint) = db.joined(tx);
    match held.action.carry_out(&joined, scope).await {
        Ok(()) => {
            let mut tx = joint.take().ok_or_else(|| Error::Broken("an action did not commit".into()))?;
            tx.enter(scope).await?;
            live_hints::publish_to_desk(&mut tx, scope, "proposal").await?;
            tx.commit().await?;
            Ok(Decision::Won)
        }
        Err(error) => {
            // What was begun is undone before the failure is written.
            drop(joint);
            let why = in_words(error)?;
            fail(db, scope, by, proposal, why).await
        }
    }
}

/// Declines a proposal: nothing is done.
///
/// # Errors
/// As [`approve`].
pub async fn decline(db: &Db, scope: &Scope, by: &ActedThrough, proposal: ProposalId) -> Result<Decision> {
    operator(scope)?;
    let mut tx = db.begin(scope).await?;
    let held = match lock_open(&mut tx, scope, proposal).await? {
        Ok(held) => held,
        Err(decided) => return Ok(decided),
    };
    settle(&mut tx, scope, proposal, ProposalState::Declined, "").await?;
    audit::commands::write_in(&mut tx, scope, by, &entry(&held, AuditOutcome::Declined)).await?;
    live_hints::publish_to_desk(&mut tx, scope, "proposal").await?;
    tx.commit().await?;
    Ok(Decision::Won)
}

async fn fail(
    db: &Db,
    scope: &Scope,
    by: &ActedThrough,
    proposal: ProposalId,
    why: String,
) -> Result<Decision> {
    let mut tx = db.begin(scope).await?;
    let held = match lock_open(&mut tx, scope, proposal).await? {
        Ok(held) => held,
        // Somebody decided again in between.
        Err(decided) => return Ok(decided),
    };
    settle(&mut tx, scope, proposal, ProposalState::Failed, &why).await?;
    let entry = entry(&held, AuditOutcome::Refused).with_outcome(AuditOutcome::Refused, why.as_str());
    audit::commands::write_in(&mut tx, scope, by, &entry).await?;
    live_hints::publish_to_desk(&mut tx, scope, "proposal").await?;
    tx.commit().await?;
    Ok(Decision::Failed(why))
}

/// The rule that said no; anything else is for whoever called.
fn in_words(error: Error) -> Result<String> {
    match error {
        Error::Refused(why) => Ok(why),
        Error::NotFound => Ok("It no longer exists.".to_owned()),
        Error::Fields(fields) => Ok(fields.iter().map(|(_, words)| words).collect::<Vec<_>>().join(" ")),
        other => Err(other),
    }
}

fn entry(held: &OpenProposal, outcome: AuditOutcome) -> NewEntry {
    let entry = NewEntry { client: held.client, ..NewEntry::done(held.action.name(), held.words.as_str()) };
    entry.with_outcome(outcome, format!("Proposed by {}", held.by))
}

/// Locks an open proposal; otherwise how it was decided.
async fn lock_open(
    tx: &mut Tx,
    scope: &Scope,
    proposal: ProposalId,
) -> Result<Result<OpenProposal, Decision>> {
    let row = sqlx::query!(
        r#"SELECT action AS "action: Json<Action>", words, proposed_by, client_id,
                  state AS "state: ProposalState", expires_at
           FROM proposal WHERE workspace_id = $1 AND id = $2 FOR UPDATE"#,
        scope.workspace.0,
        proposal.0,
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    Ok(match row.state {
        ProposalState::Open if row.expires_at <= tx.now() => Err(Decision::Expired),
        ProposalState::Open => Ok(OpenProposal {
            action: row.action.0,
            words: row.words,
            by: row.proposed_by,
            client: row.client_id.map(ClientId),
        }),
        state => Err(Decision::Lost { by: winner(tx, scope, proposal).await?, state }),
    })
}

async fn winner(tx: &mut Tx, scope: &Scope, proposal: ProposalId) -> Result<String> {
    let name = sqlx::query_scalar!(
        "SELECT p.name FROM proposal o JOIN person p ON p.id = o.answered_by WHERE o.workspace_id = $1 AND o.id = $2",
        scope.workspace.0,
        proposal.0,
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(name.unwrap_or_else(|| "Someone else".to_owned()))
}

async fn settle(
    tx: &mut Tx,
    scope: &Scope,
    proposal: ProposalId,
    state: ProposalState,
    failure: &str,
) -> Result<()> {
    let now = tx.now();
    let done = sqlx::query!(
        "UPDATE proposal SET state = $3, failure = $4, answered_by = $5, answered_at = $6
         WHERE workspace_id = $1 AND id = $2 AND state = 'open'",
        scope.workspace.0,
        proposal.0,
        state.as_str(),
        failure,
        scope.person().map(|id| id.0),
        now,
    )
    .execute(tx.conn())
    .await?;
    one_row(done.rows_affected())
}
