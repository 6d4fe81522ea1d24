//! Charges that their payers contest, and what speaks against it.

use std::fmt::Write as _;

use super::{
    provider::{provider_of, refusal},
    snapshots::{AppliedFact, ObjectSnapshot, apply_in as apply_snapshot_in},
};
use crate::{
    Db, Error, FieldErrors, Result, Scope, Tx,
    audit::{self, NewEntry},
    ids::{ClientId, DisputeId},
    live_hints, mail,
    payments::{
        Providers,
        provider::{DisputeFact, DisputeState},
    },
    scope::operators_only,
    workspaces::queries::format_in,
};

/// The longest evidence, in characters.
const LONGEST: usize = 20_000;

/// What is known of a dispute. The operators are told of a new one, and of how it ended.
pub(super) async fn apply_in(tx: &mut Tx, server: &Scope, fact: &DisputeFact) -> Result<AppliedFact> {
    let payment = sqlx::query!(
        "SELECT id, client_id FROM payment WHERE workspace_id = $1 AND method = 'card' AND reference = $2 FOR UPDATE",
        server.workspace.0,
        fact.charge,
    )
    .fetch_optional(tx.conn())
    .await?;
    let Some(payment) = payment else {
        return Ok(AppliedFact::unknown("A dispute of a charge that wasn’t made from here"));
    };
    let (client, now) = (ClientId(payment.client_id), tx.now());
    let before = sqlx::query_scalar!(
        "SELECT state FROM payment_dispute WHERE workspace_id = $1 AND reference = $2",
        server.workspace.0,
        fact.reference,
    )
    .fetch_optional(tx.conn())
    .await?;
    if before.as_deref() == Some(fact.state.as_str()) {
        return Ok(AppliedFact::acted(client, "Nothing new about the dispute"));
    }
    sqlx::query!(
        "INSERT INTO payment_dispute (id, workspace_id, client_id, payment_id, reference, amount_minor, reason, state, due_at,
                opened_at, ended_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, CASE WHEN $11 THEN $10::timestamptz END)
         ON CONFLICT (workspace_id, reference) DO UPDATE SET state = $8, due_at = $9, amount_minor = $6,
                ended_at = CASE WHEN $11 THEN coalesce(payment_dispute.ended_at, $10) END",
        DisputeId::new().0,
        server.workspace.0,
        client.0,
        payment.id,
        fact.reference,
        fact.amount.minor,
        fact.reason,
        fact.state.as_str(),
        fact.due_at,
        now,
        fact.state.is_over(),
    )
    .execute(tx.conn())
    .await?;
    let amount = fact.amount.in_full();
    let (subject, words) = match fact.state {
        DisputeState::Won => {
            ("You won a dispute", format!("The bank decided for you: {amount} stays with you."))
        }
        DisputeState::Lost => {
            ("You lost a dispute", format!("The bank decided for the client: {amount} went back."))
        }
        DisputeState::UnderReview => {
            return Ok(AppliedFact::acted(client, "The bank is looking at the dispute"));
        }
        DisputeState::Inquiry | DisputeState::NeedsResponse => {
            let format = format_in(tx, server.workspace).await?;
            let by = fact.due_at.map_or_else(String::new, |at| format!(" by {}", format.day(at)));
            (
                "A client disputes a charge",
                format!("A charge of {amount} is disputed. Answer it{by}, or the money goes back."),
            )
        }
    };
    let body = format!("{words}\n\nSee the dispute:\n\n{{link:/desk/payments}}\n");
    mail::commands::queue_to_operators_about_in(tx, server, Some(client), subject, &body).await?;
    live_hints::publish(tx, server, client, "invoice", None).await?;
    Ok(AppliedFact::acted(client, "Noted at its dispute"))
}

