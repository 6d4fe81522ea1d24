use chrono::TimeDelta;
use sqlx::PgPool;
use tokio::task::JoinSet;

use super::{GOOD, count, mails, token, workspace};
use crate::{
    Error,
    accounts::{
        commands::{claims::Answers, create_operator, profile, resets, sign_in},
        sign_ins,
    },
    testing::Fixture,
};

const NEW: &str = "eleven quiet lamps";

async fn operator(fixture: &Fixture) -> &'static str {
    create_operator(&fixture.db, "olive@desk.test", "Olive Stone", Some(GOOD)).await.unwrap();
    "olive@desk.test"
}

#[sqlx::test(migrations = "../migrations")]
async fn a_link_sets_a_password_once_however_many_try(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let (space, email) = (workspace(&fixture).await, operator(&fixture).await);
    let person = sign_in(&fixture.db, space.id, email, GOOD, "").await.unwrap()[0].person;
    let browser = sign_ins::SignIn {
        data: serde_json::json!({}),
        agent: String::new(),
        expires_at: fixture.db.now() + TimeDelta::days(1),
    };
    sign_ins::create(&fixture.db, b"old", &browser, Some(person)).await.unwrap();
    resets::ask(&fixture.db, &space, email, "").await.unwrap();
    let link = token(&fixture, email).await;
    for _ in 0..3 {
        resets::open(&fixture.db, &link, "").await.expect("looking uses nothing up");
    }
    let mut tries = JoinSet::new();
    for _ in 0..6 {
        let (db, link, space) = (fixture.db.clone(), link.clone(), space.id);
        tries.spawn(async move { resets::set(&db, space, &link, NEW, Answers::NONE, "").await });
    }
    let done = tries.join_all().await;
    assert_eq!(done.iter().filter(|result| result.is_ok()).count(), 1);
    assert!(done.iter().all(|result| matches!(result, Ok(_) | Err(Error::NotFound))));
    assert!(sign_ins::load(&fixture.db, b"old").await.unwrap().is_none(), "everywhere else is signed out");
    assert!(sign_in(&fixture.db, space.id, email, GOOD, "").await.is_err());
    sign_in(&fixture.db, space.id, email, NEW, "").await.unwrap();
}

#[sqlx::test(migrations = "../migrations")]
async fn asking_answers_the_same_for_nobody(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let (space, email) = (workspace(&fixture).await, operator(&fixture).await);
    resets::ask(&fixture.db, &space, email, "").await.unwrap();
    resets::ask(&fixture.db, &space, "nobody@desk.test", "").await.unwrap();
    assert_eq!(mails(&fixture, "nobody@desk.test").await, []);
    assert!(matches!(resets::ask(&fixture.db, &space, "no address", "").await, Err(Error::Fields(_))));
    // Too often is too often for both.
    for email in [email, "nobody@desk.test"] {
        for _ in 0..4 {
            resets::ask(&fixture.db, &space, email, "").await.unwrap();
        }
        assert!(matches!(resets::ask(&fixture.db, &space, email, "").await, Err(Error::TooMany { .. })));
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn links_end_by_time_and_by_a_new_password(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let (space, email) = (workspace(&fixture).await, operator(&fixture).await);
    resets::ask(&fixture.db, &space, email, "").await.unwrap();
    let link = token(&fixture, email).await;
    fixture.wait(TimeDelta::minutes(61));
    assert!(matches!(resets::open(&fixture.db, &link, "").await, Err(Error::NotFound)));
    resets::ask(&fixture.db, &space, email, "").await.unwrap();
    let link = token(&fixture, email).await;
    let person = sign_in(&fixture.db, space.id, email, GOOD, "").await.unwrap()[0].person;
    let wrong = profile::change_password(&fixture.db, person, "not the old one", NEW, b"here").await;
    assert!(matches!(wrong, Err(Error::Fields(_))));
    profile::change_password(&fixture.db, person, GOOD, NEW, b"here").await.unwrap();
    assert!(matches!(
        resets::set(&fixture.db, space.id, &link, GOOD, Answers::NONE, "").await,
        Err(Error::NotFound)
    ));
    let weak = profile::change_password(&fixture.db, person, NEW, "olivestone1", b"here").await;
    assert!(matches!(weak, Err(Error::Fields(errors)) if errors.of("password").is_some()));
}

#[sqlx::test(migrations = "../migrations")]
async fn no_token_is_kept_as_it_is(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let path = create_operator(&fixture.db, "olive@desk.test", "Olive Stone", None).await.unwrap();
    let link = path.strip_prefix("/reset/").unwrap();
    resets::open(&fixture.db, link, "").await.unwrap();
    let kept: Vec<u8> =
        sqlx::query_scalar("SELECT token_hash FROM password_reset").fetch_one(&pool).await.unwrap();
    assert_ne!(kept, link.as_bytes());
    assert_eq!(count(&fixture, "SELECT count(*) FROM password_reset").await, 1);
}
