use serde_json::{Value, json};
use sqlx::PgPool;

use super::{Call, clear, once};
use crate::{
    Error, Result, Scope,
    audit::{self, ActedThrough, AuditOutcome, AuditQuery, NewEntry},
    clients::{self, ClientFilter, NewClient},
    testing::Fixture,
    tokens::{self, NewToken, Right},
};

async fn program(fixture: &Fixture) -> (Scope, ActedThrough) {
    let new = NewToken { name: "Atlas".into(), agent: None, client: None, rights: vec![Right::Write] };
    let (token, text) = tokens::commands::create(&fixture.db, &fixture.operator, new).await.unwrap();
    let scope = tokens::commands::authenticate(&fixture.db, &text).await.unwrap().scope;
    (scope, ActedThrough { token: Some(token), ip: Some([192, 0, 2, 7].into()) })
}

async fn create(
    fixture: &Fixture,
    scope: &Scope,
    by: &ActedThrough,
    key: Option<&str>,
    name: &str,
) -> Result<Value> {
    let arguments = json!({ "name": name });
    let call = Call { by, what: "create_client", key, arguments: &arguments };
    let scope_too = scope.clone();
    once(&fixture.db, scope, call, async move |db| {
        let new = NewClient { name: name.to_owned(), ..NewClient::default() };
        let id = clients::commands::create(&db, &scope_too, &new).await?;
        // It sees what it has just done.
        let made = clients::queries::get(&db, &scope_too, id).await?;
        Ok((json!({ "client": id, "name": made.name }), NewEntry::done("create_client", made.name).of(id)))
    })
    .await
}

async fn clients(fixture: &Fixture) -> u64 {
    clients::queries::list(&fixture.db, &fixture.operator, "", ClientFilter::Here, 0).await.unwrap().all
}

async fn log(fixture: &Fixture) -> Vec<(String, AuditOutcome, String)> {
    // The token that is made for the test is in the log, too.
    let calls = AuditQuery { what: Some("create_client".to_owned()), ..AuditQuery::default() };
    let page = audit::queries::list(&fixture.db, &fixture.operator, &calls).await.unwrap();
    page.entries.into_iter().rev().map(|entry| (entry.target, entry.outcome, entry.who)).collect()
}

#[sqlx::test(migrations = "../migrations")]
async fn the_same_call_is_done_once_and_answered_the_same(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let (scope, by) = program(&fixture).await;
    let all = futures_join(&fixture, &scope, &by).await;
    assert!(all.iter().all(|answer| *answer == all[0]), "{all:?}");
    assert_eq!(clients(&fixture).await, 1);
    assert_eq!(log(&fixture).await, [("Acme".into(), AuditOutcome::Done, "Atlas".into())]);
    let other = create(&fixture, &scope, &by, Some("k1"), "Bolt").await;
    assert!(
        matches!(&other, Err(Error::Fields(fields)) if fields.of("idempotency_key").is_some()),
        "{other:?}"
    );
    // Another token's key is another key, and without one nothing is told apart.
    let (scope, by) = program(&fixture).await;
    create(&fixture, &scope, &by, Some("k1"), "Bolt").await.unwrap();
    create(&fixture, &scope, &by, None, "Cask").await.unwrap();
    assert_eq!(clients(&fixture).await, 3);
}

async fn futures_join(fixture: &Fixture, scope: &Scope, by: &ActedThrough) -> Vec<Value> {
    let one = || create(fixture, scope, by, Some("k1"), "Acme");
    let (a, b, c) = tokio::join!(one(), one(), one());
    vec![a.unwrap(), b.unwrap(), c.unwrap()]
}

