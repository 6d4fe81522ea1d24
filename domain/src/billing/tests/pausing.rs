use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgPool;
use tokio::task::JoinSet;

use crate::{
    Error,
    billing::{
        SubscriptionState,
        commands::{end_now, end_with_period, pause, renew_due, resume},
        queries,
    },
    offers::Starts,
    testing::{Fixture, start},
};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

#[sqlx::test(migrations = "../migrations")]
async fn a_pause_banks_to_the_second_and_gives_it_back(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let client = fixture.client("Harbor").await;
    let subscription = fixture.subscribe(&client, &fixture.offer(Starts::AtOnce).await).await;
    // 21 days used, 9 days and a second left of the 30 until 23 December.
    fixture.wait(TimeDelta::days(21) - TimeDelta::seconds(1));
    pause(&fixture.db, &client.billing, subscription).await.unwrap();
    let held = fixture.held(&client).await;
    assert_eq!((held.state, held.banked_seconds), (SubscriptionState::Paused, 9 * 86_400 + 1));
    fixture.wait(TimeDelta::days(100));
    assert_eq!(renew_due(&fixture.db).await.unwrap(), 0, "what is paused is not renewed");
    resume(&fixture.db, &client.owner, subscription).await.unwrap();
    let held = fixture.held(&client).await;
    let now = fixture.db.now();
    assert_eq!(held.period, Some((now, now + TimeDelta::seconds(9 * 86_400 + 1))));
    assert_eq!((held.state, held.banked_seconds, held.paused_at), (SubscriptionState::Active, 0, None));
    assert_eq!(fixture.bills(&client).await.len(), 1, "the banked days are paid for");
    let ledger = queries::list_pauses(&fixture.db, &client.owner, &held).await.unwrap();
    assert_eq!(ledger.len(), 1);
    assert_eq!((ledger[0].banked_seconds, ledger[0].to), (9 * 86_400 + 1, Some(now)));
}

