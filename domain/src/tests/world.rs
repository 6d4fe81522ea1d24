//! What these tests stand on: [`Ground`] with an agent, and what one wants to see of a request.

use std::time::Duration;

use chrono::TimeDelta;
use sessions::{Offset, StreamId};
use sqlx::PgPool;
use uuid::Uuid;

use crate::{
    Db, Scope,
    agents::{self, NewAgent},
    ids::{AgentId, ClientId, RequestId, WorkspaceId},
    offers::Starts,
    requests::{Detail, NewRequest, Priority, commands, queries},
    runs::{self, Claimed},
    session::{Event, Part},
    testing::Ground,
};

pub(super) const LEASE: Duration = Duration::from_secs(30);

/// A workspace with an operator and an agent called Mina, on a Monday at eight o'clock UTC.
pub(super) struct World {
    ground: Ground,
    pub(super) db: Db,
    /// Past all row-level security.
    pub(super) root: PgPool,
    pub(super) workspace: WorkspaceId,
    pub(super) desk: Uuid,
    pub(super) operator: Scope,
    pub(super) agent: AgentId,
}

/// A client whose subscription is active, with two changes a request.
pub(super) struct House {
    pub(super) id: ClientId,
    pub(super) board: Uuid,
    pub(super) owner: Scope,
    pub(super) member: Scope,
    pub(super) billing: Scope,
}

impl World {
    pub(super) async fn new(pool: PgPool) -> Self {
        Self::on(Ground::new(&pool).await).await
    }

    /// Another workspace in the same database.
    pub(super) async fn beside(&self) -> Self {
        Self::on(Ground::beside(&self.db, &self.root).await).await
    }

    async fn on(ground: Ground) -> Self {
        let new = NewAgent { name: "Mina".into(), persona: String::new(), client: None };
        let agent = agents::create(&ground.db, &ground.operator, new).await.unwrap();
        let (db, root, workspace) = (ground.db.clone(), ground.pool.clone(), ground.workspace);
        let desk = sqlx::query_scalar("SELECT desk_stream FROM workspace WHERE id = $1")
            .bind(workspace.0)
            .fetch_one(&root)
            .await
            .unwrap();
        let operator = ground.operator.clone();
        Self { ground, db, root, workspace, desk, operator, agent }
    }

    /// A client with so many places.
    pub(super) async fn client(&self, name: &str, places: i32) -> House {
        let client = self.ground.client(name).await;
        let offer = self.ground.offer(Starts::AtOnce).await;
        let subscription = self.ground.subscribe(&client, &offer).await;
        sqlx::query("UPDATE subscription SET active_limit = $2, revisions = 2 WHERE id = $1")
            .bind(subscription.0)
            .bind(places)
            .execute(&self.root)
            .await
            .unwrap();
        let board = sqlx::query_scalar("SELECT board_stream FROM client WHERE id = $1")
            .bind(client.id.0)
            .fetch_one(&self.root)
            .await
            .unwrap();
        House { id: client.id, board, owner: client.owner, member: client.member, billing: client.billing }
    }

    /// Asks for something in the client's name, into the queue.
    pub(super) async fn ask(&self, house: &House, title: &str) -> Detail {
        let number = commands::create(&self.db, &house.owner, new_request(title)).await.unwrap();
        self.see(house, number).await
    }

    pub(super) async fn see(&self, house: &House, number: u64) -> Detail {
        queries::by_number(&self.db, &self.operator, house.id, number).await.unwrap()
    }

    /// The next queued run, in a worker's hands.
    pub(super) async fn claim(&self) -> Claimed {
        runs::claim_due(&self.db, "worker", LEASE).await.unwrap().expect("a run is due")
    }

    pub(super) fn pass(&self, time: TimeDelta) {
        self.ground.wait(time);
    }

    /// Everything that was written to a stream.
    pub(super) async fn log(&self, stream: Uuid) -> Vec<Event> {
        let page = self.db.engine().read(StreamId(stream), Offset::ZERO, 1_000).await.unwrap();
        page.records.iter().map(|record| Event::from_json(record.json()).unwrap()).collect()
    }

    /// What was written to a stream, without who and when.
    pub(super) async fn parts(&self, stream: Uuid) -> Vec<Part> {
        self.log(stream).await.into_iter().map(|event| event.part).collect()
    }

    /// One number from the database, past all scopes.
    pub(super) async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&self.root).await.unwrap()
    }

    /// Changes the state of a client's subscription alone, without what billing does beside it.
    pub(super) async fn subscription_is(&self, house: &House, state: &str) {
        sqlx::query("UPDATE subscription SET state = $2 WHERE client_id = $1")
            .bind(house.id.0)
            .bind(state)
            .execute(&self.root)
            .await
            .unwrap();
    }

    /// The state of the request's newest run.
    pub(super) async fn run_state(&self, request: RequestId) -> String {
        sqlx::query_scalar(
            "SELECT state FROM run WHERE request_id = $1 ORDER BY queued_at DESC, id DESC LIMIT 1",
        )
        .bind(request.0)
        .fetch_one(&self.root)
        .await
        .unwrap()
    }
}

pub(super) fn new_request(title: &str) -> NewRequest {
    NewRequest {
        title: title.to_owned(),
        brief: "As soon as you can.".to_owned(),
        priority: Priority::Normal,
        queue: true,
        files: Vec::new(),
        form_key: None,
    }
}
