//! What tests share, those of the server too: a database of their own in the roles that the product takes, a clock that
//! stands still, people who act, and the work that they ask for.

#![allow(clippy::unwrap_used, reason = "a fixture that cannot be made fails its test")]

pub mod furnish;
mod furnish_payments;
pub mod payments;
mod work;

use std::{collections::BTreeMap, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use sessions::{Engine, NewStream, Options, StreamId, Tenant};
use sqlx::{AssertSqlSafe, Executor, PgPool, postgres::PgPoolOptions};
use uuid::Uuid;

use crate::{
    Actor, Clock, Db, Role, Scope,
    billing::commands::subscribe_in,
    ids::{ClientId, MembershipId, OfferId, PersonId, SubscriptionId, WorkspaceId},
    money::{Currency, Money},
    offers::{self, Interval, Offer, OfferDraft, PricingOptions, Starts, Terms},
    sealed::Keyring,
};

pub use furnish_payments::furnish_payments;
pub use work::{LEASE, new_request};

/// How an install differs from the usual one of the tests.
pub struct Setup {
    pub clock: Clock,
    /// The time zone of its workspace.
    pub zone: &'static str,
    /// How often the engine looks for what no other node told it.
    pub poll: Duration,
}

impl Default for Setup {
    /// In Berlin, by a clock that stands still; the engine does not look during any test.
    fn default() -> Self {
        Self { clock: Clock::frozen(start()), zone: "Europe/Berlin", poll: Duration::from_secs(3_600) }
    }
}

/// A workspace with an operator, on a Monday morning.
pub struct Fixture {
    pub db: Db,
    /// The test's own connections: nothing is hidden from them.
    pub pool: PgPool,
    pub workspace: WorkspaceId,
    pub operator: Scope,
}

/// A client and those who act for it.
pub struct TestClient {
    pub id: ClientId,
    pub board: Uuid,
    pub owner: Scope,
    pub member: Scope,
    pub billing: Scope,
}

impl Fixture {
    /// A fresh workspace in the test's database.
    pub async fn new(pool: &PgPool) -> Self {
        Self::with(pool, Setup::default()).await
    }

    /// The same on an install that differs.
    pub async fn with(pool: &PgPool, setup: Setup) -> Self {
        let zone = setup.zone;
        Self::open(&install(pool, setup).await, pool, zone).await
    }

    /// Another workspace on the same install.
    pub async fn beside(db: &Db, pool: &PgPool) -> Self {
        Self::open(db, pool, Setup::default().zone).await
    }

    async fn open(db: &Db, pool: &PgPool, zone: &str) -> Self {
        let workspace = WorkspaceId::new();
        let desk = stream(pool, workspace, None, "desk", true).await;
        sqlx::query(
            "INSERT INTO workspace (id, name, zone, bill_from, desk_stream, created_at)
             VALUES ($1, 'Northlight', $4, 'Northlight, 1 Quay Street', $2, $3)",
        )
        .bind(workspace.0)
        .bind(desk)
        .bind(start())
        .bind(zone)
        .execute(pool)
        .await
        .unwrap();
        let operator = person(pool, workspace, None, Role::Operator, "Operator").await;
        Self { db: db.clone(), pool: pool.clone(), workspace, operator }
    }

    /// A client with an owner, a member and someone for the bills.
    pub async fn client(&self, name: &str) -> TestClient {
        let id = ClientId::new();
        let board = stream(&self.pool, self.workspace, Some(id), "board", false).await;
        sqlx::query(
            "INSERT INTO client (id, workspace_id, name, board_stream, created_at, bill_to)
             VALUES ($1, $2, $3, $4, $5, $3 || E'\n5 Harbor Road')",
        )
        .bind(id.0)
        .bind(self.workspace.0)
        .bind(name)
        .bind(board)
        .bind(start())
        .execute(&self.pool)
        .await
        .unwrap();
        let [owner, member, billing] = [
            self.person(Some(id), Role::Owner, "Owner").await,
            self.person(Some(id), Role::Member, "Member").await,
            self.person(Some(id), Role::Billing, "Billing").await,
        ];
        TestClient { id, board, owner, member, billing }
    }

    /// A client whose subscription to [`Self::offer`] is active.
    pub async fn subscriber(&self, name: &str) -> TestClient {
        let client = self.client(name).await;
        let offer = self.offer(Starts::AtOnce).await;
        self.subscribe(&client, &offer).await;
        client
    }

    /// Somebody with a place at a client's or, without one, at the desk.
    pub async fn person(&self, client: Option<ClientId>, role: Role, name: &str) -> Scope {
        person(&self.pool, self.workspace, client, role, name).await
    }

    /// Somebody goes by another name from now on.
    pub async fn rename(&self, scope: &mut Scope, to: &str) {
        let Actor::Person { id, name, .. } = &mut scope.actor else { panic!("only people are renamed") };
        to.clone_into(name);
        sqlx::query("UPDATE person SET name = $2 WHERE id = $1")
            .bind(id.0)
            .bind(to)
            .execute(&self.pool)
            .await
            .unwrap();
    }

    /// A published offer of $5,000 a month.
    pub async fn offer(&self, starts: Starts) -> Offer {
        let id = offers::commands::create(&self.db, &self.operator, &draft(starts)).await.unwrap();
        offers::commands::publish(&self.db, &self.operator, id).await.unwrap();
        self.get_offer(id).await
    }

    /// The offer as it stands.
    pub async fn get_offer(&self, id: OfferId) -> Offer {
        offers::queries::get(&self.db, &self.operator, id).await.unwrap()
    }

    /// Sells an offer to a client.
    pub async fn subscribe(&self, client: &TestClient, offer: &Offer) -> SubscriptionId {
        let mut tx = self.db.begin(&self.operator).await.unwrap();
        let id = subscribe_in(&mut tx, &self.operator, client.id, offer).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// Moves the clock on.
    pub fn wait(&self, by: TimeDelta) {
        self.db.clock().advance(by);
    }
}

/// The test's database with nothing in it.
pub async fn bare(pool: &PgPool) -> Db {
    install(pool, Setup::default()).await
}

async fn install(pool: &PgPool, setup: Setup) -> Db {
    let product = role(pool, 12, "SET ROLE throughline_app").await;
    let engine_pool = role(pool, 4, "SET ROLE throughline_sessions").await;
    let clock = setup.clock.clone();
    let options = Options {
        poll_interval: setup.poll,
        clock: sessions::Clock::new(move || clock.now()),
        ..Options::default()
    };
    let keyring = Keyring::parse(&Keyring::generate()).unwrap();
    Db::new(product, Engine::start(engine_pool, options), setup.clock).with_keyring(keyring)
}

/// An offer as an operator writes it.
pub fn draft(starts: Starts) -> OfferDraft {
    OfferDraft {
        name: "Two at a time".into(),
        summary: String::new(),
        vertical: String::new(),
        terms: Terms {
            price: Money::new(500_000, Currency::USD),
            interval: Interval::Month,
            active_limit: 2,
            cycle_hours: 48,
            revisions: None,
            starts,
            pricing: PricingOptions::default(),
        },
        points: Vec::new(),
        intake: Vec::new(),
    }
}

/// The rows of each table of an install, as JSON. Bytes are written in hexadecimal.
pub type Rows = BTreeMap<String, Vec<String>>;

/// Every row of every table, found in the catalogue: a new one is in it without anybody's remembering it.
pub async fn all_rows(pool: &PgPool) -> Rows {
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    let mut rows = Rows::new();
    for table in tables {
        let read = format!(r#"SELECT to_jsonb(t)::text FROM public."{table}" t ORDER BY 1"#);
        rows.insert(table, sqlx::query_scalar(AssertSqlSafe(read)).fetch_all(pool).await.unwrap());
    }
    rows
}

/// Tables that have no row, by name.
pub fn without_rows(rows: &Rows) -> Vec<&str> {
    rows.iter().filter(|(_, rows)| rows.is_empty()).map(|(table, _)| table.as_str()).collect()
}

/// Monday 23 November 2026, 09:00 in Berlin.
pub fn start() -> DateTime<Utc> {
    "2026-11-23T08:00:00Z".parse().unwrap()
}

async fn role(pool: &PgPool, connections: u32, set: &'static str) -> PgPool {
    PgPoolOptions::new()
        .max_connections(connections)
        .after_connect(move |conn, _| Box::pin(async move { conn.execute(set).await.map(|_| ()) }))
        .connect_with((*pool.connect_options()).clone())
        .await
        .unwrap()
}

async fn stream(
    pool: &PgPool,
    workspace: WorkspaceId,
    client: Option<ClientId>,
    kind: &'static str,
    backstage: bool,
) -> Uuid {
    let id = StreamId::generate();
    let tenant = Tenant { workspace: workspace.0, client: client.map(|client| client.0) };
    let mut conn = pool.acquire().await.unwrap();
    sessions::create_in(&mut conn, &NewStream { id, tenant, kind, backstage }, start()).await.unwrap();
    id.0
}

async fn person(
    pool: &PgPool,
    workspace: WorkspaceId,
    client: Option<ClientId>,
    role: Role,
    name: &str,
) -> Scope {
    let (id, membership) = (PersonId::new(), MembershipId::new());
    sqlx::query("INSERT INTO person (id, email, name, created_at) VALUES ($1, $2, $3, $4)")
        .bind(id.0)
        .bind(format!("{id}@example.test"))
        .bind(name)
        .bind(start())
        .execute(pool)
        .await
        .unwrap();
    sqlx::query("INSERT INTO membership (id, workspace_id, client_id, person_id, role, created_at) VALUES ($1, $2, $3, $4, $5, $6)")
        .bind(membership.0)
        .bind(workspace.0)
        .bind(client.map(|client| client.0))
        .bind(id.0)
        .bind(role.as_str())
        .bind(start())
        .execute(pool)
        .await
        .unwrap();
    Scope { workspace, client, actor: Actor::Person { id, membership, name: name.to_owned(), role } }
}
