//! Cards by their ids, all in one statement.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    Result, Scope, Tx,
    calendar::{Calendar, Span},
    cycle::SpanKind,
    ids::{ClientId, RequestId, RunId},
    requests::{Card, CardRun, Column, HeldBy, Priority, clock, lock::calendar_from},
    session::RunState,
};

/// What a request that stands in Waiting on you without a question waits for.
const AFTER_STOP: &str = "Work was stopped. Restart it or withdraw the request.";

/// The workspace's calendar.
pub(super) async fn calendar_in(tx: &mut Tx, scope: &Scope) -> Result<Calendar> {
    let row = sqlx::query!("SELECT zone, calendar FROM workspace WHERE id = $1", scope.workspace.0)
        .fetch_one(tx.conn())
        .await?;
    calendar_from(&row.zone, row.calendar)
}

/// A request's row with all that its card shows.
struct CardRow {
    id: Uuid,
    client_id: Uuid,
    client_name: String,
    number: i64,
    title: String,
    column: Column,
    priority: Priority,
    position: f64,
    created_at: DateTime<Utc>,
    moved_at: DateTime<Utc>,
    due_at: Option<DateTime<Utc>>,
    done_at: Option<DateTime<Utc>>,
    hours: i32,
    revisions_used: i32,
    revisions: Option<i32>,
    agent: Option<String>,
    run_id: Option<Uuid>,
    run_state: Option<RunState>,
    attempt: Option<i32>,
    failure: Option<String>,
    agent_rests: Option<bool>,
    is_active: bool,
    question: Option<String>,
    version: Option<i32>,
    done_by: Option<String>,
    kinds: Option<Vec<SpanKind>>,
    froms: Option<Vec<DateTime<Utc>>>,
    tos: Option<Vec<Option<DateTime<Utc>>>>,
}

/// The cards of these requests that the scope sees, in the same order.
pub(super) async fn load(tx: &mut Tx, scope: &Scope, calendar: &Calendar, ids: &[Uuid]) -> Result<Vec<Card>> {
    let rows = rows(tx, scope, ids).await?;
    let now = tx.now();
    Ok(rows.into_iter().map(|row| row.into_card(calendar, now)).collect())
}

