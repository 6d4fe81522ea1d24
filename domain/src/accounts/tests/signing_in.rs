use chrono::TimeDelta;
use sqlx::PgPool;
use tokio::task::JoinSet;

use super::GOOD;
use crate::{
    Error,
    accounts::{
        commands::{people, sign_in},
        limits::{self, Limit},
        passwords, queries, sign_ins,
    },
    ids::PersonId,
    testing::Fixture,
};

/// Gives a person an address and the good password.
async fn give(fixture: &Fixture, person: PersonId, email: &str) {
    sqlx::query("UPDATE person SET email = $2, password_hash = $3 WHERE id = $1")
        .bind(person.0)
        .bind(email)
        .bind(passwords::hash(passwords::HashPriority::Known, GOOD).await.unwrap())
        .execute(&fixture.pool)
        .await
        .unwrap();
}

#[sqlx::test(migrations = "../migrations")]
async fn an_unknown_address_and_a_wrong_password_read_the_same(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let house = fixture.client("Cedar").await;
    give(&fixture, house.member.person().unwrap(), "theo@cedar.test").await;
    let enter = async |email: &str, password: &str| {
        sign_in(&fixture.db, fixture.workspace, email, password, "").await
    };
    let wrong = enter("theo@cedar.test", "not the password").await.unwrap_err().to_string();
    assert_eq!(enter("nobody@cedar.test", GOOD).await.unwrap_err().to_string(), wrong);
    assert_eq!(enter("no address", GOOD).await.unwrap_err().to_string(), wrong);
    let places = enter(" Theo@Cedar.test ", GOOD).await.unwrap();
    assert_eq!(places[0].client.as_ref().map(|(id, _)| *id), Some(house.id));
    let elsewhere = Fixture::beside(&fixture.db, &pool).await;
    assert!(
        sign_in(&fixture.db, elsewhere.workspace, "theo@cedar.test", GOOD, "").await.is_err(),
        "no place in another workspace"
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn a_removed_member_is_out_at_once(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let house = fixture.client("Cedar").await;
    let theo = house.member.person().unwrap();
    give(&fixture, theo, "theo@cedar.test").await;
    let places = sign_in(&fixture.db, fixture.workspace, "theo@cedar.test", GOOD, "").await.unwrap();
    let arrive = async || {
        queries::arrive(&fixture.db, "", Some(theo), Some(places[0].membership)).await.unwrap().membership
    };
    assert!(arrive().await.is_some());
    people::remove(&fixture.db, &house.owner, places[0].membership).await.unwrap();
    assert_eq!(arrive().await, None);
    let refused = sign_in(&fixture.db, fixture.workspace, "theo@cedar.test", GOOD, "").await;
    assert!(matches!(refused, Err(Error::Refused(_))));
}

#[sqlx::test(migrations = "../migrations")]
async fn guesses_run_out_and_the_right_one_does_not_count(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let house = fixture.client("Cedar").await;
    give(&fixture, house.member.person().unwrap(), "theo@cedar.test").await;
    let enter = async |password: &str| {
        sign_in(&fixture.db, fixture.workspace, "theo@cedar.test", password, "203.0.113.7").await
    };
    for _ in 0..3 {
        enter(GOOD).await.unwrap();
    }
    for _ in 0..limits::SIGN_IN_PAIR.most {
        assert!(matches!(enter("a wrong one").await, Err(Error::Refused(_))));
    }
    let Err(Error::TooMany { retry_after }) = enter(GOOD).await else { panic!("the guesses have run out") };
    fixture.wait(TimeDelta::seconds(retry_after.into()));
    enter(GOOD).await.unwrap();
}

#[sqlx::test(migrations = "../migrations")]
async fn fifty_tries_at_once_are_all_counted(pool: PgPool) {
    const TEN: Limit = Limit { what: "test", minutes: 15, most: 10 };
    let fixture = Fixture::new(&pool).await;
    let mut tries = JoinSet::new();
    for _ in 0..50 {
        let db = fixture.db.clone();
        tries.spawn(async move { limits::hit(&db, TEN, "one").await.is_ok() });
    }
    assert_eq!(tries.join_all().await.into_iter().filter(|passed| *passed).count(), 10);
    limits::hit(&fixture.db, TEN, "another").await.unwrap();
}

#[sqlx::test(migrations = "../migrations")]
async fn browsers_are_listed_and_signed_out(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let house = fixture.client("Cedar").await;
    let (theo, rosa) = (house.member.person().unwrap(), house.owner.person().unwrap());
    let sign_in = || sign_ins::SignIn {
        data: serde_json::json!({}),
        agent: "Firefox/130".into(),
        expires_at: fixture.db.now() + TimeDelta::days(14),
    };
    for (key, person) in [(b"one", theo), (b"two", theo), (b"six", rosa)] {
        assert!(sign_ins::create(&fixture.db, key, &sign_in(), Some(person)).await.unwrap());
    }
    assert!(
        !sign_ins::create(&fixture.db, b"one", &sign_in(), Some(rosa)).await.unwrap(),
        "a key is nobody else's"
    );
    let list = sign_ins::list(&fixture.db, theo, Some(b"one")).await.unwrap();
    assert_eq!(list.iter().filter(|browser| browser.here).count(), 1);
    let foreign = sign_ins::list(&fixture.db, rosa, None).await.unwrap().remove(0).handle;
    assert!(matches!(sign_ins::revoke(&fixture.db, theo, &foreign).await, Err(Error::NotFound)));
    sign_ins::revoke_others(&fixture.db, theo, Some(b"one")).await.unwrap();
    assert!(sign_ins::load(&fixture.db, b"two").await.unwrap().is_none());
    // A request that was under way saves its data late: it stays signed out.
    sign_ins::save(&fixture.db, b"two", &sign_in(), Some(theo)).await.unwrap();
    assert!(sign_ins::load(&fixture.db, b"two").await.unwrap().is_none());
    assert!(sign_ins::load(&fixture.db, b"one").await.unwrap().is_some());
    fixture.wait(TimeDelta::days(91));
    assert!(sign_ins::load(&fixture.db, b"one").await.unwrap().is_none(), "ninety days are the longest");
}
