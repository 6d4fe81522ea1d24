use sqlx::{PgPool, Row};
use tokio::task::JoinSet;

use crate::{
    Error, Scope,
    billing::commands::subscribe_in,
    money::{Currency, Money},
    offers::{self, OfferDraft, Starts},
    testing::Fixture,
};

#[sqlx::test(migrations = "../migrations")]
async fn work_starts_at_once_or_when_it_is_paid(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let (now, later) = (fixture.client("Harbor").await, fixture.client("Cedar").await);
    fixture.subscribe(&now, &fixture.offer(Starts::AtOnce).await).await;
    fixture.subscribe(&later, &fixture.offer(Starts::OnPayment).await).await;
    let rows = sqlx::query(
        "SELECT s.state, s.period_end::text, i.number, i.state, i.bill_from, i.bill_to, i.lines->0->>'what', i.due_at::text
         FROM subscription s JOIN invoice i ON i.subscription_id = s.id ORDER BY i.number",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    let told: Vec<(String, Option<String>, i64, String)> =
        rows.iter().map(|row| (row.get(0), row.get(1), row.get(2), row.get(3))).collect();
    assert_eq!(told[0], ("active".into(), Some("2026-12-23 08:00:00+00".into()), 1, "issued".into()));
    assert_eq!(told[1], ("awaiting_payment".into(), None, 2, "issued".into()));
    assert_eq!(rows[0].get::<&str, _>(4), "Northlight, 1 Quay Street");
    assert_eq!(rows[0].get::<&str, _>(5), "Harbor\n5 Harbor Road");
    assert_eq!(rows[0].get::<&str, _>(6), "Two at a time, 23 November to 23 December 2026");
    assert_eq!(rows[1].get::<&str, _>(6), "Two at a time, first month");
    assert_eq!(rows[0].get::<&str, _>(7), "2026-12-07 22:59:59+00");
}

#[sqlx::test(migrations = "../migrations")]
async fn sign_up_sells_within_the_new_client_alone(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let (client, other) = (fixture.client("Harbor").await, fixture.client("Cedar").await);
    let offer = fixture.offer(Starts::AtOnce).await;
    let scope = Scope::system(fixture.workspace).within(client.id);
    let mut tx = fixture.db.begin(&scope).await.unwrap();
    subscribe_in(&mut tx, &scope, client.id, &offer).await.unwrap();
    let twice = subscribe_in(&mut tx, &scope, client.id, &offer).await;
    assert!(matches!(twice, Err(Error::Refused(_))), "{twice:?}");
    drop(tx);
    let mut tx = fixture.db.begin(&scope).await.unwrap();
    let foreign = subscribe_in(&mut tx, &scope, other.id, &offer).await;
    assert!(matches!(foreign, Err(Error::Database(_))), "row-level security let it through: {foreign:?}");
}

#[sqlx::test(migrations = "../migrations")]
async fn a_free_offer_needs_no_invoice(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let client = fixture.client("Harbor").await;
    let mut offer = fixture.offer(Starts::OnPayment).await;
    offer.terms.price = Money::zero(Currency::USD);
    fixture.subscribe(&client, &offer).await;
    let state: String = sqlx::query_scalar("SELECT state FROM subscription").fetch_one(&pool).await.unwrap();
    let invoices: i64 = sqlx::query_scalar("SELECT count(*) FROM invoice").fetch_one(&pool).await.unwrap();
    assert_eq!((state.as_str(), invoices), ("active", 0));
}

#[sqlx::test(migrations = "../migrations")]
async fn what_was_sold_stays_as_it_was_sold(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let client = fixture.client("Harbor").await;
    let offer = fixture.offer(Starts::AtOnce).await;
    fixture.subscribe(&client, &offer).await;
    let mut draft = OfferDraft::from(&offer);
    draft.name = "Three at a time".into();
    draft.terms.price = Money::new(900_000, Currency::EUR);
    draft.terms.active_limit = 3;
    draft.terms.cycle_hours = 24;
    draft.terms.revisions = Some(1);
    offers::commands::update(&fixture.db, &fixture.operator, offer.id, &draft).await.unwrap();
    offers::commands::archive(&fixture.db, &fixture.operator, offer.id).await.unwrap();
    let row = sqlx::query(
        "SELECT name, price_minor, currency, active_limit, cycle_hours, revisions FROM subscription",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    let held: (String, i64, String, i32, i32, Option<i32>) =
        (row.get(0), row.get(1), row.get(2), row.get(3), row.get(4), row.get(5));
    assert_eq!(held, ("Two at a time".into(), 500_000, "USD".into(), 2, 48, None));
}

#[sqlx::test(migrations = "../migrations")]
async fn numbers_have_no_gaps_whatever_is_rolled_back(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let offer = fixture.offer(Starts::AtOnce).await;
    let mut tasks = JoinSet::new();
    for i in 0..50 {
        let client = fixture.client(&format!("Client {i}")).await;
        let (db, scope, offer) = (fixture.db.clone(), fixture.operator.clone(), offer.clone());
        tasks.spawn(async move {
            let mut tx = db.begin(&scope).await.unwrap();
            subscribe_in(&mut tx, &scope, client.id, &offer).await.unwrap();
            // Every third is given up after its number was taken.
            if i % 3 != 0 {
                tx.commit().await.unwrap();
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    let numbers: Vec<i64> =
        sqlx::query_scalar("SELECT number FROM invoice ORDER BY number").fetch_all(&pool).await.unwrap();
    assert_eq!(numbers, (1..=33).collect::<Vec<i64>>());
}
