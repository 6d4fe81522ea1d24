//! Who may have a client erased, when, and how it is called off.

use chrono::TimeDelta;
use sqlx::PgPool;

use crate::{
    Error, SystemRole,
    accounts::queries::all_memberships_in,
    clients::{self, commands::READABLE},
    erasures::{
        GRACE,
        commands::{cancel, carry_out_due, schedule},
        queries::{consequences, find},
    },
    files::store::{Store, inspect},
    testing::{Fixture, TestClient},
};

const NAME: &str = "Harbor & Pine";

async fn archived(fixture: &Fixture) -> TestClient {
    let client = fixture.client(NAME).await;
    clients::commands::archive(&fixture.db, &fixture.operator, client.id).await.unwrap();
    client
}

async fn mails(fixture: &Fixture, who: &crate::Scope) -> Vec<(String, String)> {
    sqlx::query_as(
        "SELECT subject, body FROM mail m JOIN person p ON p.email = m.recipient WHERE p.id = $1 ORDER BY m.id",
    )
    .bind(who.person().unwrap().0)
    .fetch_all(&fixture.pool)
    .await
    .unwrap()
}

#[sqlx::test(migrations = "../migrations")]
async fn only_an_operator_who_names_it_erases_a_client_that_left(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let (db, operator) = (&fixture.db, &fixture.operator);
    let here = fixture.client("Cedar").await;
    let why = schedule(db, operator, here.id, "Cedar").await;
    assert!(matches!(&why, Err(Error::Refused(why)) if why.contains("Archive it first")), "{why:?}");
    let client = archived(&fixture).await;
    for scope in [&client.owner, &client.member, &client.billing, &operator.within(client.id)] {
        assert!(matches!(schedule(db, scope, client.id, NAME).await, Err(Error::NotFound)));
        assert!(matches!(cancel(db, scope, client.id).await, Err(Error::NotFound)));
    }
    let stranger = Fixture::beside(db, &pool).await;
    assert!(matches!(schedule(db, &stranger.operator, client.id, NAME).await, Err(Error::NotFound)));
    for typed in ["", "harbor & pine", "Harbor"] {
        let Err(Error::Fields(errors)) = schedule(db, operator, client.id, typed).await else {
            panic!("“{typed}” is not its name")
        };
        assert!(errors.of("name").is_some());
    }
    assert!(find(db, operator, client.id).await.unwrap().is_none());
    let due = schedule(db, operator, client.id, " Harbor &  Pine ").await.unwrap();
    assert_eq!(due, db.now() + GRACE);
    fixture.wait(TimeDelta::days(3));
    assert_eq!(schedule(db, operator, client.id, NAME).await.unwrap(), due, "twice is once");
}

#[sqlx::test(migrations = "../migrations")]
async fn owners_are_told_and_it_is_called_off(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let (db, operator) = (&fixture.db, &fixture.operator);
    let folder = tempfile::tempdir().unwrap();
    let store = Store::folder(folder.path()).unwrap();
    inspect(db, &store).await.unwrap();
    let client = archived(&fixture).await;
    let comes_to = consequences(db, operator, client.id).await.unwrap();
    assert_eq!((comes_to.people, comes_to.invoices, comes_to.kept_until), (3, 0, None));
    assert_eq!(comes_to.readable_until, Some(db.now() + READABLE));
    schedule(db, operator, client.id, NAME).await.unwrap();
    let told = mails(&fixture, &client.owner).await;
    assert!(told[0].1.contains("download what is yours") && told[0].1.contains("23 Dec"), "{told:?}");
    assert!(mails(&fixture, &client.member).await.is_empty());
    let why = clients::commands::restore(db, operator, client.id).await;
    assert!(matches!(&why, Err(Error::Refused(why)) if why.contains("Keep it first")), "{why:?}");
    cancel(db, operator, client.id).await.unwrap();
    assert_eq!(mails(&fixture, &client.owner).await.len(), 2);
    fixture.wait(GRACE + GRACE);
    assert_eq!(carry_out_due(db, &store).await.unwrap(), 0);
    clients::commands::restore(db, operator, client.id).await.unwrap();
}

/// From its first step on nobody of the client's is let in, and it is too late.
#[sqlx::test(migrations = "../migrations")]
async fn once_begun_it_is_not_called_off(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let (db, operator) = (&fixture.db, &fixture.operator);
    let client = archived(&fixture).await;
    schedule(db, operator, client.id, NAME).await.unwrap();
    fixture.wait(GRACE);
    let target = crate::erasures::commands::due(db).await.unwrap()[0];
    assert!(crate::erasures::commands::begin(db, target).await.unwrap());
    let why = cancel(db, operator, client.id).await;
    assert!(matches!(&why, Err(Error::Refused(why)) if why.contains("too late")), "{why:?}");
    let mut tx = db.begin_as(SystemRole::Auth).await.unwrap();
    assert!(all_memberships_in(tx.conn(), client.owner.person().unwrap()).await.unwrap().is_empty());
    drop(tx);
    // Without the install's own file store it does not go on.
    let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    inspect(db, &Store::folder(folder.path()).unwrap()).await.unwrap();
    std::fs::write(other.path().join("install"), "another").unwrap();
    let foreign = carry_out_due(db, &Store::folder(other.path()).unwrap()).await;
    assert!(foreign.is_err(), "{foreign:?}");
    assert_eq!(carry_out_due(db, &Store::folder(folder.path()).unwrap()).await.unwrap(), 1);
}

/// The database deletes nobody's rows but those of a client that is being erased.
#[sqlx::test(migrations = "../migrations")]
async fn the_database_holds_what_is_not_being_erased(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let client = archived(&fixture).await;
    schedule(&fixture.db, &fixture.operator, client.id, NAME).await.unwrap();
    let mut tx = fixture.db.begin(&crate::Scope::system(fixture.workspace)).await.unwrap();
    for table in ["membership", "audit", "request", "client_erasure"] {
        let delete = format!("DELETE FROM {table}");
        let kept = table != "client_erasure";
        let done = sqlx::query(sqlx::AssertSqlSafe(delete)).execute(tx.conn()).await.unwrap();
        assert_eq!(done.rows_affected() == 0, kept, "{table}");
    }
}
