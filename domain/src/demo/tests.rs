use sqlx::PgPool;

use super::{PASSWORD, accounts, check_sign_in, fill, is_demo};
use crate::{
    Scope, SystemRole,
    accounts::{Membership, commands::sign_in},
    approvals,
    requests::{Column, queries::board},
    testing::bare,
    workspaces::queries::by_host_in,
};

#[sqlx::test(migrations = "../migrations")]
async fn everyone_in_the_demo_signs_in_and_each_business_is_at_another_point(pool: PgPool) {
    let db = bare(&pool).await;
    assert!(fill(&db).await.unwrap());
    let mut tx = db.begin_as(SystemRole::Auth).await.unwrap();
    let workspace = by_host_in(tx.conn(), "localhost").await.unwrap().unwrap();
    tx.commit().await.unwrap();
    let mut scopes: Vec<Scope> = Vec::new();
    for account in accounts() {
        let places = sign_in(&db, workspace.id, account.email, PASSWORD, "127.0.0.1").await.unwrap();
        scopes.extend(places.iter().map(Membership::scope));
    }
    assert_eq!(scopes.len(), accounts().len(), "each has one place");
    let cards = board(&db, &scopes[0], None).await.unwrap();
    let stands = |title: &str| cards.iter().find(|card| card.title.contains(title)).map(|card| card.column);
    assert_eq!(stands("intake calls"), Some(Column::InProgress));
    assert_eq!(stands("Phone script"), Some(Column::Review));
    assert_eq!(stands("Listing description"), Some(Column::Waiting));
    assert_eq!(stands("carriers"), Some(Column::UpNext));
    assert_eq!(stands("reminders"), Some(Column::Backlog));
    assert_eq!(stands("fee agreement"), Some(Column::Done));
}

/// On a Monday in the evening, when what was asked on the last working day was asked three days ago.
#[sqlx::test(migrations = "../migrations")]
async fn the_question_is_open_after_a_weekend(pool: PgPool) {
    let db = bare(&pool).await;
    db.clock().advance(chrono::Duration::hours(15));
    assert!(fill(&db).await.unwrap());
    let mut tx = db.begin_as(SystemRole::Auth).await.unwrap();
    let workspace = by_host_in(tx.conn(), "localhost").await.unwrap().unwrap();
    tx.commit().await.unwrap();
    let places = sign_in(&db, workspace.id, accounts()[0].email, PASSWORD, "127.0.0.1").await.unwrap();
    let open = approvals::queries::list_open(&db, &places[0].scope()).await.unwrap();
    let question = open.iter().find(|open| open.question.contains("the school")).expect("it is open");
    assert!(question.expires_at > db.now().timestamp_millis() + 86_400_000, "and will be for a day");
}

#[sqlx::test(migrations = "../migrations")]
async fn an_install_that_is_in_use_is_left_alone(pool: PgPool) {
    let db = bare(&pool).await;
    assert!(fill(&db).await.unwrap());
    assert!(!fill(&db).await.unwrap(), "it is told once");
    assert!(is_demo(&db).await.unwrap());
    check_sign_in(&db, "olga@northlight.test", true).await.unwrap();
    check_sign_in(&db, "someone@else.test", false).await.unwrap();
    assert!(check_sign_in(&db, " Olga@northlight.test", false).await.is_err(), "everyone knows the password");
}
