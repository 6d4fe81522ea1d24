//! A process that dies between any two steps: whatever was charged is on the books once.

use std::{future::Future, pin::Pin, task::Poll};

use sqlx::PgPool;

use super::Counter;
use crate::payments::commands;

/// Polls a future so many times and drops it then, as a process that is killed does. Whether it came to its end.
async fn die_after<T>(mut polls: u32, future: impl Future<Output = T>) -> Option<T> {
    let mut future: Pin<Box<dyn Future<Output = T> + '_>> = Box::pin(future);
    std::future::poll_fn(move |context| {
        if polls == 0 {
            return Poll::Ready(None);
        }
        polls -= 1;
        future.as_mut().poll(context).map(Some)
    })
    .await
}

#[sqlx::test(migrations = "../migrations")]
async fn no_charge_is_without_its_record_and_none_is_made_twice(pool: PgPool) {
    let at = Counter::new(&pool).await;
    let db = &at.fixture.db;
    let mut seed: u32 =
        std::env::var("THROUGHLINE_FAULT_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1_789);
    let rounds: u32 =
        std::env::var("THROUGHLINE_PAYMENT_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(200);
    let (client, first) = at.buyer("Harbor").await;
    let page = commands::open_checkout(db, &client.billing, &at.provider, first, &at.urls()).await.unwrap();
    at.provider.pay(&page.reference);
    at.jobs().await;
    for round in 0..rounds {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let lines =
            vec![crate::billing::InvoiceLine { what: "Extra work".into(), minor: 1_000 + i64::from(round) }];
        let draft = crate::billing::InvoiceDraft {
            lines,
            currency: crate::money::Currency::USD,
            note: String::new(),
        };
        let invoice =
            crate::billing::commands::draft(db, &at.fixture.operator, client.id, &draft).await.unwrap();
        crate::billing::commands::issue(db, &at.fixture.operator, invoice).await.unwrap();
        let charge = commands::charge_card_on_file(db, &client.billing, &at.provider, invoice, true);
        drop(die_after(1 + (seed >> 8) % 40, charge).await);
        // Another process comes, and dies as well.
        at.fixture.wait(chrono::TimeDelta::minutes(3));
        drop(die_after(1 + (seed >> 16) % 40, commands::go_on(db, &at.provider)).await);
        at.jobs().await;
        // Whoever died before anything was stored presses again.
        drop(commands::charge_card_on_file(db, &client.billing, &at.provider, invoice, true).await);
        assert!(at.is_paid(invoice).await, "round {round}");
    }
    let charged: i64 = at.provider.charged().iter().map(|charge| charge.amount.minor).sum();
    assert_eq!(at.provider.charged().len(), rounds as usize + 1);
    assert_eq!(at.kept_minor().await, charged);
}
