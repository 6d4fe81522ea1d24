use chrono::TimeDelta;
use sqlx::PgPool;

use crate::{
    Error,
    billing::{
        commands::{credit, end_now, end_with_period, mark_paid, pause, resume},
        queries::{Why, recurring},
    },
    money::{Currency, Money},
    offers::{Interval, Starts},
    testing::{Fixture, TestClient},
};

/// Pays all that a client owes.
async fn pay(fixture: &Fixture, client: &TestClient) {
    for bill in fixture.bills(client).await.iter().filter(|bill| bill.paid_at.is_none()) {
        mark_paid(&fixture.db, &fixture.operator, bill.id).await.unwrap();
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn revenue_is_counted_while_it_comes_in(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let (monthly, yearly, foreign) =
        (fixture.client("Harbor").await, fixture.client("Cedar").await, fixture.client("Willow").await);
    let mut offer = fixture.offer(Starts::AtOnce).await;
    let first = fixture.subscribe(&monthly, &offer).await;
    pay(&fixture, &monthly).await;
    // Harbor works in November, is paused over the end of December, and works again in January.
    fixture.wait(TimeDelta::days(20));
    pause(&fixture.db, &monthly.owner, first).await.unwrap();
    fixture.wait(TimeDelta::days(30));
    resume(&fixture.db, &monthly.owner, first).await.unwrap();
    offer.terms.price = Money::new(1_200_000, Currency::USD);
    offer.terms.interval = Interval::Year;
    fixture.subscribe(&yearly, &offer).await;
    pay(&fixture, &yearly).await;
    offer.terms.price = Money::new(30_000, Currency::EUR);
    offer.terms.interval = Interval::Quarter;
    fixture.subscribe(&foreign, &offer).await;
    pay(&fixture, &foreign).await;
    let told = recurring(&fixture.db, &fixture.operator).await.unwrap();
    assert_eq!(told.months.len(), 12);
    let last: Vec<(String, i64)> = told.months[8..]
        .iter()
        .map(|month| (month.first.format("%Y-%m").to_string(), month.amount.minor))
        .collect();
    let expected = [("2026-10", 0), ("2026-11", 500_000), ("2026-12", 0), ("2027-01", 600_000)];
    assert_eq!(last, expected.map(|(month, minor)| (month.to_owned(), minor)));
    assert_eq!(told.others, [Money::new(10_000, Currency::EUR)]);
    end_now(&fixture.db, &fixture.operator, first).await.unwrap();
    let told = recurring(&fixture.db, &fixture.operator).await.unwrap();
    assert_eq!(told.now(), Some(Money::new(100_000, Currency::USD)));
    assert!(matches!(recurring(&fixture.db, &monthly.owner).await, Err(Error::NotFound)));
}

#[sqlx::test(migrations = "../migrations")]
async fn what_is_not_paid_for_stands_beside_it_by_name(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let offer = fixture.offer(Starts::AtOnce).await;
    for n in 0..16 {
        fixture.subscribe(&fixture.client(&format!("Unpaid {n:02}")).await, &offer).await;
    }
    let waiting = fixture.client("Waiting").await;
    fixture.subscribe(&waiting, &fixture.offer(Starts::OnPayment).await).await;
    let (paid, ending, paused, credited) = (
        fixture.client("Paid").await,
        fixture.client("Ending").await,
        fixture.client("Paused").await,
        fixture.client("Credited").await,
    );
    let mut ids = Vec::new();
    for client in [&paid, &ending, &paused, &credited] {
        ids.push(fixture.subscribe(client, &offer).await);
        pay(&fixture, client).await;
    }
    end_with_period(&fixture.db, &ending.owner, ids[1], true).await.unwrap();
    pause(&fixture.db, &paused.owner, ids[2]).await.unwrap();
    credit(&fixture.db, &fixture.operator, fixture.bills(&credited).await[0].id).await.unwrap();
    let told = recurring(&fixture.db, &fixture.operator).await.unwrap();
    assert_eq!(told.now(), Some(Money::new(1_000_000, Currency::USD)), "paid, and paid until it ends");
    let of = |why: Why| -> Vec<&str> {
        told.beside.iter().filter(|one| one.why == why).map(|one| one.client_name.as_str()).collect()
    };
    assert_eq!((of(Why::Ending), of(Why::Paused)), (vec!["Ending"], vec!["Paused"]));
    assert_eq!(of(Why::Unpaid).len(), 18, "{:?}", of(Why::Unpaid));
    assert!(of(Why::Unpaid).contains(&"Credited") && of(Why::Unpaid).contains(&"Waiting"));
    assert!(told.beside.iter().all(|one| one.amount == Money::new(500_000, Currency::USD)));
}
