//! Another plan now: what is left comes back to the second, and a new period begins.

use chrono::TimeDelta;
use sqlx::PgPool;

use crate::{
    Error,
    billing::{
        BalanceReason, InvoiceState, PlanChoice,
        commands::{PlanChange, change_now, choose, mark_paid, pause, preview_change, renew_due, resume},
        queries,
    },
    money::{Currency, Currency::USD, Money},
    offers::{self, Offer, Starts},
    testing::{Fixture, TestClient, draft},
};

async fn bigger(fixture: &Fixture, minor: i64, currency: Currency) -> Offer {
    let mut bigger = draft(Starts::AtOnce);
    bigger.name = "Four at a time".into();
    bigger.terms.price = Money::new(minor, currency);
    bigger.terms.active_limit = 4;
    let offer = offers::commands::create(&fixture.db, &fixture.operator, &bigger).await.unwrap();
    offers::commands::publish(&fixture.db, &fixture.operator, offer).await.unwrap();
    fixture.get_offer(offer).await
}

/// A client that has paid its first month, from 23 November to 23 December.
async fn paid(fixture: &Fixture) -> TestClient {
    let client = fixture.subscriber("Harbor").await;
    let first = fixture.bills(&client).await.remove(0);
    mark_paid(&fixture.db, &fixture.operator, first.id).await.unwrap();
    client
}

#[sqlx::test(migrations = "../migrations")]
async fn what_is_left_pays_the_new_plan_to_the_second(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let client = paid(&fixture).await;
    let offer = bigger(&fixture, 900_000, USD).await;
    fixture.wait(TimeDelta::days(10) + TimeDelta::seconds(1));
    let choice = PlanChoice::from(offer.id);
    let preview = preview_change(&fixture.db, &client.owner, client.id, choice).await.unwrap();
    let now = preview.now.unwrap();
    // 20 days less a second of 30 days that cost $5,000: a second is a fifth of a cent.
    assert_eq!(now.credit, Money::new(333_333, USD));
    assert_eq!((now.total.minor, now.due.minor), (900_000, 900_000 - 333_333));
    assert_eq!(change_now(&fixture.db, &client.owner, client.id, choice).await.unwrap(), PlanChange::Now);
    let held = fixture.held(&client).await;
    assert_eq!((held.name.as_str(), held.terms.active_limit), ("Four at a time", 4));
    assert_eq!(held.period.unwrap().0, fixture.db.now());
    let bills = fixture.bills(&client).await;
    assert_eq!(bills.len(), 2);
    assert_eq!((bills[1].state, bills[1].from_balance.minor), (InvoiceState::Issued, 333_333));
    let balance = queries::balance(&fixture.db, &client.owner, client.id).await.unwrap();
    assert_eq!(balance.sums, []);
    assert_eq!(balance.entries[1].reason, BalanceReason::PlanChange);
    // It goes on from there.
    mark_paid(&fixture.db, &fixture.operator, bills[1].id).await.unwrap();
    fixture.wait(held.period.unwrap().1 - fixture.db.now());
    renew_due(&fixture.db).await.unwrap();
    assert_eq!(fixture.bills(&client).await[2].total.minor, 900_000);
}

#[sqlx::test(migrations = "../migrations")]
async fn what_is_more_than_the_new_plan_costs_stays(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let client = paid(&fixture).await;
    let small = bigger(&fixture, 100_000, USD).await;
    fixture.wait(TimeDelta::days(15));
    change_now(&fixture.db, &fixture.operator, client.id, small.id.into()).await.unwrap();
    let bills = fixture.bills(&client).await;
    assert_eq!(bills[1].state, InvoiceState::Paid, "from what was left");
    let sums = queries::balance(&fixture.db, &client.owner, client.id).await.unwrap().sums;
    assert_eq!(sums, [Money::new(150_000, USD)]);
    fixture.wait(TimeDelta::days(31));
    renew_due(&fixture.db).await.unwrap();
    assert_eq!(fixture.bills(&client).await[2].state, InvoiceState::Paid, "the next one as well");
}

#[sqlx::test(migrations = "../migrations")]
async fn saved_time_is_worth_what_was_paid_for_it(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let client = paid(&fixture).await;
    let offer = bigger(&fixture, 900_000, USD).await;
    fixture.wait(TimeDelta::days(10));
    let held = fixture.held(&client).await;
    pause(&fixture.db, &client.owner, held.id).await.unwrap();
    let refused = change_now(&fixture.db, &client.owner, client.id, offer.id.into()).await;
    assert!(matches!(refused, Err(Error::Refused(_))), "saved time is kept: {refused:?}");
    fixture.wait(TimeDelta::days(100));
    resume(&fixture.db, &client.owner, held.id).await.unwrap();
    fixture.wait(TimeDelta::days(5));
    let preview = preview_change(&fixture.db, &client.owner, client.id, offer.id.into()).await.unwrap();
    assert_eq!(preview.now.unwrap().credit, Money::new(250_000, USD), "15 of 30 days");
}

#[sqlx::test(migrations = "../migrations")]
async fn a_change_waits_where_it_cannot_be_now(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let client = fixture.subscriber("Harbor").await;
    let (offer, euros) =
        (bigger(&fixture, 900_000, USD).await, bigger(&fixture, 900_000, Currency::EUR).await);
    fixture.wait(TimeDelta::days(3));
    let unpaid = preview_change(&fixture.db, &client.owner, client.id, offer.id.into()).await.unwrap();
    assert!(unpaid.now.unwrap_err().contains("Invoice 0001"));
    let first = fixture.bills(&client).await.remove(0);
    mark_paid(&fixture.db, &fixture.operator, first.id).await.unwrap();
    let other = preview_change(&fixture.db, &client.owner, client.id, euros.id.into()).await.unwrap();
    assert!(other.now.unwrap_err().contains("EUR"));
    assert_eq!(other.next_at, fixture.held(&client).await.period.map(|(_, end)| end));
    // What was agreed for the next period is let go of by a change now.
    assert_eq!(choose(&fixture.db, &client.owner, client.id, euros.id).await.unwrap(), PlanChange::Next);
    change_now(&fixture.db, &client.owner, client.id, offer.id.into()).await.unwrap();
    assert_eq!(fixture.held(&client).await.next_offer, None);
    for scope in [&client.member, &fixture.client("Cedar").await.owner] {
        let refused = change_now(&fixture.db, scope, client.id, offer.id.into()).await;
        assert!(matches!(refused, Err(Error::NotFound)), "{refused:?}");
    }
}
