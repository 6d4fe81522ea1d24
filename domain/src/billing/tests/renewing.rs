use chrono::TimeDelta;
use sqlx::PgPool;
use tokio::task::JoinSet;

use crate::{
    billing::commands::{renew_due, void},
    offers::Starts,
    testing::{Fixture, draft},
};

#[sqlx::test(migrations = "../migrations")]
async fn ten_runs_at_once_renew_each_period_once(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let offer = fixture.offer(Starts::AtOnce).await;
    let mut clients = Vec::new();
    for i in 0..5 {
        let client = fixture.client(&format!("Client {i}")).await;
        fixture.subscribe(&client, &offer).await;
        clients.push(client);
    }
    // Two periods are over: the server was away.
    fixture.wait(TimeDelta::days(70));
    let mut tasks = JoinSet::new();
    for _ in 0..10 {
        let db = fixture.db.clone();
        tasks.spawn(async move { renew_due(&db).await.unwrap() });
    }
    let renewed: usize = tasks.join_all().await.into_iter().sum();
    assert_eq!(renewed, 5);
    for client in &clients {
        let starts: Vec<String> = fixture
            .bills(client)
            .await
            .iter()
            .map(|bill| bill.period.unwrap().0.format("%m-%d").to_string())
            .collect();
        assert_eq!(starts, ["11-23", "12-23", "01-23"]);
        assert_eq!(
            fixture.held(client).await.period.unwrap().1,
            "2027-02-23T08:00:00Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap()
        );
    }
    let numbers: Vec<i64> =
        sqlx::query_scalar("SELECT number FROM invoice ORDER BY number").fetch_all(&pool).await.unwrap();
    assert_eq!(numbers, (1..=15).collect::<Vec<i64>>());
    assert_eq!(renew_due(&fixture.db).await.unwrap(), 0);
}

#[sqlx::test(migrations = "../migrations")]
async fn the_database_holds_one_invoice_a_period(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let client = fixture.client("Harbor").await;
    fixture.subscribe(&client, &fixture.offer(Starts::AtOnce).await).await;
    let again = "INSERT INTO invoice (id, workspace_id, client_id, subscription_id, number, state, currency, lines, total_minor,
                        period_start, created_at)
                 SELECT gen_random_uuid(), workspace_id, client_id, subscription_id, number + 1, 'issued', currency, lines,
                        total_minor, period_start, created_at FROM invoice";
    let refused = sqlx::query(again).execute(&pool).await.unwrap_err();
    assert_eq!(refused.as_database_error().and_then(|e| e.constraint()), Some("invoice_once_a_period"));
}

#[sqlx::test(migrations = "../migrations")]
async fn a_void_renewal_is_not_billed_again(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let client = fixture.client("Harbor").await;
    fixture.subscribe(&client, &fixture.offer(Starts::AtOnce).await).await;
    fixture.wait(TimeDelta::days(31));
    renew_due(&fixture.db).await.unwrap();
    void(&fixture.db, &fixture.operator, fixture.bills(&client).await[1].id).await.unwrap();
    assert_eq!(renew_due(&fixture.db).await.unwrap(), 0);
    assert_eq!(fixture.bills(&client).await.len(), 2);
}

#[sqlx::test(migrations = "../migrations")]
async fn terms_as_sold_are_billed(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let client = fixture.client("Harbor").await;
    let offer = fixture.offer(Starts::AtOnce).await;
    fixture.subscribe(&client, &offer).await;
    let mut dearer = draft(Starts::AtOnce);
    dearer.terms.price.minor = 900_000;
    crate::offers::commands::update(&fixture.db, &fixture.operator, offer.id, &dearer).await.unwrap();
    fixture.wait(TimeDelta::days(31));
    renew_due(&fixture.db).await.unwrap();
    assert_eq!(fixture.bills(&client).await[1].total, offer.terms.price);
}