/// What a card looks up is asked for inside each lookup: those that cannot find anything are not made at all.
async fn rows(tx: &mut Tx, scope: &Scope, ids: &[Uuid]) -> Result<Vec<CardRow>> {
    Ok(sqlx::query_as!(
        CardRow,
        r#"SELECT r.id, r.client_id, c.name AS client_name, r.number, r.title, r.board_column AS "column: Column",
                  r.priority AS "priority: Priority", r.position,
                  r.created_at, r.moved_at, r.due_at, r.done_at, coalesce(r.cycle_hours, s.cycle_hours, 0) AS "hours!",
                  r.revisions_used, s.revisions AS "revisions?", a.name AS "agent?", run.id AS "run_id?",
                  run.state AS "run_state?: RunState", run.attempt AS "attempt?", run.failure AS "failure?",
                  run.agent_rests AS "agent_rests?", coalesce(s.state = 'active', false) AS "is_active!",
                  ask.question AS "question?", dlv.version AS "version?", rev.name AS "done_by?",
                  span.kinds AS "kinds?: Vec<SpanKind>", span.froms AS "froms?", span.tos AS "tos?: Vec<Option<DateTime<Utc>>>"
           FROM unnest($2::uuid[]) WITH ORDINALITY AS wanted (id, place)
           JOIN request r ON r.id = wanted.id AND r.workspace_id = $1
           JOIN client c ON c.workspace_id = r.workspace_id AND c.id = r.client_id
           LEFT JOIN subscription s ON s.client_id = r.client_id AND s.state <> 'ended'
           LEFT JOIN agent a ON a.workspace_id = r.workspace_id AND a.id = r.agent_id
           LEFT JOIN LATERAL (
               SELECT id, state, attempt, failure,
                      (SELECT w.state <> 'ready' FROM agent w WHERE w.workspace_id = run.workspace_id AND w.id = run.agent_id)
                          AS agent_rests
               FROM run
               WHERE workspace_id = r.workspace_id AND client_id = r.client_id AND request_id = r.id
                 AND parent_id IS NULL AND r.started_at IS NOT NULL
               ORDER BY queued_at DESC, id DESC LIMIT 1
           ) run ON true
           LEFT JOIN LATERAL (
               SELECT question FROM approval
               WHERE workspace_id = r.workspace_id AND client_id = r.client_id AND request_id = r.id
                 AND state = 'open' AND audience = 'client' AND r.board_column = 'waiting'
               ORDER BY created_at LIMIT 1
           ) ask ON true
           LEFT JOIN LATERAL (
               SELECT max(v.version) AS version FROM deliverable d JOIN deliverable_version v ON v.deliverable_id = d.id
               WHERE d.workspace_id = r.workspace_id AND d.client_id = r.client_id AND d.request_id = r.id
                 AND r.started_at IS NOT NULL
           ) dlv ON true
           LEFT JOIN LATERAL (
               SELECT p.name FROM review v JOIN person p ON p.id = v.reviewed_by
               WHERE v.workspace_id = r.workspace_id AND v.client_id = r.client_id AND v.request_id = r.id
                 AND v.verdict = 'approved' AND r.board_column = 'done'
               ORDER BY v.reviewed_at DESC LIMIT 1
           ) rev ON true
           LEFT JOIN LATERAL (
               SELECT array_agg(kind ORDER BY from_at, to_at) AS kinds,
                      array_agg(from_at ORDER BY from_at, to_at) AS froms,
                      array_agg(to_at ORDER BY from_at, to_at) AS tos
               FROM cycle_span
               WHERE workspace_id = r.workspace_id AND client_id = r.client_id AND request_id = r.id
                 AND r.started_at IS NOT NULL
           ) span ON true
           ORDER BY wanted.place"#,
        scope.workspace.0,
        ids,
    )
    .fetch_all(tx.conn())
    .await?)
}

impl CardRow {
    fn into_card(self, calendar: &Calendar, now: DateTime<Utc>) -> Card {
        let column = self.column;
        let cycle = clock::view(calendar, self.hours, self.spans(), now);
        Card {
            id: RequestId(self.id),
            client: ClientId(self.client_id),
            number: self.number.cast_unsigned(),
            column,
            priority: self.priority,
            position: self.position,
            created_at: self.created_at.timestamp_millis(),
            moved_at: self.moved_at.timestamp_millis(),
            due_at: self.due_at.map(|at| at.timestamp_millis()),
            cycle,
            run: self.run(),
            asked: self.question.is_some(),
            waiting_for: self.question.or_else(|| (column == Column::Waiting).then(|| AFTER_STOP.to_owned())),
            version: self.version.map(i32::cast_unsigned),
            revisions_used: self.revisions_used.cast_unsigned(),
            revisions_allowed: self.revisions.map(i32::cast_unsigned),
            done_at: self.done_at.map(|at| at.timestamp_millis()),
            client_name: self.client_name,
            title: self.title,
            agent: self.agent,
            done_by: self.done_by,
        }
    }

    fn run(&self) -> Option<CardRun> {
        let (id, state) = (self.run_id?, self.run_state?);
        let held_by = match (state, self.agent_rests, self.is_active) {
            (RunState::Queued, _, false) => Some(HeldBy::Subscription),
            (RunState::Queued, Some(true), true) => Some(HeldBy::Agent),
            _ => None,
        };
        Some(CardRun {
            id: RunId(id),
            state,
            held_by,
            attempt: self.attempt.unwrap_or(0).cast_unsigned(),
            failure: self.failure.clone(),
        })
    }

    fn spans(&self) -> Vec<Span> {
        let kinds = self.kinds.iter().flatten();
        let froms = self.froms.iter().flatten();
        let tos = self.tos.iter().flatten();
        kinds
            .zip(froms)
            .zip(tos)
            .map(|((kind, from), to)| Span { kind: *kind, from: *from, to: *to })
            .collect()
    }
}
