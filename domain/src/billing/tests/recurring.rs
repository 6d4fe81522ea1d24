use chrono::TimeDelta;
use sqlx::PgPool;

use crate::{
    Error,
    billing::{
        commands::{end_now, pause, resume},
        queries::recurring,
    },
    money::{Currency, Money},
    offers::{Interval, Starts},
    testing::Ground,
};

#[sqlx::test(migrations = "../migrations")]
async fn revenue_is_counted_while_it_comes_in(pool: PgPool) {
    let ground = Ground::new(&pool).await;
    let (monthly, yearly, foreign) =
        (ground.client("Harbor").await, ground.client("Cedar").await, ground.client("Willow").await);
    let mut offer = ground.offer(Starts::AtOnce).await;
    let first = ground.subscribe(&monthly, &offer).await;
    // Harbor works in November, is paused over the end of December, and works again in January.
    ground.wait(TimeDelta::days(20));
    pause(&ground.db, &monthly.owner, first).await.unwrap();
    ground.wait(TimeDelta::days(30));
    resume(&ground.db, &monthly.owner, first).await.unwrap();
    offer.terms.price = Money::new(1_200_000, Currency::USD);
    offer.terms.interval = Interval::Year;
    ground.subscribe(&yearly, &offer).await;
    offer.terms.price = Money::new(30_000, Currency::EUR);
    offer.terms.interval = Interval::Quarter;
    ground.subscribe(&foreign, &offer).await;
    let told = recurring(&ground.db, &ground.operator).await.unwrap();
    assert_eq!(told.months.len(), 12);
    let last: Vec<(String, i64)> = told.months[8..]
        .iter()
        .map(|month| (month.first.format("%Y-%m").to_string(), month.amount.minor))
        .collect();
    let expected = [("2026-10", 0), ("2026-11", 500_000), ("2026-12", 0), ("2027-01", 600_000)];
    assert_eq!(last, expected.map(|(month, minor)| (month.to_owned(), minor)));
    assert_eq!(told.others, [Money::new(10_000, Currency::EUR)]);
    end_now(&ground.db, &ground.operator, first).await.unwrap();
    let told = recurring(&ground.db, &ground.operator).await.unwrap();
    assert_eq!(told.now(), Some(Money::new(100_000, Currency::USD)));
    assert!(matches!(recurring(&ground.db, &monthly.owner).await, Err(Error::NotFound)));
}

#[sqlx::test(migrations = "../migrations")]
async fn what_waits_for_payment_is_no_revenue_yet(pool: PgPool) {
    let ground = Ground::new(&pool).await;
    ground.subscribe(&ground.client("Harbor").await, &ground.offer(Starts::OnPayment).await).await;
    let told = recurring(&ground.db, &ground.operator).await.unwrap();
    assert_eq!(told.now(), Some(Money::zero(Currency::USD)));
}
