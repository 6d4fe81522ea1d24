//! One client's board, held still while it changes.
//!
//! Every command that moves a request takes the subscription's row and then the client's before it looks at anything,
//! so that changes of one client's board happen one after another and never wait for each other in a circle. Billing
//! takes the subscription first as well.

use chrono::{DateTime, Utc};
use sessions::StreamId;

use super::{Column, Priority};
use crate::{
    Error, Result, Scope, Tx,
    billing::{Entitlement, SubscriptionState},
    calendar::{self, Calendar},
    ids::{AgentId, ClientId, RequestId},
    session::{Author, Event, Part},
};

/// A client whose board this transaction holds.
#[derive(Clone, Debug)]
pub struct LockedBoard {
    pub client: ClientId,
    pub client_name: String,
    pub archived: bool,
    pub next_number: i64,
    pub board_stream: StreamId,
    pub desk_stream: StreamId,
    pub calendar: Calendar,
    /// The living subscription's terms.
    pub terms: Option<Terms>,
    pub entitlement: Entitlement,
}

/// What a subscription grants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    pub active_limit: i32,
    pub cycle_hours: i32,
    /// None: as many as it takes.
    pub revisions: Option<i32>,
}

impl LockedBoard {
    /// The terms, while work may be begun under them.
    pub fn at_work(&self) -> Option<Terms> {
        self.terms.filter(|_| self.entitlement.may_begin())
    }
}

/// A request under its client's hold.
#[derive(Clone, Debug)]
pub struct LockedRequest {
    pub id: RequestId,
    pub client: ClientId,
    pub number: u64,
    pub title: String,
    pub column: Column,
    pub priority: Priority,
    pub position: f64,
    pub session: StreamId,
    pub backstage: StreamId,
    pub agent: Option<AgentId>,
    pub cycle_hours: Option<i32>,
    pub revisions_used: i32,
    pub withdrawn: bool,
}

/// Holds a client's board until the transaction ends.
///
/// # Errors
/// [`Error::NotFound`] where the scope does not see the client.
pub async fn lock_board(tx: &mut Tx, scope: &Scope, client: ClientId) -> Result<LockedBoard> {
    if scope.client.is_some_and(|own| own != client) {
        return Err(Error::NotFound);
    }
    let living = living_in(tx, scope, client).await?;
    let row = sqlx::query!(
        "SELECT c.name, c.archived_at, c.next_request_number, c.board_stream, w.desk_stream, w.zone, w.calendar
         FROM client c JOIN workspace w ON w.id = c.workspace_id
         WHERE c.workspace_id = $1 AND c.id = $2
         FOR NO KEY UPDATE OF c",
        scope.workspace.0,
        client.0,
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    tx.held_since(living.as_ref().and_then(|living| living.changed_at));
    let archived = row.archived_at.is_some();
    let entitlement = match &living {
        Some(living) => Entitlement::of(Some(living.state), living.pausing, living.held, archived),
        None => Entitlement::of(ended_in(tx, scope, client).await?, false, false, archived),
    };
    Ok(LockedBoard {
        client,
        client_name: row.name,
        archived,
        next_number: row.next_request_number,
        board_stream: StreamId(row.board_stream),
        desk_stream: StreamId(row.desk_stream),
        calendar: calendar_from(&row.zone, row.calendar)?,
        terms: living.map(|living| living.terms),
        entitlement,
    })
}

/// The living subscription.
struct LivingSubscription {
    state: SubscriptionState,
    pausing: bool,
    /// Work stands still for an overdue invoice.
    held: bool,
    /// When it was last begun or paused.
    changed_at: Option<DateTime<Utc>>,
    terms: Terms,
}

async fn living_in(tx: &mut Tx, scope: &Scope, client: ClientId) -> Result<Option<LivingSubscription>> {
    let row = sqlx::query!(
        r#"SELECT state AS "state: SubscriptionState", active_limit, cycle_hours, revisions, pause_wanted_at IS NOT NULL AS "pausing!",
                  held_at IS NOT NULL AS "held!", greatest(started_at, paused_at, held_at) AS changed_at
           FROM subscription WHERE workspace_id = $1 AND client_id = $2 AND state <> 'ended' FOR UPDATE"#,
        scope.workspace.0,
        client.0,
    )
    .fetch_optional(tx.conn())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let terms =
        Terms { active_limit: row.active_limit, cycle_hours: row.cycle_hours, revisions: row.revisions };
    Ok(Some(LivingSubscription {
        state: row.state,
        pausing: row.pausing,
        held: row.held,
        changed_at: row.changed_at,
        terms,
    }))
}

/// That a client without a living subscription had one before.
async fn ended_in(tx: &mut Tx, scope: &Scope, client: ClientId) -> Result<Option<SubscriptionState>> {
    let ended = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM subscription WHERE workspace_id = $1 AND client_id = $2) AS "ended!""#,
        scope.workspace.0,
        client.0,
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(ended.then_some(SubscriptionState::Ended))
}

