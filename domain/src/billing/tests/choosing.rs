//! Starting and changing a subscription, by the operator and by the client.

use chrono::TimeDelta;
use sqlx::PgPool;

use crate::{
    Error,
    billing::{
        InvoiceState, SubscriptionState,
        commands::{Chosen, choose, end_now, end_with_period, mark_paid},
        renew_due,
    },
    desk,
    money::{Currency, Money},
    offers::{self, Starts},
    requests::{self, Waits},
    testing::{Ground, draft},
};

#[sqlx::test(migrations = "../migrations")]
async fn a_client_without_one_starts_one_and_waits_for_its_payment(pool: PgPool) {
    let ground = Ground::new(&pool).await;
    let client = ground.client("Harbor").await;
    let offer = ground.offer(Starts::AtOnce).await;
    let waits = async || requests::queries::outlook(&ground.db, &client.owner).await.unwrap().waits;
    assert_eq!(waits().await, Some(Waits::ForFirst), "nothing has ended that never was");
    // By hand, and never paid: what starts at once for others waits here.
    let chosen = choose(&ground.db, &client.billing, client.id, offer.id).await.unwrap();
    assert_eq!(chosen, Chosen::Sold);
    let held = ground.held(&client).await;
    assert_eq!(held.state, SubscriptionState::AwaitingPayment);
    let bill = ground.bills(&client).await.remove(0);
    mark_paid(&ground.db, &ground.operator, bill.id).await.unwrap();
    end_now(&ground.db, &ground.operator, held.id).await.unwrap();
    assert_eq!(waits().await, Some(Waits::ForSubscription));
    let today = desk::today(&ground.db, &ground.operator).await.unwrap();
    let new = &today.new_clients.shown[0];
    assert!(new.has_ended && new.offer.as_deref() == Some("Two at a time"), "{new:?}");
    // Who has paid before begins at once.
    assert_eq!(choose(&ground.db, &client.owner, client.id, offer.id).await.unwrap(), Chosen::Begun);
    assert_eq!(ground.held(&client).await.state, SubscriptionState::Active);
}

#[sqlx::test(migrations = "../migrations")]
async fn the_operator_starts_one_as_the_offer_says(pool: PgPool) {
    let ground = Ground::new(&pool).await;
    let (client, other) = (ground.client("Harbor").await, ground.client("Cedar").await);
    let hidden =
        offers::commands::create(&ground.db, &ground.operator, &draft(Starts::AtOnce)).await.unwrap();
    let refused = choose(&ground.db, &client.owner, client.id, hidden).await;
    assert!(matches!(refused, Err(Error::Fields(_))), "a client buys what is on the storefront");
    for scope in [&client.member, &other.owner] {
        let refused = choose(&ground.db, scope, client.id, hidden).await;
        assert!(matches!(refused, Err(Error::NotFound)), "{refused:?}");
    }
    assert_eq!(choose(&ground.db, &ground.operator, client.id, hidden).await.unwrap(), Chosen::Begun);
    assert_eq!(ground.held(&client).await.state, SubscriptionState::Active);
}

#[sqlx::test(migrations = "../migrations")]
async fn another_offer_begins_with_the_next_period_on_the_terms_agreed(pool: PgPool) {
    let ground = Ground::new(&pool).await;
    let client = ground.client("Harbor").await;
    let first = ground.offer(Starts::AtOnce).await;
    ground.subscribe(&client, &first).await;
    let mut bigger = draft(Starts::AtOnce);
    bigger.name = "Four at a time".into();
    bigger.terms.price = Money::new(900_000, Currency::USD);
    bigger.terms.active_limit = 4;
    let second = offers::commands::create(&ground.db, &ground.operator, &bigger).await.unwrap();
    offers::commands::publish(&ground.db, &ground.operator, second).await.unwrap();
    end_with_period(&ground.db, &client.owner, ground.held(&client).await.id, true).await.unwrap();
    assert_eq!(choose(&ground.db, &client.owner, client.id, second).await.unwrap(), Chosen::Next);
    let held = ground.held(&client).await;
    assert_eq!((held.terms.active_limit, held.ends_with_period), (2, false), "until then it is as it was");
    // A price that is raised afterwards is not the one that was agreed.
    bigger.terms.price = Money::new(1_000_000, Currency::USD);
    offers::commands::update(&ground.db, &ground.operator, second, &bigger).await.unwrap();
    ground.wait(TimeDelta::days(31));
    renew_due(&ground.db).await.unwrap();
    let held = ground.held(&client).await;
    assert_eq!((held.name.as_str(), held.terms.active_limit), ("Four at a time", 4));
    assert_eq!(held.next_offer, None);
    let totals: Vec<i64> = ground.bills(&client).await.iter().map(|bill| bill.total.minor).collect();
    assert_eq!(totals, [500_000, 900_000]);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_choice_is_changed_back_and_what_is_unpaid_is_changed_at_once(pool: PgPool) {
    let ground = Ground::new(&pool).await;
    let client = ground.client("Harbor").await;
    let (first, second) = (ground.offer(Starts::OnPayment).await, ground.offer(Starts::OnPayment).await);
    ground.subscribe(&client, &first).await;
    assert_eq!(choose(&ground.db, &client.owner, client.id, second.id).await.unwrap(), Chosen::Sold);
    let bills = ground.bills(&client).await;
    assert_eq!(
        bills.iter().map(|bill| bill.state).collect::<Vec<_>>(),
        [InvoiceState::Void, InvoiceState::Issued]
    );
    assert_eq!(choose(&ground.db, &client.owner, client.id, second.id).await.unwrap(), Chosen::Same);
    mark_paid(&ground.db, &ground.operator, bills[1].id).await.unwrap();
    assert_eq!(choose(&ground.db, &ground.operator, client.id, first.id).await.unwrap(), Chosen::Next);
    assert_eq!(choose(&ground.db, &client.owner, client.id, second.id).await.unwrap(), Chosen::Same);
    assert_eq!(ground.held(&client).await.next_offer, None);
}
