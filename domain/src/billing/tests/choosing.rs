//! Starting and changing a subscription, by the operator and by the client.

use chrono::TimeDelta;
use sqlx::PgPool;

use crate::{
    Error,
    billing::{
        InvoiceState, SubscriptionState,
        commands::{PlanChange, choose, end_now, end_with_period, mark_paid, renew_due},
    },
    desk,
    money::{Currency, Money},
    offers::{self, Starts},
    requests::{self, WaitReason},
    testing::{Fixture, draft},
};

#[sqlx::test(migrations = "../migrations")]
async fn a_client_without_one_starts_one_and_waits_for_its_payment(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let client = fixture.client("Harbor").await;
    let offer = fixture.offer(Starts::AtOnce).await;
    let waits = async || requests::queries::outlook(&fixture.db, &client.owner).await.unwrap().waits;
    assert_eq!(waits().await, Some(WaitReason::ForFirst), "nothing has ended that never was");
    // By hand, and never paid: what starts at once for others waits here.
    let chosen = choose(&fixture.db, &client.billing, client.id, offer.id).await.unwrap();
    assert_eq!(chosen, PlanChange::Sold);
    let held = fixture.held(&client).await;
    assert_eq!(held.state, SubscriptionState::AwaitingPayment);
    let bill = fixture.bills(&client).await.remove(0);
    mark_paid(&fixture.db, &fixture.operator, bill.id).await.unwrap();
    end_now(&fixture.db, &fixture.operator, held.id).await.unwrap();
    assert_eq!(waits().await, Some(WaitReason::ForSubscription));
    let today = desk::queries::today(&fixture.db, &fixture.operator).await.unwrap();
    let new = &today.new_clients.shown[0];
    assert!(new.has_ended && new.offer.as_deref() == Some("Two at a time"), "{new:?}");
    // Who has paid before begins at once.
    assert_eq!(choose(&fixture.db, &client.owner, client.id, offer.id).await.unwrap(), PlanChange::Begun);
    assert_eq!(fixture.held(&client).await.state, SubscriptionState::Active);
}

#[sqlx::test(migrations = "../migrations")]
async fn the_operator_starts_one_as_the_offer_says(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let (client, other) = (fixture.client("Harbor").await, fixture.client("Cedar").await);
    let hidden =
        offers::commands::create(&fixture.db, &fixture.operator, &draft(Starts::AtOnce)).await.unwrap();
    let refused = choose(&fixture.db, &client.owner, client.id, hidden).await;
    assert!(matches!(refused, Err(Error::Fields(_))), "a client buys what is on the storefront");
    for scope in [&client.member, &other.owner] {
        let refused = choose(&fixture.db, scope, client.id, hidden).await;
        assert!(matches!(refused, Err(Error::NotFound)), "{refused:?}");
    }
    assert_eq!(choose(&fixture.db, &fixture.operator, client.id, hidden).await.unwrap(), PlanChange::Begun);
    assert_eq!(fixture.held(&client).await.state, SubscriptionState::Active);
}

#[sqlx::test(migrations = "../migrations")]
async fn another_offer_begins_with_the_next_period_on_the_terms_agreed(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let client = fixture.client("Harbor").await;
    let first = fixture.offer(Starts::AtOnce).await;
    fixture.subscribe(&client, &first).await;
    let mut bigger = draft(Starts::AtOnce);
    bigger.name = "Four at a time".into();
    bigger.terms.price = Money::new(900_000, Currency::USD);
    bigger.terms.active_limit = 4;
    let second = offers::commands::create(&fixture.db, &fixture.operator, &bigger).await.unwrap();
    offers::commands::publish(&fixture.db, &fixture.operator, second).await.unwrap();
    end_with_period(&fixture.db, &client.owner, fixture.held(&client).await.id, true).await.unwrap();
    assert_eq!(choose(&fixture.db, &client.owner, client.id, second).await.unwrap(), PlanChange::Next);
    let held = fixture.held(&client).await;
    assert_eq!((held.terms.active_limit, held.ends_with_period), (2, false), "until then it is as it was");
    // A price that is raised afterwards is not the one that was agreed.
    bigger.terms.price = Money::new(1_000_000, Currency::USD);
    offers::commands::update(&fixture.db, &fixture.operator, second, &bigger).await.unwrap();
    fixture.wait(TimeDelta::days(31));
    renew_due(&fixture.db).await.unwrap();
    let held = fixture.held(&client).await;
    assert_eq!((held.name.as_str(), held.terms.active_limit), ("Four at a time", 4));
    assert_eq!(held.next_offer, None);
    let totals: Vec<i64> = fixture.bills(&client).await.iter().map(|bill| bill.total.minor).collect();
    assert_eq!(totals, [500_000, 900_000]);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_choice_is_changed_back_and_what_is_unpaid_is_changed_at_once(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let client = fixture.client("Harbor").await;
    let (first, second) = (fixture.offer(Starts::OnPayment).await, fixture.offer(Starts::OnPayment).await);
    fixture.subscribe(&client, &first).await;
    assert_eq!(choose(&fixture.db, &client.owner, client.id, second.id).await.unwrap(), PlanChange::Sold);
    let bills = fixture.bills(&client).await;
    assert_eq!(
        bills.iter().map(|bill| bill.state).collect::<Vec<_>>(),
        [InvoiceState::Void, InvoiceState::Issued]
    );
    assert_eq!(choose(&fixture.db, &client.owner, client.id, second.id).await.unwrap(), PlanChange::Same);
    mark_paid(&fixture.db, &fixture.operator, bills[1].id).await.unwrap();
    assert_eq!(choose(&fixture.db, &fixture.operator, client.id, first.id).await.unwrap(), PlanChange::Next);
    assert_eq!(choose(&fixture.db, &client.owner, client.id, second.id).await.unwrap(), PlanChange::Same);
    assert_eq!(fixture.held(&client).await.next_offer, None);
}

/// What costs nothing begins for people who are known: for an address that anybody may have typed it waits.
#[sqlx::test(migrations = "../migrations")]
async fn what_is_free_waits_for_a_confirmed_owner(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let (known, unknown) = (fixture.client("Harbor").await, fixture.client("Cedar").await);
    let mut free = draft(Starts::AtOnce);
    free.terms.price = Money::zero(Currency::USD);
    let free = offers::commands::create(&fixture.db, &fixture.operator, &free).await.unwrap();
    offers::commands::publish(&fixture.db, &fixture.operator, free).await.unwrap();
    for (client, confirmed, chosen) in
        [(&known, true, PlanChange::Begun), (&unknown, false, PlanChange::Sold)]
    {
        sqlx::query("UPDATE person SET confirmed = $1 WHERE id = $2")
            .bind(confirmed)
            .bind(client.owner.person().unwrap().0)
            .execute(&fixture.pool)
            .await
            .unwrap();
        assert_eq!(choose(&fixture.db, &client.owner, client.id, free).await.unwrap(), chosen);
    }
}