/// A workspace's calendar as its row has it: an empty one means working days in the workspace's zone.
pub(crate) fn calendar_from(zone: &str, stored: serde_json::Value) -> Result<Calendar> {
    let broken = |what: &dyn std::fmt::Display| Error::Broken(format!("the workspace's calendar: {what}"));
    if stored.as_object().is_some_and(serde_json::Map::is_empty) {
        return Ok(Calendar::weekdays(calendar::zone(zone).map_err(|e| broken(&e))?));
    }
    serde_json::from_value(stored).map_err(|e| broken(&e))
}

/// Holds the board that a request is on, and finds the request.
///
/// # Errors
/// [`Error::NotFound`] where the scope does not see it.
pub async fn lock_request(
    tx: &mut Tx,
    scope: &Scope,
    request: RequestId,
) -> Result<(LockedBoard, LockedRequest)> {
    let client = client_of(tx, scope, request).await?;
    let held = lock_board(tx, scope, client).await?;
    let row = find_in(tx, scope, client, request).await?;
    Ok((held, row))
}

/// The client that a request belongs to.
pub(crate) async fn client_of(tx: &mut Tx, scope: &Scope, request: RequestId) -> Result<ClientId> {
    sqlx::query_scalar!(
        "SELECT client_id FROM request WHERE workspace_id = $1 AND id = $2",
        scope.workspace.0,
        request.0
    )
    .fetch_optional(tx.conn())
    .await?
    .map(ClientId)
    .ok_or(Error::NotFound)
}

/// The request as it stands; hold its board first where it is going to change.
pub(crate) async fn find_in(
    tx: &mut Tx,
    scope: &Scope,
    client: ClientId,
    request: RequestId,
) -> Result<LockedRequest> {
    let row = sqlx::query!(
        r#"SELECT number, title, board_column AS "column: Column", priority AS "priority: Priority", position, session_stream,
                  backstage_stream, agent_id, cycle_hours, revisions_used, withdrawn_at
           FROM request WHERE workspace_id = $1 AND client_id = $2 AND id = $3"#,
        scope.workspace.0,
        client.0,
        request.0,
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    Ok(LockedRequest {
        id: request,
        client,
        number: row.number.cast_unsigned(),
        title: row.title,
        column: row.column,
        priority: row.priority,
        position: row.position,
        session: StreamId(row.session_stream),
        backstage: StreamId(row.backstage_stream),
        agent: row.agent_id.map(AgentId),
        cycle_hours: row.cycle_hours,
        revisions_used: row.revisions_used,
        withdrawn: row.withdrawn_at.is_some(),
    })
}

impl LockedRequest {
    /// Writes to the request's session.
    pub(crate) async fn append(
        &self,
        tx: &mut Tx,
        author: &Author,
        parts: impl IntoIterator<Item = Part>,
    ) -> Result<()> {
        let events = events(tx.now(), author, parts);
        tx.append(self.session, &events).await
    }

    /// Refuses what cannot be done to a request that its client took back.
    pub(crate) fn still_wanted(&self) -> Result<()> {
        if self.withdrawn { Err(Error::refused("This request was withdrawn.")) } else { Ok(()) }
    }
}

pub(crate) fn events(
    now: DateTime<Utc>,
    author: &Author,
    parts: impl IntoIterator<Item = Part>,
) -> Vec<Event> {
    parts.into_iter().map(|part| Event::new(author.clone(), now, part)).collect()
}

impl LockedBoard {
    /// Tells the client's board and the desk that something of a request changed; `what` as in
    /// [`Part::DataChanged`].
    pub(crate) async fn changed(&self, tx: &mut Tx, scope: &Scope, what: &str, number: u64) -> Result<()> {
        let part =
            Part::DataChanged { what: what.to_owned(), client: Some(self.client), request: Some(number) };
        let hint = Event::new(Author::of(scope), tx.now(), part);
        tx.append(self.board_stream, std::slice::from_ref(&hint)).await?;
        tx.append_to_desk(scope.workspace, self.desk_stream, &hint);
        Ok(())
    }
}
