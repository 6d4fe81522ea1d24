mod dying;
mod paying;

use super::{ConnectInput, PaymentUrls, commands};
use crate::{
    billing::{Invoice, InvoiceState, queries},
    ids::InvoiceId,
    offers::Starts,
    testing::{Fixture, TestClient, payments::StandIn},
};

/// A workspace that takes cards.
struct Counter {
    fixture: Fixture,
    provider: StandIn,
}

impl Counter {
    async fn new(pool: &sqlx::PgPool) -> Self {
        let fixture = Fixture::new(pool).await;
        let provider = StandIn::new(fixture.db.clock().clone());
        let input = ConnectInput { key: "rk_test".to_owned(), webhook_secret: String::new() };
        commands::connect(&fixture.db, &fixture.operator, &provider, input).await.unwrap();
        Self { fixture, provider }
    }

    /// A client whose first invoice of $5,000 is not paid, and that invoice.
    async fn buyer(&self, name: &str) -> (TestClient, InvoiceId) {
        let client = self.fixture.client(name).await;
        let offer = self.fixture.offer(Starts::OnPayment).await;
        self.fixture.subscribe(&client, &offer).await;
        let list = queries::list(
            &self.fixture.db,
            &self.fixture.operator,
            Some(client.id),
            queries::InvoiceFilter::All,
            1,
        );
        let invoice = list.await.unwrap().invoices[0].id;
        (client, invoice)
    }

    fn urls(&self) -> PaymentUrls {
        PaymentUrls {
            done_url: "https://portal.example/done".into(),
            back_url: "https://portal.example/back".into(),
        }
    }

    async fn invoice(&self, invoice: InvoiceId) -> Invoice {
        queries::get(&self.fixture.db, &self.fixture.operator, invoice).await.unwrap()
    }

    async fn is_paid(&self, invoice: InvoiceId) -> bool {
        self.invoice(invoice).await.state == InvoiceState::Paid
    }

    /// The jobs, as often as they take to come to rest.
    async fn jobs(&self) {
        for _ in 0..4 {
            commands::read_events(&self.fixture.db, &self.provider).await.unwrap();
            commands::go_on(&self.fixture.db, &self.provider).await.unwrap();
            self.fixture.wait(chrono::TimeDelta::minutes(3));
        }
    }

    /// What the workspace has of cards, less what went back, in minor units.
    async fn kept_minor(&self) -> i64 {
        sqlx::query_scalar(
            "SELECT (coalesce((SELECT sum(amount_minor) FROM payment WHERE method = 'card'), 0)
                     - coalesce((SELECT sum(amount_minor) FROM payment_refund WHERE state = 'succeeded'), 0))::bigint",
        )
        .fetch_one(&self.fixture.pool)
        .await
        .unwrap()
    }
}
