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

use super::queries;
use crate::{
    billing::{Invoice, Subscription},
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
