use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sessions::{Engine, Offset, StreamId};
use sqlx::{PgConnection, Postgres, Transaction};

use super::{Db, Joint, SystemRole, set_scope, set_system_role};
use crate::{
    Clock, Result, Scope,
    files::quota::Quota,
    ids::{ClientId, WorkspaceId},
    session::Event,
};

/// A transaction: one instant, one scope at a time, and what it will say in the streams.
///
/// Events wait until the commit and are then appended in the order of the streams' ids, the desk's last: transactions
/// that write to several streams never wait for each other in a circle, and the desk's stream, which all clients of a
/// workspace share, is held for an instant only.
pub struct Tx {
    tx: Transaction<'static, Postgres>,
    engine: Engine,
    clock: Clock,
    now: DateTime<Utc>,
    /// The one that holds now; none in a role of the server's.
    scope: Option<Scope>,
    quota: Option<Quota>,
    held: BTreeMap<StreamId, StreamWrites>,
    desks: BTreeMap<StreamId, StreamWrites>,
    woken: Vec<StreamId>,
    /// Where it goes back to instead of being committed.
    pub(super) joint: Option<Joint>,
}

/// What waits to be done to a stream.
#[derive(Default)]
struct StreamWrites {
    /// Under which its producers are fenced, and which.
    fenced_under: Option<Scope>,
    fences: Vec<(String, u64)>,
    /// Under which the events are appended: the scope of the first.
    scope: Option<Scope>,
    events: Vec<String>,
    /// Events that are written anew: the offset behind each, and its text.
    redacted: Vec<(Offset, String)>,
}

impl Tx {
    pub(super) fn new(db: &Db, tx: Transaction<'static, Postgres>, scope: Option<Scope>) -> Self {
        Self {
            tx,
            engine: db.engine.clone(),
            clock: db.clock.clone(),
            now: db.now(),
            scope,
            quota: db.quota,
            held: BTreeMap::new(),
            desks: BTreeMap::new(),
            woken: Vec::new(),
            joint: None,
        }
    }

    /// The instant at which everything in this transaction happens.
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// What a client may keep; none where there is no limit.
    pub(crate) fn quota(&self) -> Option<Quota> {
        self.quota
    }

    /// The client of the scope that holds now, where it has one.
    pub(crate) fn client(&self) -> Option<ClientId> {
        self.scope.as_ref().and_then(|scope| scope.client)
    }

    /// Whether it is a part of a larger call, which commits it.
    pub(crate) fn is_joint(&self) -> bool {
        self.joint.is_some()
    }

    /// Reads the clock again once a lock is held: whoever held it meanwhile acted before this transaction does, however
    /// long ago it began. Never earlier than `not_before`, what the row says that another node's clock wrote.
    pub(crate) fn held_since(&mut self, not_before: Option<DateTime<Utc>>) {
        self.now = self.clock.now().max(self.now).max(not_before.unwrap_or(self.now));
    }

    /// The connection, for a query.
    pub fn conn(&mut self) -> &mut PgConnection {
        &mut self.tx
    }

    /// Goes on in another scope (sign-up makes the tenant that it then writes for).
    pub async fn enter(&mut self, scope: &Scope) -> Result<()> {
        self.scope = Some(scope.clone());
        set_scope(&mut self.tx, scope).await
    }

    /// Goes on in one of the server's own roles.
    pub async fn enter_as(&mut self, role: SystemRole) -> Result<()> {
        self.scope = None;
        set_system_role(&mut self.tx, role).await
    }

    /// Appends events to a stream that the scope sees; they exist if and only if this transaction commits.
    ///
    /// # Errors
    /// None here: whether there is such a stream shows at the commit.
    pub async fn append(&mut self, stream: StreamId, events: &[Event]) -> Result<()> {
        let held = self.held.entry(stream).or_default();
        if held.events.is_empty() {
            held.scope.clone_from(&self.scope);
        }
        held.events.extend(events.iter().map(Event::to_json));
        Ok(())
    }

    /// Writes an event anew where it stands, the one before the offset `behind`, at the commit. That it is the scope's to
    /// change has to be settled before.
    pub(crate) fn redact(&mut self, stream: StreamId, behind: Offset, event: &Event) {
        self.held.entry(stream).or_default().redacted.push((behind, event.to_json()));
    }

    /// Refuses a producer's older epochs on a stream from the commit on. It is the server that does it: a member who
    /// stops a run does not see its backstage.
    pub fn fence(&mut self, stream: StreamId, producer: String, epoch: u64) {
        let held = self.held.entry(stream).or_default();
        held.fenced_under = self.scope.as_ref().map(Scope::by_the_server);
        held.fences.push((producer, epoch));
    }

    /// Appends a hint to the desk's stream, which the scopes of clients and agents do not see.
    pub(crate) fn append_to_desk(&mut self, workspace: WorkspaceId, desk: StreamId, event: &Event) {
        let held = self.desks.entry(desk).or_default();
        held.scope = Some(Scope::system(workspace));
        held.events.push(event.to_json());
    }

    /// Commits, then wakes whoever follows what was written.
    ///
    /// # Errors
    /// [`crate::Error::Sessions`] where a stream is not there, or not the scope's to write to; nothing is stored then.
    pub async fn commit(mut self) -> Result<()> {
        if let Some(joint) = self.joint.take() {
            joint.put(self);
            return Ok(());
        }
        for (stream, held) in std::mem::take(&mut self.held) {
            self.write(stream, held).await?;
        }
        for (stream, held) in std::mem::take(&mut self.desks) {
            self.write(stream, held).await?;
        }
        self.tx.commit().await?;
        self.engine.wake(&self.woken);
        Ok(())
    }

    async fn write(&mut self, stream: StreamId, held: StreamWrites) -> Result<()> {
        if !held.fences.is_empty() {
            self.be(held.fenced_under).await?;
        }
        for (producer, epoch) in held.fences {
            sessions::fence_in(&mut self.tx, stream, &producer, epoch).await?;
        }
        if !held.redacted.is_empty() {
            self.enter_as(SystemRole::Sessions).await?;
        }
        for (behind, text) in held.redacted {
            match sessions::redact_in(&mut self.tx, stream, behind, &text).await {
                // Dropped meanwhile, since it is folded; the fold is not this call's.
                Ok(()) | Err(sessions::Error::NotFound) => {}
                Err(error) => return Err(error.into()),
            }
        }
        if !held.events.is_empty() {
            self.be(held.scope).await?;
            sessions::append_in(&mut self.tx, stream, &held.events, self.now).await?;
            self.woken.push(stream);
        }
        Ok(())
    }

    /// Enters a scope unless it holds already.
    async fn be(&mut self, scope: Option<Scope>) -> Result<()> {
        match scope {
            Some(scope) if self.scope.as_ref() != Some(&scope) => self.enter(&scope).await,
            _ => Ok(()),
        }
    }
}