/// What speaks against a dispute, written from the log: what was billed, what was delivered, who approved it and when.
///
/// # Errors
/// [`Error::NotFound`], also for anyone but an operator.
pub async fn compose_evidence(db: &Db, scope: &Scope, dispute: DisputeId) -> Result<String> {
    operators_only(scope)?;
    let mut tx = db.begin(scope).await?;
    let billed = sqlx::query!(
        r#"SELECT d.client_id, c.name, w.name AS workspace, p.received_at, p.card, i.number AS "number?", i.period_start AS "period_start?",
                  i.period_end AS "period_end?"
           FROM payment_dispute d
           JOIN payment p ON p.id = d.payment_id
           JOIN client c ON c.workspace_id = d.workspace_id AND c.id = d.client_id
           JOIN workspace w ON w.id = d.workspace_id
           LEFT JOIN invoice i ON i.id = p.invoice_id
           WHERE d.workspace_id = $1 AND d.id = $2"#,
        scope.workspace.0,
        dispute.0,
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    let format = format_in(&mut tx, scope.workspace).await?;
    let from = billed.period_start.unwrap_or(billed.received_at);
    let to = billed.period_end.unwrap_or(tx.now());
    let delivered = sqlx::query!(
        "SELECT r.number, r.title AS request, d.title, v.version, v.created_at FROM deliverable_version v
         JOIN deliverable d ON d.id = v.deliverable_id
         JOIN request r ON r.workspace_id = d.workspace_id AND r.client_id = d.client_id AND r.id = d.request_id
         WHERE v.workspace_id = $1 AND v.client_id = $2 AND v.created_at >= $3 AND v.created_at < $4
         ORDER BY v.created_at, d.title LIMIT 200",
        scope.workspace.0,
        billed.client_id,
        from,
        to,
    )
    .fetch_all(tx.conn())
    .await?;
    let reviewed = sqlx::query!(
        "SELECT r.number, r.title, p.name, v.verdict, v.reviewed_at FROM review v
         JOIN request r ON r.workspace_id = v.workspace_id AND r.client_id = v.client_id AND r.id = v.request_id
         JOIN person p ON p.id = v.reviewed_by
         WHERE v.workspace_id = $1 AND v.client_id = $2 AND v.reviewed_at >= $3 AND v.reviewed_at < $4
         ORDER BY v.reviewed_at LIMIT 200",
        scope.workspace.0,
        billed.client_id,
        from,
        to,
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    let number = billed.number.map(|number| crate::billing::words::number(number.unsigned_abs()));
    let mut text = format!(
        "{} paid invoice {} of {} on {} with {}.\n",
        billed.name,
        number.unwrap_or_default(),
        billed.workspace,
        format.zoned(billed.received_at),
        if billed.card.is_empty() { "a card" } else { &billed.card },
    );
    let _ = writeln!(text, "\nDelivered from {} to {}:", format.day(from), format.day(to));
    for row in &delivered {
        let at = format.zoned(row.created_at);
        let _ = writeln!(
            text,
            "- {at}: {}, version {} (request #{}, {})",
            row.title, row.version, row.number, row.request
        );
    }
    if delivered.is_empty() {
        text += "- Nothing in this time.\n";
    }
    if !reviewed.is_empty() {
        text += "\nWhat the client said of it:\n";
    }
    for row in &reviewed {
        let verdict = if row.verdict == "approved" { "approved" } else { "asked for a change of" };
        let at = format.zoned(row.reviewed_at);
        let _ = writeln!(text, "- {at}: {} {verdict} request #{}, {}", row.name, row.number, row.title);
    }
    Ok(text)
}

/// Hands in what speaks against a dispute, for good.
///
/// # Errors
/// Field `evidence`; [`Error::Refused`] where it was answered or is too late; [`Error::NotFound`], also for anyone but an
/// operator.
pub async fn answer_dispute(
    db: &Db,
    scope: &Scope,
    providers: &dyn Providers,
    dispute: DisputeId,
    evidence: &str,
) -> Result<()> {
    operators_only(scope)?;
    let evidence = evidence.trim();
    if evidence.is_empty() || evidence.chars().count() > LONGEST {
        let what = format!("Write what was delivered and approved, in at most {LONGEST} characters.");
        return Err(Error::Fields(FieldErrors::one("evidence", what)));
    }
    let mut tx = db.begin(scope).await?;
    let row = sqlx::query!(
        "SELECT client_id, reference, state, answered_at, due_at FROM payment_dispute WHERE workspace_id = $1 AND id = $2",
        scope.workspace.0,
        dispute.0,
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    let is_late = row.due_at.is_some_and(|due| due < tx.now());
    tx.commit().await?;
    if row.answered_at.is_some() || is_late || !["inquiry", "needs_response"].contains(&row.state.as_str()) {
        return Err(Error::refused(
            "This dispute can’t be answered anymore. Reload the page to see how it stands.",
        ));
    }
    let provider = provider_of(db, scope.workspace, providers).await?;
    let fact = match provider.answer_dispute(&row.reference, evidence).await {
        Ok(fact) => fact,
        Err(error) => return Err(refusal(db, scope.workspace, error).await),
    };
    let server = Scope::system(scope.workspace);
    let mut tx = db.begin(&server).await?;
    apply_snapshot_in(&mut tx, &server, &ObjectSnapshot::Dispute(fact)).await?;
    let now = tx.now();
    sqlx::query!(
        "UPDATE payment_dispute SET answered_at = $3 WHERE workspace_id = $1 AND id = $2 AND answered_at IS NULL",
        scope.workspace.0,
        dispute.0,
        now,
    )
    .execute(tx.conn())
    .await?;
    tx.enter(scope).await?;
    let entry = NewEntry::done("answer_dispute", "").of(ClientId(row.client_id));
    audit::commands::record_in(&mut tx, scope, entry).await?;
    tx.commit().await
}
