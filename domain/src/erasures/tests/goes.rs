//! Erasing one of two clients that have everything.

use chrono::{DateTime, TimeDelta, Utc};
use sessions::Offset;
use sqlx::PgPool;
use uuid::Uuid;

use super::rows::Marks;
use crate::{
    Actor, Error, Role, Scope,
    accounts::commands::sign_in,
    audit,
    billing::{self, commands},
    clients,
    erasures::{
        GRACE, KEPT_YEARS, NAMELESS,
        commands::{begin, carry_out_due, due, expire_invoices, schedule, streams},
        queries::find_done,
    },
    files::store::{Key, Store, inspect},
    ids::FileId,
    offers::Starts,
    requests::queries::search_all,
    testing::{
        Fixture, Rows, all_rows,
        furnish::{FullClient, SHARED, full_client},
        without_rows,
    },
    webhooks::{self, EventKind, NewWebhook},
};

/// Words that stand nowhere else; no stem of another.
const OURS: &str = "qxvwka";
const THEIRS: &str = "qxvwkb";

/// Tables without a row of a client's, and why. Any other has to have one in this test: give `furnish` a row of a new
/// table, and `erasures::rows` a statement that takes it away.
const OF_NO_CLIENT: &[(&str, &str)] = &[
    ("_sqlx_migrations", "the schema"),
    ("install", "the install"),
    ("workspace", "the operator's"),
    ("offer", "what is for sale to anybody"),
    ("discount_code", "what is for sale to anybody"),
    ("model_price", "what models cost"),
    ("dollar_rate", "what a dollar costs"),
    ("tax_rate", "what is charged where"),
    ("stream_signing_key", "the install's"),
    ("webhook", "where the workspace's events are sent"),
    ("client_erasure", "it begins with it"),
    ("payment_account", "the operator's"),
];

/// What a client's rows are left in: its invoices with what they hang on, and that it was erased.
const KEPT: &[&str] = &[
    "client",
    "subscription",
    "subscription_pause",
    "invoice",
    "credit_note",
    "payment",
    "payment_attempt",
    "payment_refund",
    "payment_dispute",
    "balance_entry",
    "client_erasure",
    "audit",
    "mail",
    "stream",
    "stream_event",
];

struct ErasedClient {
    fixture: Fixture,
    store: Store,
    ours: FullClient,
    theirs: FullClient,
    desk: Uuid,
    /// In both places; and in theirs, ours once.
    both: Scope,
    _folder: tempfile::TempDir,
}

impl ErasedClient {
    async fn new(pool: &PgPool) -> Self {
        let fixture = Fixture::new(pool).await;
        let folder = tempfile::tempdir().unwrap();
        let store = Store::folder(folder.path()).unwrap();
        inspect(&fixture.db, &store).await.unwrap();
        let hook = NewWebhook { url: "https://hooks.example/all".into(), events: EventKind::ALL.to_vec() };
        webhooks::commands::create(&fixture.db, &fixture.operator, &hook).await.unwrap();
        let offer = fixture.offer(Starts::AtOnce).await;
        let ours = full_client(&fixture, &store, &offer, OURS).await;
        let theirs = full_client(&fixture, &store, &offer, THEIRS).await;
        while webhooks::outbox::spread(&fixture.db).await.unwrap() > 0 {}
        let both = fixture.person(Some(theirs.client.id), Role::Member, "Robin").await;
        place(&fixture, &both, &ours).await;
        let desk = sqlx::query_scalar("SELECT desk_stream FROM workspace WHERE id = $1")
            .bind(fixture.workspace.0)
            .fetch_one(pool)
            .await
            .unwrap();
        Self { fixture, store, ours, theirs, desk, both, _folder: folder }
    }

    /// Our client leaves and is set to be erased.
    async fn leave(&self) {
        let (db, operator) = (&self.fixture.db, &self.fixture.operator);
        let client = self.ours.client.id;
        // Into December: November's revenue is history then.
        self.fixture.wait(TimeDelta::days(10));
        commands::end_now(db, operator, self.ours.subscription).await.unwrap();
        clients::commands::archive(db, operator, client).await.unwrap();
        schedule(db, operator, client, &format!("{OURS} & Partners")).await.unwrap();
        while webhooks::outbox::spread(db).await.unwrap() > 0 {}
    }

    async fn rows(&self) -> Rows {
        all_rows(&self.fixture.pool).await
    }

    /// Their rows, the desk's hints aside, which are nobody's.
    async fn others(&self, marks: &Marks) -> Rows {
        let desk = self.desk.to_string();
        let mut rows = marks.among(&self.rows().await);
        rows.values_mut().for_each(|rows| rows.retain(|row| !row.contains(&desk)));
        rows
    }
}

