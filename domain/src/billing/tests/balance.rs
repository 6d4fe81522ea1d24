//! A client's balance: what comes in, what it pays by itself, and that none of it is lost.

use chrono::TimeDelta;
use sqlx::PgPool;

use crate::{
    Error,
    billing::{
        BalanceReason, InvoiceState,
        commands::{self, BalanceForm, adjust_balance, mark_paid, renew_due},
        queries,
    },
    money::{Currency::USD, Money},
    offers::Starts,
    testing::{Fixture, TestClient},
};

fn form(amount: &str, takes: bool) -> BalanceForm {
    BalanceForm { amount: amount.into(), takes, note: "You waited a day longer".into() }
}

async fn sums(fixture: &Fixture, client: &TestClient) -> Vec<Money> {
    queries::balance(&fixture.db, &client.owner, client.id).await.unwrap().sums
}

#[sqlx::test(migrations = "../migrations")]
async fn a_credit_pays_the_next_invoices_by_itself(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let client = fixture.subscriber("Harbor").await;
    let first = fixture.bills(&client).await.remove(0);
    mark_paid(&fixture.db, &fixture.operator, first.id).await.unwrap();
    adjust_balance(&fixture.db, &fixture.operator, client.id, &form("7,500", false)).await.unwrap();
    assert_eq!(sums(&fixture, &client).await, [Money::new(750_000, USD)]);
    fixture.wait(TimeDelta::days(31));
    renew_due(&fixture.db).await.unwrap();
    let bills = fixture.bills(&client).await;
    assert_eq!(
        (bills[1].state, bills[1].total.minor),
        (InvoiceState::Paid, 500_000),
        "all of it from the balance"
    );
    assert_eq!(bills[1].from_balance.minor, 500_000);
    fixture.wait(TimeDelta::days(31));
    renew_due(&fixture.db).await.unwrap();
    let bills = fixture.bills(&client).await;
    assert_eq!(
        (bills[2].state, bills[2].from_balance.minor),
        (InvoiceState::Issued, 250_000),
        "as far as it goes"
    );
    assert_eq!(sums(&fixture, &client).await, []);
    // What is left of it is paid as usual.
    mark_paid(&fixture.db, &fixture.operator, bills[2].id).await.unwrap();
    assert_eq!(fixture.bills(&client).await[2].state, InvoiceState::Paid);
    let balance = queries::balance(&fixture.db, &client.owner, client.id).await.unwrap();
    let told: Vec<String> = balance.entries.iter().map(|entry| entry.label()).collect();
    assert_eq!(told, ["Paid invoice 0003", "Paid invoice 0002", "Credit"]);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_credit_comes_back_from_an_invoice_that_nobody_pays(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let client = fixture.client("Harbor").await;
    adjust_balance(&fixture.db, &fixture.operator, client.id, &form("100", false)).await.unwrap();
    let offer = fixture.offer(Starts::AtOnce).await;
    fixture.subscribe(&client, &offer).await;
    assert_eq!(sums(&fixture, &client).await, []);
    let bill = fixture.bills(&client).await.remove(0);
    commands::void(&fixture.db, &fixture.operator, bill.id).await.unwrap();
    assert_eq!(sums(&fixture, &client).await, [Money::new(10_000, USD)]);
}

#[sqlx::test(migrations = "../migrations")]
async fn an_operator_puts_a_balance_right_with_a_reason(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let (client, other) = (fixture.client("Harbor").await, fixture.client("Cedar").await);
    let (db, operator) = (&fixture.db, &fixture.operator);
    adjust_balance(db, operator, client.id, &form("20", false)).await.unwrap();
    let fields = |result: Result<(), Error>| match result {
        Err(Error::Fields(errors)) => errors.iter().map(|(field, _)| field.to_owned()).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    assert_eq!(fields(adjust_balance(db, operator, client.id, &form("20.01", true)).await), ["amount"]);
    assert_eq!(fields(adjust_balance(db, operator, client.id, &form("0", false)).await), ["amount"]);
    let silent = BalanceForm { note: " ".into(), ..form("1", false) };
    assert_eq!(fields(adjust_balance(db, operator, client.id, &silent).await), ["note"]);
    adjust_balance(db, operator, client.id, &form("20", true)).await.unwrap();
    assert_eq!(sums(&fixture, &client).await, []);
    let balance = queries::balance(db, &client.billing, client.id).await.unwrap();
    assert_eq!(balance.entries[0].reason, BalanceReason::Correction);
    assert_eq!(balance.entries[0].note, "You waited a day longer");
    for scope in [&client.owner, &client.member, &other.owner] {
        let refused = adjust_balance(db, scope, client.id, &form("20", false)).await;
        assert!(matches!(refused, Err(Error::NotFound)), "{refused:?}");
    }
    assert!(matches!(queries::balance(db, &client.member, client.id).await, Err(Error::NotFound)));
    assert_eq!(queries::balance(db, &other.owner, client.id).await.unwrap().entries, []);
}
