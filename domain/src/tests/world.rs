//! What these tests stand on: a [`Fixture`] with an agent, and clients with so many places.

use std::{ops::Deref, time::Duration};

use sqlx::PgPool;
use uuid::Uuid;

use crate::{
    ids::AgentId,
    offers::Starts,
    runs::{self, ClaimedRun},
    testing::{Fixture, TestClient},
};

pub(super) const LEASE: Duration = Duration::from_secs(30);

/// A workspace with an operator and an agent called Mina, on a Monday at eight o'clock UTC.
pub(super) struct World {
    pub(super) fixture: Fixture,
    pub(super) desk: Uuid,
    pub(super) agent: AgentId,
}

impl Deref for World {
    type Target = Fixture;

    fn deref(&self) -> &Fixture {
        &self.fixture
    }
}

impl World {
    pub(super) async fn new(pool: PgPool) -> Self {
        Self::on(Fixture::new(&pool).await).await
    }

    /// Another workspace in the same database.
    pub(super) async fn beside(&self) -> Self {
        Self::on(Fixture::beside(&self.db, &self.pool).await).await
    }

    async fn on(fixture: Fixture) -> Self {
        let agent = fixture.agent("Mina", None).await;
        let desk = sqlx::query_scalar("SELECT desk_stream FROM workspace WHERE id = $1")
            .bind(fixture.workspace.0)
            .fetch_one(&fixture.pool)
            .await
            .unwrap();
        Self { fixture, desk, agent }
    }

    /// A client with so many places, whose subscription is active, with two changes a request.
    pub(super) async fn client(&self, name: &str, places: i32) -> TestClient {
        let client = self.fixture.client(name).await;
        let offer = self.offer(Starts::AtOnce).await;
        let subscription = self.subscribe(&client, &offer).await;
        sqlx::query("UPDATE subscription SET active_limit = $2, revisions = 2 WHERE id = $1")
            .bind(subscription.0)
            .bind(places)
            .execute(&self.pool)
            .await
            .unwrap();
        client
    }

    /// The next queued run, in a worker's hands, for half a minute.
    pub(super) async fn claim(&self) -> ClaimedRun {
        runs::commands::claim_due(&self.db, "worker", LEASE).await.unwrap().expect("a run is due")
    }

    /// One number from the database, past all scopes.
    pub(super) async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&self.pool).await.unwrap()
    }

    /// Changes the state of a client's subscription alone, without what billing does beside it.
    pub(super) async fn subscription_is(&self, client: &TestClient, state: &str) {
        sqlx::query("UPDATE subscription SET state = $2 WHERE client_id = $1")
            .bind(client.id.0)
            .bind(state)
            .execute(&self.pool)
            .await
            .unwrap();
    }
}
