//! What to do when a secret leaks: a command each.

use std::{collections::HashMap, fs};

use app::web::PERSON_KEY;
use domain::{
    sealed::Keyring,
    tokens::{self, NewToken, Right},
};
use serde_json::json;
use server::sign_in_store::SignInStore;
use sqlx::PgPool;
use tower_sessions::{
    SessionStore,
    cookie::time::{Duration, OffsetDateTime},
    session::{Id, Record},
};

use super::drill::Furnished;
use super::place::ended;

async fn count_audited(pool: &PgPool, what: &str) -> i64 {
    let count = sqlx::query_scalar("SELECT count(*) FROM audit WHERE what = $1").bind(what);
    count.fetch_one(pool).await.unwrap()
}

#[sqlx::test(migrations = "../migrations")]
async fn the_sealing_key_is_replaced_under_a_running_server(pool: PgPool) {
    let from = Furnished::new(pool).await;
    let path = from.place.data().join("secret.key");
    let old = Keyring::parse(fs::read_to_string(&path).unwrap().trim()).unwrap();
    // A server reads the file for each secret.
    let now =
        || Keyring::parse(fs::read_to_string(from.place.data().join("secret.key")).unwrap().trim()).unwrap();

    let said = from.place.run(Some(&from.url), &["rotate", "sealing-key"]).await.well();
    assert!(said.contains("1 agents’ keys, 1 webhooks’ secrets"), "{said}");
    let (agents, hooks): (i64, i64) = sqlx::query_as(
        "SELECT (SELECT count(*) FROM agent_key WHERE key_id = $1), (SELECT count(*) FROM webhook WHERE key_id = $1)",
    )
    .bind(now().name())
    .fetch_one(&from.pool)
    .await
    .unwrap();
    assert_eq!((agents, hooks), (1, 1));
    assert_ne!(now().name(), old.name());
    from.opens(&now().newest()).await;
    assert_eq!(count_audited(&from.pool, "rotate_sealing_key").await, 1);
    from.place.run(Some(&from.url), &["rotate", "sealing-key"]).await.well();
    assert!(!now().has(old.name()), "the leaked one is gone");
    from.opens(&now().newest()).await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_sealing_key_in_the_environment_is_replaced_in_two_steps(pool: PgPool) {
    let from = Furnished::new(pool).await;
    let old = fs::read_to_string(from.place.data().join("secret.key")).unwrap();
    let with = |key: String| {
        let mut command = from.place.command(Some(&from.url), &["rotate", "sealing-key"]);
        command.env("THROUGHLINE_SECRET_KEY", key);
        command
    };
    let said = ended(with(old.clone())).await.well();
    assert!(said.contains("nothing was changed yet"), "{said}");
    let line = said.lines().find(|line| line.starts_with("THROUGHLINE_SECRET_KEY=")).unwrap();
    let new = line.strip_prefix("THROUGHLINE_SECRET_KEY=").unwrap().split(',').next().unwrap().to_owned();
    let said = ended(with(format!("{new},{old}"))).await.well();
    assert!(
        said.contains("1 agents’ keys, 1 webhooks’ secrets") && said.contains("take the old key out"),
        "{said}"
    );
    from.opens(&Keyring::parse(&new).unwrap()).await;
}

#[sqlx::test(migrations = "../migrations")]
async fn every_token_gets_a_new_text(pool: PgPool) {
    let from = Furnished::new(pool).await;
    let new =
        |name: &str| NewToken { name: name.into(), agent: None, client: None, rights: vec![Right::Read] };
    let (_, first) = tokens::commands::create(&from.db, from.operator(), new("Reports")).await.unwrap();
    let (revoked, gone) = tokens::commands::create(&from.db, from.operator(), new("Old one")).await.unwrap();
    tokens::commands::revoke(&from.db, from.operator(), revoked).await.unwrap();
    let said = from.place.run(Some(&from.url), &["rotate", "tokens"]).await.well();
    assert!(!said.contains("Old one"), "what was revoked stays so: {said}");
    let line = said.lines().find(|line| line.contains(": Reports")).unwrap_or_else(|| panic!("{said}"));
    let second = line.split_whitespace().next().unwrap();
    assert!(
        tokens::commands::authenticate(&from.db, &first).await.is_err()
            && tokens::commands::authenticate(&from.db, &gone).await.is_err()
    );
    let bearer = tokens::commands::authenticate(&from.db, second).await.unwrap();
    assert_eq!(
        (bearer.name.as_str(), bearer.may(Right::Read), bearer.may(Right::Write)),
        ("Reports", true, false)
    );
    assert_eq!(count_audited(&from.pool, "rotate_token").await, 1);
}

#[sqlx::test(migrations = "../migrations")]
async fn everybody_is_signed_out(pool: PgPool) {
    let from = Furnished::new(pool).await;
    let store = SignInStore(from.db.clone());
    let data = HashMap::from([(PERSON_KEY.to_owned(), json!(from.operator().person().unwrap()))]);
    let expiry_date = OffsetDateTime::now_utc() + Duration::days(400);
    let mut record = Record { id: Id::default(), data, expiry_date };
    store.create(&mut record).await.unwrap();
    assert!(store.load(&record.id).await.unwrap().is_some());
    let said = from.place.run(Some(&from.url), &["rotate", "sign-ins"]).await.well();
    assert!(said.contains("1 browsers were signed out"), "{said}");
    assert!(store.load(&record.id).await.unwrap().is_none());
    assert_eq!(count_audited(&from.pool, "rotate_sign_ins").await, 1);
}
