//! Strangers who buy what starts at once.

use sqlx::PgPool;

use crate::{
    Scope,
    billing::{
        SubscriptionState,
        commands::{begin_unpaid, confirmed_in, mark_paid, sign_up_in},
    },
    offers::{Offer, Starts},
    testing::{Ground, TestClient},
};

async fn signed_up(ground: &Ground, name: &str, offer: &Offer, network: &str) -> TestClient {
    let client = ground.client(name).await;
    let scope = Scope::system(ground.workspace);
    let mut tx = ground.db.begin(&scope).await.unwrap();
    sign_up_in(&mut tx, &scope, client.id, offer, network).await.unwrap();
    tx.commit().await.unwrap();
    client
}

async fn confirm(ground: &Ground, client: &TestClient) -> SubscriptionState {
    let mut tx = ground.db.begin_as(crate::SystemRole::Auth).await.unwrap();
    confirmed_in(&mut tx, ground.workspace, client.id).await.unwrap();
    tx.commit().await.unwrap();
    ground.held(client).await.state
}

#[sqlx::test(migrations = "../migrations")]
async fn what_starts_at_once_waits_for_a_confirmed_address(pool: PgPool) {
    let ground = Ground::new(&pool).await;
    let offer = ground.offer(Starts::AtOnce).await;
    let client = signed_up(&ground, "Harbor", &offer, "192.0.2.7").await;
    assert_eq!(ground.held(&client).await.state, SubscriptionState::AwaitingPayment);
    assert_eq!(confirm(&ground, &client).await, SubscriptionState::Active);
    let (held, bill) = (ground.held(&client).await, ground.bills(&client).await.remove(0));
    assert_eq!(bill.period, held.period, "the invoice bills the period that began");
    let limit = async || -> Option<i64> {
        sqlx::query_scalar("SELECT micros FROM cost_limit WHERE client_id = $1")
            .bind(client.id.0)
            .fetch_optional(&pool)
            .await
            .unwrap()
    };
    assert_eq!(limit().await, Some(5_000_000), "what it may cost unpaid");
    mark_paid(&ground.db, &ground.operator, bill.id).await.unwrap();
    assert_eq!(limit().await, None, "who has paid is no newcomer");
    assert_eq!(ground.held(&client).await.period, held.period);
}

#[sqlx::test(migrations = "../migrations")]
async fn few_of_one_network_are_worked_for_unpaid(pool: PgPool) {
    let ground = Ground::new(&pool).await;
    let offer = ground.offer(Starts::AtOnce).await;
    let mut states = Vec::new();
    let mut clients = Vec::new();
    for n in 0..4 {
        let client = signed_up(&ground, &format!("Client {n}"), &offer, "192.0.2.7").await;
        states.push(confirm(&ground, &client).await);
        clients.push(client);
    }
    use SubscriptionState::{Active, AwaitingPayment};
    assert_eq!(states, [Active, Active, AwaitingPayment, AwaitingPayment]);
    let elsewhere = signed_up(&ground, "Elsewhere", &offer, "198.51.100.4").await;
    assert_eq!(confirm(&ground, &elsewhere).await, Active);
    // The operator lets one begin, and a payment the other.
    begin_unpaid(&ground.db, &ground.operator, ground.held(&clients[2]).await.id).await.unwrap();
    assert_eq!(ground.held(&clients[2]).await.state, Active);
    mark_paid(&ground.db, &ground.operator, ground.bills(&clients[3]).await[0].id).await.unwrap();
    assert_eq!(ground.held(&clients[3]).await.state, Active);
    let held = ground.held(&clients[3]).await.id;
    assert!(begin_unpaid(&ground.db, &ground.operator, held).await.is_err(), "it has begun");
    assert!(begin_unpaid(&ground.db, &clients[3].owner, held).await.is_err());
}

#[sqlx::test(migrations = "../migrations")]
async fn an_offer_that_starts_on_payment_waits_for_it_whoever_confirms(pool: PgPool) {
    let ground = Ground::new(&pool).await;
    let offer = ground.offer(Starts::OnPayment).await;
    let client = signed_up(&ground, "Harbor", &offer, "192.0.2.7").await;
    assert_eq!(confirm(&ground, &client).await, SubscriptionState::AwaitingPayment);
}