#[sqlx::test(migrations = "../migrations")]
async fn after_the_banked_days_the_next_period_is_billed(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let client = fixture.client("Harbor").await;
    let subscription = fixture.subscribe(&client, &fixture.offer(Starts::AtOnce).await).await;
    fixture.wait(TimeDelta::days(20));
    pause(&fixture.db, &client.owner, subscription).await.unwrap();
    fixture.wait(TimeDelta::days(5));
    resume(&fixture.db, &client.owner, subscription).await.unwrap();
    assert_eq!(fixture.held(&client).await.period.unwrap().1, at("2026-12-28T08:00:00Z"));
    fixture.wait(TimeDelta::days(10));
    assert_eq!(renew_due(&fixture.db).await.unwrap(), 1);
    let held = fixture.held(&client).await;
    assert_eq!(held.period, Some((at("2026-12-28T08:00:00Z"), at("2027-01-28T08:00:00Z"))));
    assert_eq!(fixture.bills(&client).await[1].period, held.period);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_pause_past_the_end_first_pays_the_period_that_runs(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let client = fixture.client("Harbor").await;
    let subscription = fixture.subscribe(&client, &fixture.offer(Starts::AtOnce).await).await;
    fixture.wait(at("2026-12-24T08:00:00Z") - start());
    pause(&fixture.db, &client.owner, subscription).await.unwrap();
    assert_eq!(fixture.held(&client).await.banked_seconds, 30 * 86_400);
    assert_eq!(fixture.bills(&client).await.len(), 2);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_pause_at_the_last_instant_keeps_nothing_and_resuming_bills(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let client = fixture.client("Harbor").await;
    let subscription = fixture.subscribe(&client, &fixture.offer(Starts::AtOnce).await).await;
    fixture.wait(at("2026-12-23T08:00:00Z") - start() - TimeDelta::milliseconds(1));
    pause(&fixture.db, &client.owner, subscription).await.unwrap();
    assert_eq!(fixture.held(&client).await.banked_seconds, 0, "part of a second is not given");
    fixture.wait(TimeDelta::days(40));
    resume(&fixture.db, &client.owner, subscription).await.unwrap();
    assert_eq!(
        fixture.bills(&client).await.len(),
        2,
        "nothing was kept, so the next period is billed at once"
    );
    fixture.wait(TimeDelta::seconds(1));
    assert_eq!(renew_due(&fixture.db).await.unwrap(), 0);
}

#[sqlx::test(migrations = "../migrations")]
async fn ten_who_pause_at_once_bank_once(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let client = fixture.client("Harbor").await;
    let subscription = fixture.subscribe(&client, &fixture.offer(Starts::AtOnce).await).await;
    fixture.wait(TimeDelta::days(10));
    let mut tasks = JoinSet::new();
    for i in 0..10 {
        let (db, scope) =
            (fixture.db.clone(), if i % 2 == 0 { client.owner.clone() } else { fixture.operator.clone() });
        tasks.spawn(async move { pause(&db, &scope, subscription).await.is_ok() });
    }
    let won = tasks.join_all().await.into_iter().filter(|won| *won).count();
    let held = fixture.held(&client).await;
    let ledger = queries::list_pauses(&fixture.db, &fixture.operator, &held).await.unwrap();
    assert_eq!((won, ledger.len(), held.banked_seconds), (1, 1, 20 * 86_400));
}

#[sqlx::test(migrations = "../migrations")]
async fn who_may_not_see_bills_may_not_pause(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let (client, other) = (fixture.client("Harbor").await, fixture.client("Cedar").await);
    let subscription = fixture.subscribe(&client, &fixture.offer(Starts::AtOnce).await).await;
    let stranger = Fixture::beside(&fixture.db, &pool).await.operator;
    for scope in [&client.member, &other.owner, &stranger] {
        for done in [
            pause(&fixture.db, scope, subscription).await.map(drop),
            resume(&fixture.db, scope, subscription).await,
            end_with_period(&fixture.db, scope, subscription, true).await,
            end_now(&fixture.db, scope, subscription).await,
        ] {
            assert!(matches!(done, Err(Error::NotFound)), "{scope:?}: {done:?}");
        }
    }
    assert!(matches!(end_now(&fixture.db, &client.owner, subscription).await, Err(Error::Refused(_))));
    assert_eq!(fixture.held(&client).await.state, SubscriptionState::Active);
}

#[sqlx::test(migrations = "../migrations")]
async fn it_ends_with_the_period_that_is_paid_for(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let client = fixture.client("Harbor").await;
    let subscription = fixture.subscribe(&client, &fixture.offer(Starts::AtOnce).await).await;
    end_with_period(&fixture.db, &client.owner, subscription, true).await.unwrap();
    let Err(Error::Refused(reason)) = pause(&fixture.db, &client.owner, subscription).await else {
        panic!("paused")
    };
    assert_eq!(
        reason,
        "It’s set to end on 23 December 2026. To pause it instead, keep the subscription first."
    );
    assert_eq!(fixture.held(&client).await.state, SubscriptionState::Active);
    fixture.wait(TimeDelta::days(45));
    renew_due(&fixture.db).await.unwrap();
    let held = fixture.held(&client).await;
    assert_eq!((held.state, held.ended_at), (SubscriptionState::Ended, Some(at("2026-12-23T08:00:00Z"))));
    assert_eq!(fixture.bills(&client).await.len(), 1);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_client_may_end_what_is_paused(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let client = fixture.client("Harbor").await;
    let subscription = fixture.subscribe(&client, &fixture.offer(Starts::AtOnce).await).await;
    pause(&fixture.db, &client.owner, subscription).await.unwrap();
    end_now(&fixture.db, &client.owner, subscription).await.unwrap();
    let held = fixture.held(&client).await;
    let ledger = queries::list_pauses(&fixture.db, &fixture.operator, &held).await.unwrap();
    assert_eq!((held.state, ledger[0].to), (SubscriptionState::Ended, Some(fixture.db.now())));
}
