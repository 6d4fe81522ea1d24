//! What the portal does to money by itself stands in the audit log, in its own name.

use chrono::TimeDelta;
use sqlx::PgPool;

use crate::{
    audit::{self, AuditQuery},
    billing::{
        commands::{self, renew_due},
        words,
    },
    offers::Starts,
    testing::Fixture,
};

/// What the portal did, oldest first: the verb and what it was done to.
async fn portal_deeds(fixture: &Fixture) -> Vec<(String, String)> {
    let own = AuditQuery { who: Some("The portal".into()), ..AuditQuery::default() };
    let page = audit::queries::list(&fixture.db, &fixture.operator, &own).await.unwrap();
    page.entries.into_iter().rev().map(|entry| (entry.what, entry.target)).collect()
}

fn verbs(told: &[(String, String)]) -> Vec<&str> {
    told.iter().map(|(what, _)| what.as_str()).collect()
}

#[sqlx::test(migrations = "../migrations")]
async fn renewals_and_ends_are_told(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let client = fixture.client("Harbor").await;
    let subscription = fixture.subscribe(&client, &fixture.offer(Starts::AtOnce).await).await;
    assert_eq!(
        verbs(&portal_deeds(&fixture).await),
        ["issue_invoice"],
        "the first invoice goes out by itself"
    );
    fixture.wait(TimeDelta::days(31));
    renew_due(&fixture.db).await.unwrap();
    let log = portal_deeds(&fixture).await;
    assert_eq!(verbs(&log), ["issue_invoice", "renew_subscription", "issue_invoice"]);
    assert_eq!(log[1].1, "Harbor, Two at a time");
    assert!(log[2].1.starts_with(&words::number(2)) && log[2].1.contains("Harbor, $5,000"), "{log:?}");
    assert_ne!(log[0].1, log[2].1, "each by its number");
    commands::end_with_period(&fixture.db, &client.owner, subscription, true).await.unwrap();
    fixture.wait(TimeDelta::days(31));
    renew_due(&fixture.db).await.unwrap();
    assert_eq!(verbs(&portal_deeds(&fixture).await)[3..], ["end_subscription"]);
    renew_due(&fixture.db).await.unwrap();
    assert_eq!(portal_deeds(&fixture).await.len(), 4, "once");
}

#[sqlx::test(migrations = "../migrations")]
async fn an_invoice_that_goes_with_its_subscription_is_told(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let client = fixture.client("Harbor").await;
    let subscription = fixture.subscribe(&client, &fixture.offer(Starts::OnPayment).await).await;
    commands::end_now(&fixture.db, &fixture.operator, subscription).await.unwrap();
    assert_eq!(verbs(&portal_deeds(&fixture).await), ["issue_invoice", "void_invoice"]);
}

#[sqlx::test(migrations = "../migrations")]
async fn what_is_held_back_and_goes_out_later_is_told_both_times(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let client = fixture.client("Harbor").await;
    let parties = "UPDATE workspace SET bill_from = ''";
    sqlx::query(parties).execute(&pool).await.unwrap();
    fixture.subscribe(&client, &fixture.offer(Starts::AtOnce).await).await;
    assert_eq!(verbs(&portal_deeds(&fixture).await), ["hold_back_invoice"]);
    sqlx::query("UPDATE workspace SET bill_from = 'Northlight, 1 Quay Street'").execute(&pool).await.unwrap();
    let mut tx = fixture.db.begin(&fixture.operator).await.unwrap();
    commands::issue_held_in(&mut tx, &fixture.operator, None).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(verbs(&portal_deeds(&fixture).await), ["hold_back_invoice", "issue_invoice"]);
}
