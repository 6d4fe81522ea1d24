//! The rules of getting in, against a real Postgres.

mod claiming;
mod crowding;
mod inviting;
mod people;
mod resetting;
mod setting_up;
mod signing_in;
mod signing_up;
mod unused;

use sqlx::Row;

use crate::{
    accounts::Membership,
    testing::Fixture,
    workspaces::{Workspace, queries},
};

/// A password that passes.
const GOOD: &str = "nine green boats";

/// The workspace as pages know it.
async fn workspace(fixture: &Fixture) -> Workspace {
    let mut tx = fixture.db.begin_as(crate::SystemRole::Auth).await.unwrap();
    let workspace = queries::by_host_in(tx.conn(), "").await.unwrap().unwrap();
    tx.commit().await.unwrap();
    workspace
}

/// The mails to an address: subject and body, oldest first.
async fn mails(fixture: &Fixture, to: &str) -> Vec<(String, String)> {
    let rows = sqlx::query("SELECT subject, body FROM mail WHERE recipient = $1 ORDER BY created_at, id")
        .bind(to)
        .fetch_all(&fixture.pool)
        .await
        .unwrap();
    rows.iter().map(|row| (row.get(0), row.get(1))).collect()
}

/// The token of the link in the last mail to an address.
async fn token(fixture: &Fixture, to: &str) -> String {
    let (_, body) = mails(fixture, to).await.pop().expect("a mail was written");
    let link = body.split_once("{link:").expect("with a link").1.split_once('}').expect("that ends").0;
    link.rsplit_once('/').expect("of a path").1.to_owned()
}

/// One number from the database, past all scopes.
async fn count(fixture: &Fixture, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(&fixture.pool).await.unwrap()
}

/// What differs between places of two persons in the same position: nothing that a page shows.
fn shape(place: &Membership) -> (Option<String>, crate::Role, String) {
    (place.client.as_ref().map(|(_, name)| name.clone()), place.role, place.email.clone())
}