/// Gives somebody a place at a client's.
async fn place(fixture: &Fixture, who: &Scope, house: &FullClient) {
    sqlx::query(
        "INSERT INTO membership (id, workspace_id, client_id, person_id, role, created_at)
         VALUES (gen_random_uuid(), $1, $2, $3, 'member', now())",
    )
    .bind(fixture.workspace.0)
    .bind(house.client.id.0)
    .bind(who.person().unwrap().0)
    .execute(&fixture.pool)
    .await
    .unwrap();
}

/// What stands in a row but for what the law has an invoice say.
fn beside_the_party(table: &str, row: &str) -> String {
    let mut row: serde_json::Value = serde_json::from_str(row).unwrap();
    if ["invoice", "credit_note"].contains(&table) {
        let fields = row.as_object_mut().unwrap();
        fields.remove("bill_to");
        fields.remove("lines");
    }
    row.to_string()
}

#[sqlx::test(migrations = "../migrations")]
async fn nothing_of_the_client_is_left_and_nothing_of_another_is_touched(pool: PgPool) {
    let town = ErasedClient::new(&pool).await;
    let (db, operator, client) = (&town.fixture.db, &town.fixture.operator, town.ours.client.id);
    town.leave().await;
    let marks = Marks::of(&pool, client, OURS).await;
    let theirs = Marks::of(&pool, town.theirs.client.id, THEIRS).await;
    let had = marks.among(&town.rows().await);
    let mut without = without_rows(&had);
    without.retain(|table| !OF_NO_CLIENT.iter().any(|(named, _)| named == table));
    assert!(without.is_empty(), "these tables have no row of the client's in this test: {without:?}");
    let before = town.others(&theirs).await;
    let bills = billing::queries::list(db, operator, Some(client), billing::queries::InvoiceFilter::Paid, 1)
        .await
        .unwrap();
    let contents: Vec<String> = sqlx::query_scalar("SELECT DISTINCT sha256 FROM file WHERE client_id = $1")
        .bind(client.0)
        .fetch_all(&pool)
        .await
        .unwrap();
    let mut follower = db.engine().follow(town.ours.session, Offset::ZERO);
    follower.next().await.unwrap();

    assert_eq!(carry_out_due(db, &town.store).await.unwrap(), 0, "it is not due");
    town.fixture.wait(GRACE);
    let revenue = billing::queries::recurring(db, operator).await.unwrap();
    assert!(revenue.months.iter().any(|month| month.amount.minor > 500_000), "both paid in November");
    // Killed twice on the way.
    let target = due(db).await.unwrap()[0];
    assert!(begin(db, target).await.unwrap());
    streams(db, target).await.unwrap();
    let first = contents.iter().find(|sha256| **sha256 != hash(SHARED)).unwrap();
    sqlx::query("DELETE FROM deliverable_version WHERE client_id = $1")
        .bind(client.0)
        .execute(&pool)
        .await
        .unwrap();
    sqlx::query("DELETE FROM file WHERE client_id = $1 AND sha256 = $2")
        .bind(client.0)
        .bind(first)
        .execute(&pool)
        .await
        .unwrap();
    town.store.delete(&Key::content(town.fixture.workspace, first).unwrap()).await.unwrap();
    // Two servers take it up again.
    let (one, other) = tokio::join!(carry_out_due(db, &town.store), carry_out_due(db, &town.store));
    assert_eq!(one.unwrap_or_default() + other.unwrap_or_default(), 1);

    let after = town.rows().await;
    for (table, rows) in &after {
        for row in rows {
            let beside = beside_the_party(table, row);
            assert!(!marks.name(&beside), "the client's word is left in {table}: {row}");
            assert!(
                KEPT.contains(&table.as_str()) || !marks.own(row),
                "the client's row is left in {table}: {row}"
            );
        }
    }
    assert_eq!(town.others(&theirs).await, before);
    let shared = Key::content(town.fixture.workspace, &hash(SHARED)).unwrap();
    for sha256 in contents {
        let key = Key::content(town.fixture.workspace, &sha256).unwrap();
        assert_eq!(town.store.exists(&key).await.unwrap(), key == shared, "{key}");
    }
    for (word, is_there) in [(OURS, false), (THEIRS, true)] {
        let key = Key::parse(&format!("exports/{word}")).unwrap();
        assert_eq!(town.store.exists(&key).await.unwrap(), is_there, "{key}");
    }
    let end = loop {
        match follower.next().await {
            Ok(Some(_)) => {}
            end => break end,
        }
    };
    assert!(matches!(end, Err(sessions::Error::NotFound)), "who follows is told");
    let told: Vec<String> = sqlx::query_scalar("SELECT what FROM audit WHERE client_id = $1")
        .bind(client.0)
        .fetch_all(&pool)
        .await
        .unwrap();
    assert_eq!(told, ["erase_client"]);
    assert_eq!(billing::queries::recurring(db, operator).await.unwrap(), revenue);
    let kept = billing::queries::list(db, operator, Some(client), billing::queries::InvoiceFilter::Paid, 1)
        .await
        .unwrap();
    assert_eq!(kept.invoices.len(), bills.invoices.len());
    for (kept, bill) in kept.invoices.iter().zip(&bills.invoices) {
        assert_eq!((kept.number, kept.total, &kept.lines), (bill.number, bill.total, &bill.lines));
        assert_eq!((&kept.bill_to, kept.client_name.as_str()), (&bill.bill_to, NAMELESS));
    }

    assert!(matches!(clients::queries::get(db, operator, client).await, Err(Error::NotFound)));
    assert_eq!(
        clients::queries::list(db, operator, "", clients::ClientFilter::Archived, 1).await.unwrap().all,
        0
    );
    assert!(search_all(db, operator, OURS).await.unwrap().cards.is_empty());
    assert!(!search_all(db, operator, THEIRS).await.unwrap().cards.is_empty());
    assert!(find_done(db, operator, client).await.unwrap().is_some());
    let gone = sign_in(db, town.fixture.workspace, &format!("owner@{OURS}.test"), "any", "192.0.2.1").await;
    assert!(matches!(gone, Err(Error::Refused(_))), "{gone:?}");
    assert_eq!(carry_out_due(db, &town.store).await.unwrap(), 0, "it is done");

    // What is left can still be worked with, and goes when the law wants it no more.
    commands::take_back_payment(db, operator, town.ours.paid).await.unwrap();
    let last: DateTime<Utc> = format!("{}-12-31T12:00:00Z", 2026 + KEPT_YEARS).parse().unwrap();
    town.fixture.wait(last - db.now());
    assert_eq!(expire_invoices(db).await.unwrap(), 0, "the last year is not over");
    town.fixture.wait(TimeDelta::days(1));
    assert!(expire_invoices(db).await.unwrap() > 0);
    let left = town.rows().await;
    for table in [
        "invoice",
        "credit_note",
        "payment",
        "payment_attempt",
        "balance_entry",
        "subscription",
        "subscription_pause",
    ] {
        assert!(left[table].iter().all(|row| !marks.own(row)), "{table}");
    }
    assert_eq!(town.others(&theirs).await["invoice"], before["invoice"]);
}

