mod balance;
mod books;
mod changing;
mod choosing;
mod credits;
mod invoices;
mod newcomers;
mod parties;
mod pausing;
mod pressed_at_once;
mod recurring;
mod renewing;
mod selling;
mod stories;
mod subscribing;
mod taxes;
mod told;

use chrono::{DateTime, TimeDelta, Utc};

use super::queries;
use crate::{
    billing::{Invoice, Subscription, SubscriptionState},
    testing::{Fixture, TestClient},
};

impl Fixture {
    /// What a client holds.
    async fn held(&self, client: &TestClient) -> Subscription {
        queries::find_subscription(&self.db, &self.operator, client.id).await.unwrap().unwrap()
    }

    /// A client's invoices, oldest first.
    async fn bills(&self, client: &TestClient) -> Vec<Invoice> {
        let list = queries::list(&self.db, &self.operator, Some(client.id), queries::InvoiceFilter::All, 1)
            .await
            .unwrap();
        list.invoices.into_iter().rev().collect()
    }
}

/// What is left to be used of the time that was sold: of the running period, or what a pause keeps.
fn time_left(held: &Subscription, now: DateTime<Utc>) -> TimeDelta {
    match held.period {
        Some((_, end)) if held.state == SubscriptionState::Active => end - now,
        _ => TimeDelta::seconds(held.banked_seconds),
    }
}
