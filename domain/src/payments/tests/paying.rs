//! What goes right and wrong on the way of money, each with its end.

use sqlx::PgPool;

use super::Counter;
use crate::{
    billing::{SubscriptionState, commands as billing, queries as bills},
    money::{Currency, Money},
    payments::{ChargeOutcome, FactOutcome, commands, provider::ChargeState, queries},
    testing::payments::StandInMode,
};

#[sqlx::test(migrations = "../migrations")]
async fn a_page_that_is_paid_begins_the_work_and_keeps_the_card(pool: PgPool) {
    let at = Counter::new(&pool).await;
    let (client, invoice) = at.buyer("Harbor").await;
    let db = &at.fixture.db;
    let page = commands::open_checkout(db, &client.billing, &at.provider, invoice, &at.urls()).await.unwrap();
    let again =
        commands::open_checkout(db, &client.billing, &at.provider, invoice, &at.urls()).await.unwrap();
    assert_eq!(page, again, "an open page is shown again");
    let look =
        async || commands::look_again(db, &client.billing, &at.provider, &page.reference).await.unwrap();
    assert_eq!(look().await, ChargeOutcome::NotPaid);
    at.provider.pay(&page.reference);
    assert_eq!(look().await, ChargeOutcome::Paid);
    assert!(at.is_paid(invoice).await);
    let held = bills::find_subscription(db, &client.billing, client.id).await.unwrap().unwrap();
    assert_eq!(held.state, SubscriptionState::Active);
    let card = queries::card_on_file(db, &client.billing, client.id).await.unwrap().unwrap();
    assert_eq!(card.label(), "Visa 4242");
    // Its events come later, each twice.
    for event in at.provider.events() {
        let take =
            async || commands::take_fact(db, at.fixture.workspace, &at.provider, &event).await.unwrap();
        assert_eq!((take().await, take().await), (FactOutcome::Acted, FactOutcome::Seen));
    }
    assert_eq!(queries::payments_of(db, &client.billing, invoice).await.unwrap().len(), 1);
}

#[sqlx::test(migrations = "../migrations")]
async fn what_is_paid_twice_goes_back_to_the_card(pool: PgPool) {
    let at = Counter::new(&pool).await;
    let (client, invoice) = at.buyer("Harbor").await;
    let (db, operator) = (&at.fixture.db, &at.fixture.operator);
    let page = commands::open_checkout(db, &client.billing, &at.provider, invoice, &at.urls()).await.unwrap();
    billing::mark_paid(db, operator, invoice).await.unwrap();
    at.provider.pay(&page.reference);
    at.jobs().await;
    assert_eq!(at.provider.refunded_minor(), 500_000);
    assert_eq!(at.kept_minor().await, 0);
}

#[sqlx::test(migrations = "../migrations")]
async fn parts_by_bank_add_up_and_too_much_waits_in_the_balance(pool: PgPool) {
    let at = Counter::new(&pool).await;
    let (client, invoice) = at.buyer("Harbor").await;
    let (db, operator) = (&at.fixture.db, &at.fixture.operator);
    let note = async |minor, currency| {
        let amount = Money::new(minor, currency);
        commands::note_transfer(db, operator, invoice, amount, "", db.now()).await.unwrap();
    };
    note(200_000, Currency::USD).await;
    note(100, Currency::EUR).await;
    assert!(!at.is_paid(invoice).await);
    let view = queries::pay_view(db, &client.billing, invoice).await.unwrap();
    assert_eq!((view.paid.minor, view.rest.minor), (200_000, 300_000));
    note(310_000, Currency::USD).await;
    assert!(at.is_paid(invoice).await);
    let balance: i64 = sqlx::query_scalar("SELECT sum(amount_minor)::bigint FROM balance_entry")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(balance, 10_000);
    let aside = queries::list_payments(db, operator, None).await.unwrap();
    assert_eq!(aside.iter().filter(|payment| payment.is_aside).count(), 1);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_decline_a_bank_that_asks_and_a_lost_answer_each_end_right(pool: PgPool) {
    let at = Counter::new(&pool).await;
    let (client, first) = at.buyer("Harbor").await;
    let db = &at.fixture.db;
    let page = commands::open_checkout(db, &client.billing, &at.provider, first, &at.urls()).await.unwrap();
    at.provider.pay(&page.reference);
    at.jobs().await;
    at.fixture.wait(chrono::TimeDelta::days(31));
    crate::billing::commands::renew_due(db).await.unwrap();
    let list =
        bills::list(db, &at.fixture.operator, Some(client.id), bills::InvoiceFilter::All, 1).await.unwrap();
    let renewal = list.invoices[0].id;
    let charge =
        async || commands::charge_card_on_file(db, &client.billing, &at.provider, renewal, true).await;
    at.provider.decline_next("insufficient_funds", true);
    assert!(matches!(charge().await.unwrap(), ChargeOutcome::Declined(_)));
    at.provider.next_charge(ChargeState::NeedsPerson { url: Some("https://bank.example".into()) });
    let asked = ChargeOutcome::NeedsPerson { url: Some("https://bank.example".into()) };
    assert_eq!(charge().await.unwrap(), asked);
    assert_eq!(charge().await.unwrap(), asked, "one charge at a time");
    // The event that is read first puts off the look by ten minutes, and the look gives it up.
    at.fixture.wait(chrono::TimeDelta::hours(2));
    at.jobs().await;
    at.jobs().await;
    at.provider.set_mode(StandInMode::LosesAnswers);
    assert_eq!(charge().await.unwrap(), ChargeOutcome::Processing);
    at.provider.set_mode(StandInMode::Works);
    at.jobs().await;
    assert!(at.is_paid(renewal).await);
    assert_eq!(at.provider.charged().len(), 2, "the renewal was charged once");
    assert_eq!(at.kept_minor().await, 1_000_000);
}