fn hash(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Who has a place elsewhere keeps their account; who had one once leaves their name there, and nothing else.
#[sqlx::test(migrations = "../migrations")]
async fn people_of_another_client_stay(pool: PgPool) {
    let town = ErasedClient::new(&pool).await;
    let (db, fixture) = (&town.fixture.db, &town.fixture);
    let once = fixture.person(Some(town.theirs.client.id), Role::Member, "Sasha").await;
    place(fixture, &once, &town.ours).await;
    let Actor::Person { membership, .. } = &once.actor else { panic!("a person") };
    let new = crate::requests::NewRequest {
        title: "Asked when Sasha was here".into(),
        brief: String::from("Please."),
        priority: crate::requests::Priority::Normal,
        queue: false,
        files: Vec::<FileId>::new(),
        form_key: None,
    };
    crate::requests::commands::create(db, &once, new).await.unwrap();
    sqlx::query("UPDATE membership SET removed_at = now() WHERE id = $1")
        .bind(membership.0)
        .execute(&pool)
        .await
        .unwrap();
    town.leave().await;
    let row = async |who: &Scope| -> (String, String, Option<String>) {
        sqlx::query_as("SELECT name, email, zone FROM person WHERE id = $1")
            .bind(who.person().unwrap().0)
            .fetch_one(&pool)
            .await
            .unwrap()
    };
    let both = row(&town.both).await;
    fixture.wait(GRACE);
    assert_eq!(carry_out_due(db, &town.store).await.unwrap(), 1);
    assert_eq!(row(&town.both).await, both);
    let (name, email, _) = row(&once).await;
    assert_eq!(name, "Sasha");
    assert!(email.ends_with("@erased.invalid"), "{email}");
    let filter = audit::AuditQuery::default();
    let log = audit::queries::list(db, &fixture.operator, &filter).await.unwrap();
    assert!(
        log.entries.iter().any(|entry| entry.what == "erase_client" && entry.detail.contains("Operator"))
    );
}
