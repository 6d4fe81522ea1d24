//! Strangers who buy what starts at once.

use sqlx::PgPool;

use crate::{
    Scope,
    billing::{
        SubscriptionState,
        commands::{begin_unpaid, confirmed_in, mark_paid, sign_up_in},
    },
    offers::{Offer, Starts},
    testing::{Fixture, TestClient},
};

async fn signed_up(fixture: &Fixture, name: &str, offer: &Offer, network: &str) -> TestClient {
    let client = fixture.client(name).await;
    let scope = Scope::system(fixture.workspace);
    let mut tx = fixture.db.begin(&scope).await.unwrap();
    sign_up_in(&mut tx, &scope, client.id, (offer, None), network).await.unwrap();
    tx.commit().await.unwrap();
    client
}

async fn confirm(fixture: &Fixture, client: &TestClient) -> SubscriptionState {
    let mut tx = fixture.db.begin_as(crate::SystemRole::Auth).await.unwrap();
    confirmed_in(&mut tx, fixture.workspace, client.id).await.unwrap();
    tx.commit().await.unwrap();
    fixture.held(client).await.state
}

#[sqlx::test(migrations = "../migrations")]
async fn what_starts_at_once_waits_for_a_confirmed_address(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let offer = fixture.offer(Starts::AtOnce).await;
    let client = signed_up(&fixture, "Harbor", &offer, "192.0.2.7").await;
    assert_eq!(fixture.held(&client).await.state, SubscriptionState::AwaitingPayment);
    assert_eq!(confirm(&fixture, &client).await, SubscriptionState::Active);
    let (held, bill) = (fixture.held(&client).await, fixture.bills(&client).await.remove(0));
    assert_eq!(bill.period, held.period, "the invoice bills the period that began");
    let limit = async || -> Option<i64> {
        sqlx::query_scalar("SELECT micros FROM cost_limit WHERE client_id = $1")
            .bind(client.id.0)
            .fetch_optional(&pool)
            .await
            .unwrap()
    };
    assert_eq!(limit().await, Some(5_000_000), "what it may cost unpaid");
    mark_paid(&fixture.db, &fixture.operator, bill.id).await.unwrap();
    assert_eq!(limit().await, None, "who has paid is no newcomer");
    assert_eq!(fixture.held(&client).await.period, held.period);
}

#[sqlx::test(migrations = "../migrations")]
async fn few_of_one_network_are_worked_for_unpaid(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let offer = fixture.offer(Starts::AtOnce).await;
    let mut states = Vec::new();
    let mut clients = Vec::new();
    for n in 0..4 {
        let client = signed_up(&fixture, &format!("Client {n}"), &offer, "192.0.2.7").await;
        states.push(confirm(&fixture, &client).await);
        clients.push(client);
    }
    use SubscriptionState::{Active, AwaitingPayment};
    assert_eq!(states, [Active, Active, AwaitingPayment, AwaitingPayment]);
    let elsewhere = signed_up(&fixture, "Elsewhere", &offer, "198.51.100.4").await;
    assert_eq!(confirm(&fixture, &elsewhere).await, Active);
    // The operator lets one begin, and a payment the other.
    begin_unpaid(&fixture.db, &fixture.operator, fixture.held(&clients[2]).await.id).await.unwrap();
    assert_eq!(fixture.held(&clients[2]).await.state, Active);
    mark_paid(&fixture.db, &fixture.operator, fixture.bills(&clients[3]).await[0].id).await.unwrap();
    assert_eq!(fixture.held(&clients[3]).await.state, Active);
    let held = fixture.held(&clients[3]).await.id;
    assert!(begin_unpaid(&fixture.db, &fixture.operator, held).await.is_err(), "it has begun");
    assert!(begin_unpaid(&fixture.db, &clients[3].owner, held).await.is_err());
}

#[sqlx::test(migrations = "../migrations")]
async fn an_offer_that_starts_on_payment_waits_for_it_whoever_confirms(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let offer = fixture.offer(Starts::OnPayment).await;
    let client = signed_up(&fixture, "Harbor", &offer, "192.0.2.7").await;
    assert_eq!(confirm(&fixture, &client).await, SubscriptionState::AwaitingPayment);
}