#[sqlx::test(migrations = "../migrations")]
async fn what_is_refused_is_undone_audited_and_may_be_tried_again(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let (scope, by) = program(&fixture).await;
    let refused = create(&fixture, &scope, &by, Some("k1"), "").await;
    assert!(matches!(refused, Err(Error::Fields(_))));
    let arguments = json!({});
    let call = Call { by: &by, what: "create_client", key: Some("k2"), arguments: &arguments };
    let own = scope.clone();
    let halfway = once(&fixture.db, &scope, call, async move |db| {
        let new = NewClient { name: "Acme".into(), ..NewClient::default() };
        clients::commands::create(&db, &own, &new).await?;
        Err(Error::refused("No."))
    })
    .await;
    assert!(matches!(halfway, Err(Error::Refused(_))));
    assert_eq!(clients(&fixture).await, 0);
    create(&fixture, &scope, &by, Some("k2"), "Acme").await.unwrap();
    let outcomes: Vec<_> = log(&fixture).await.into_iter().map(|(_, outcome, _)| outcome).collect();
    assert_eq!(outcomes, [AuditOutcome::Refused, AuditOutcome::Refused, AuditOutcome::Done]);
}

#[sqlx::test(migrations = "../migrations")]
async fn the_log_is_added_to_and_never_changed(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let (scope, by) = program(&fixture).await;
    for name in ["Acme", "Bolt", "Cask"] {
        create(&fixture, &scope, &by, None, name).await.unwrap();
    }
    for sql in ["UPDATE audit SET who = 'x'", "TRUNCATE audit"] {
        let mut tx = fixture.db.begin(&fixture.operator).await.unwrap();
        let error = sqlx::query(sql).execute(tx.conn()).await.unwrap_err();
        assert!(error.to_string().contains("permission denied"), "{sql}: {error}");
    }
    // Only what is about a client that is being erased may go, and none is.
    let mut tx = fixture.db.begin(&fixture.operator).await.unwrap();
    let gone = sqlx::query("DELETE FROM audit").execute(tx.conn()).await.unwrap();
    assert_eq!(gone.rows_affected(), 0);
    tx.commit().await.unwrap();
    let wanted = |who: &str, what: &str| AuditQuery {
        who: Some(who.to_owned()),
        what: Some(what.to_owned()),
        before: None,
    };
    let mine = wanted("Atlas", "create_client");
    let page = audit::queries::list(&fixture.db, &fixture.operator, &mine).await.unwrap();
    assert_eq!(page.entries.len(), 3);
    assert_eq!(page.entries[0].ip.as_deref(), Some("192.0.2.7"));
    let older = AuditQuery { before: Some(page.entries[0].id), ..mine.clone() };
    assert_eq!(audit::queries::list(&fixture.db, &fixture.operator, &older).await.unwrap().entries.len(), 2);
    for nothing in [wanted("Nobody", "create_client"), wanted("Atlas", "archive_client")] {
        assert_eq!(audit::queries::list(&fixture.db, &fixture.operator, &nothing).await.unwrap().entries, []);
    }
    let names = audit::queries::names(&fixture.db, &fixture.operator).await.unwrap();
    let both = |one: &str, other: &str| vec![one.to_owned(), other.to_owned()];
    assert_eq!(names, (both("Atlas", "Operator"), both("create_client", "create_token")));
    let client = fixture.client("Hill Insurance").await;
    assert!(matches!(
        audit::queries::list(&fixture.db, &client.owner, &AuditQuery::default()).await,
        Err(Error::NotFound)
    ));
}

#[sqlx::test(migrations = "../migrations")]
async fn old_answers_are_forgotten(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let (scope, by) = program(&fixture).await;
    create(&fixture, &scope, &by, Some("k1"), "Acme").await.unwrap();
    fixture.wait(chrono::TimeDelta::days(31));
    create(&fixture, &scope, &by, Some("k2"), "Bolt").await.unwrap();
    clear(&fixture.db).await.unwrap();
    let left: Vec<String> = sqlx::query_scalar("SELECT key FROM token_call").fetch_all(&pool).await.unwrap();
    assert_eq!(left, ["k2"]);
}
