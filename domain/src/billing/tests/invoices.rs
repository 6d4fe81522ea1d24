use chrono::TimeDelta;
use sqlx::PgPool;
use tokio::task::JoinSet;

use crate::{
    Error, Scope,
    billing::{
        InvoiceDraft, InvoiceLine, InvoiceState, SubscriptionState,
        commands::{discard, draft, end_now, issue, mark_paid, redraft, take_back_payment, void},
        queries::{self, InvoiceFilter},
    },
    ids::InvoiceId,
    money::{Currency, Money},
    offers::Starts,
    testing::{Fixture, TestClient},
};

fn free() -> InvoiceDraft {
    let line = |what: &str, minor| InvoiceLine { what: what.into(), minor };
    InvoiceDraft {
        lines: vec![line("Set-up", 120_000), line("Goodwill", -20_000)],
        currency: Currency::USD,
        note: String::new(),
    }
}

async fn drafted(fixture: &Fixture, client: &TestClient) -> InvoiceId {
    draft(&fixture.db, &fixture.operator, client.id, &free()).await.unwrap()
}

fn refused<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    match result {
        Err(Error::Refused(reason)) => reason,
        other => panic!("not refused: {other:?}"),
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn an_issued_invoice_goes_by_mail_to_those_who_pay(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let client = fixture.client("Harbor").await;
    let invoice = drafted(&fixture, &client).await;
    let letters = || async {
        sqlx::query_as::<_, (String, String, String)>(
            "SELECT recipient, subject, body FROM mail ORDER BY recipient",
        )
        .fetch_all(&pool)
        .await
        .unwrap()
    };
    assert_eq!(letters().await, [], "nobody hears of a draft");
    issue(&fixture.db, &fixture.operator, invoice).await.unwrap();
    let letters = letters().await;
    let payers: Vec<String> = sqlx::query_scalar(
        "SELECT p.email FROM membership m JOIN person p ON p.id = m.person_id
         WHERE m.client_id = $1 AND m.role IN ('owner', 'billing') ORDER BY p.email",
    )
    .bind(client.id.0)
    .fetch_all(&pool)
    .await
    .unwrap();
    assert_eq!(payers.len(), 2);
    assert_eq!(letters.iter().map(|(to, ..)| to.clone()).collect::<Vec<_>>(), payers);
    for (_, subject, body) in &letters {
        assert!(subject.starts_with("Invoice 0001 from Northlight, due "), "{subject}");
        assert!(body.contains("$1,000") && body.contains("{link:/portal/billing/1}"), "{body}");
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn fifty_issued_at_once_are_numbered_without_gaps(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let client = fixture.client("Harbor").await;
    let mut tasks = JoinSet::new();
    for i in 0..50 {
        let invoice = drafted(&fixture, &client).await;
        let (db, operator) = (fixture.db.clone(), fixture.operator.clone());
        tasks.spawn(async move {
            // Two attempts at each: one of them is refused and gives its number back.
            let (one, two) = tokio::join!(issue(&db, &operator, invoice), issue(&db, &operator, invoice));
            assert!(one.is_ok() ^ two.is_ok(), "{i}: {one:?} and {two:?}");
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    let numbers: Vec<i64> =
        sqlx::query_scalar("SELECT number FROM invoice ORDER BY number").fetch_all(&pool).await.unwrap();
    assert_eq!(numbers, (1..=50).collect::<Vec<i64>>());
}

#[sqlx::test(migrations = "../migrations")]
async fn a_client_never_sees_a_draft(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let (client, other) = (fixture.client("Harbor").await, fixture.client("Cedar").await);
    let invoice = drafted(&fixture, &client).await;
    let mine = async |scope: &Scope| {
        queries::list(&fixture.db, scope, None, InvoiceFilter::All, 1).await.map(|list| list.invoices.len())
    };
    assert_eq!(mine(&client.owner).await.unwrap(), 0);
    // Whoever asks the tables past the queries finds nothing either.
    let mut tx = fixture.db.begin(&client.owner).await.unwrap();
    let seen: i64 = sqlx::query_scalar("SELECT count(*) FROM invoice").fetch_one(tx.conn()).await.unwrap();
    assert_eq!(seen, 0);
    drop(tx);
    issue(&fixture.db, &fixture.operator, invoice).await.unwrap();
    assert_eq!(mine(&client.owner).await.unwrap(), 1);
    assert_eq!(mine(&client.billing).await.unwrap(), 1);
    assert_eq!(mine(&other.owner).await.unwrap(), 0);
    assert!(matches!(mine(&client.member).await, Err(Error::NotFound)));
    assert!(queries::get_by_number(&fixture.db, &client.billing, 1).await.is_ok());
    for scope in [&client.member, &other.owner] {
        assert!(matches!(queries::get_by_number(&fixture.db, scope, 1).await, Err(Error::NotFound)));
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn bills_are_the_operators_to_change(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let stranger = Fixture::beside(&fixture.db, &pool).await.operator;
    let client = fixture.client("Harbor").await;
    let invoice = drafted(&fixture, &client).await;
    for scope in [&stranger, &client.owner, &client.billing, &fixture.operator.within(client.id)] {
        for done in [
            issue(&fixture.db, scope, invoice).await.map(|_| ()),
            mark_paid(&fixture.db, scope, invoice).await,
            take_back_payment(&fixture.db, scope, invoice).await,
            void(&fixture.db, scope, invoice).await,
            discard(&fixture.db, scope, invoice).await,
            redraft(&fixture.db, scope, invoice, &free()).await,
            queries::get(&fixture.db, scope, invoice).await.map(|_| ()),
            draft(&fixture.db, scope, client.id, &free()).await.map(|_| ()),
        ] {
            assert!(matches!(done, Err(Error::NotFound)), "{scope:?}: {done:?}");
        }
    }
    assert_eq!(fixture.bills(&client).await[0].state, InvoiceState::Draft);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_draft_becomes_an_invoice_and_then_stays(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let client = fixture.client("Harbor").await;
    let (kept, dropped) = (drafted(&fixture, &client).await, drafted(&fixture, &client).await);
    discard(&fixture.db, &fixture.operator, dropped).await.unwrap();
    let mut changed = free();
    changed.lines.truncate(1);
    redraft(&fixture.db, &fixture.operator, kept, &changed).await.unwrap();
    issue(&fixture.db, &fixture.operator, kept).await.unwrap();
    let bill = &fixture.bills(&client).await[0];
    assert_eq!((bill.number, bill.total), (Some(1), Money::new(120_000, Currency::USD)));
    assert_eq!(
        (bill.bill_from.as_str(), bill.bill_to.as_str()),
        ("Northlight, 1 Quay Street", "Harbor\n5 Harbor Road")
    );
    refused(redraft(&fixture.db, &fixture.operator, kept, &free()).await);
    refused(discard(&fixture.db, &fixture.operator, kept).await);
    // Row-level security holds the same for whoever forgets to ask.
    let mut tx = fixture.db.begin(&fixture.operator).await.unwrap();
    let gone = sqlx::query("DELETE FROM invoice").execute(tx.conn()).await.unwrap().rows_affected();
    assert_eq!(gone, 0);
}

#[sqlx::test(migrations = "../migrations")]
async fn lines_are_checked(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let client = fixture.client("Harbor").await;
    let huge = InvoiceLine { what: "Much".into(), minor: i64::MAX };
    let unnamed = InvoiceLine { what: String::new(), minor: 5 };
    for lines in [Vec::new(), vec![unnamed], vec![huge.clone(); 51], vec![huge; 2]] {
        let bad = InvoiceDraft { lines, ..free() };
        assert!(matches!(
            draft(&fixture.db, &fixture.operator, client.id, &bad).await,
            Err(Error::Fields(_))
        ));
    }
    assert!(fixture.bills(&client).await.is_empty());
}

#[sqlx::test(migrations = "../migrations")]
async fn void_keeps_the_number_and_paid_can_be_taken_back(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let client = fixture.client("Harbor").await;
    let (first, second) = (drafted(&fixture, &client).await, drafted(&fixture, &client).await);
    refused(void(&fixture.db, &fixture.operator, first).await);
    issue(&fixture.db, &fixture.operator, first).await.unwrap();
    void(&fixture.db, &fixture.operator, first).await.unwrap();
    refused(mark_paid(&fixture.db, &fixture.operator, first).await);
    issue(&fixture.db, &fixture.operator, second).await.unwrap();
    mark_paid(&fixture.db, &fixture.operator, second).await.unwrap();
    refused(mark_paid(&fixture.db, &fixture.operator, second).await);
    refused(void(&fixture.db, &fixture.operator, second).await);
    take_back_payment(&fixture.db, &fixture.operator, second).await.unwrap();
    let bills = fixture.bills(&client).await;
    assert_eq!((bills[0].number, bills[0].state), (Some(1), InvoiceState::Void));
    assert_eq!((bills[1].number, bills[1].state, bills[1].paid_at), (Some(2), InvoiceState::Issued, None));
    let shown: Vec<Option<u64>> = queries::list(&fixture.db, &client.owner, None, InvoiceFilter::Void, 1)
        .await
        .unwrap()
        .invoices
        .iter()
        .map(|invoice| invoice.number)
        .collect();
    assert_eq!(shown, [Some(1)], "a client sees that it was taken back");
}

#[sqlx::test(migrations = "../migrations")]
async fn what_is_not_paid_in_time_is_overdue(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let client = fixture.client("Harbor").await;
    issue(&fixture.db, &fixture.operator, drafted(&fixture, &client).await).await.unwrap();
    let numbers = async |filter| {
        queries::list(&fixture.db, &fixture.operator, None, filter, 1).await.unwrap().invoices.len()
    };
    // Issued on 23 November at 09:00; 7 December is the last day.
    fixture.wait(TimeDelta::days(14) + TimeDelta::hours(14));
    assert_eq!((numbers(InvoiceFilter::Due).await, numbers(InvoiceFilter::Overdue).await), (1, 0));
    fixture.wait(TimeDelta::hours(2));
    assert_eq!((numbers(InvoiceFilter::Due).await, numbers(InvoiceFilter::Overdue).await), (0, 1));
    let figures = queries::figures(&fixture.db, &fixture.operator).await.unwrap();
    assert_eq!((figures.open, figures.overdue), (1, 1));
    assert_eq!(figures.open_sums, [Money::new(100_000, Currency::USD)]);
    assert_eq!(fixture.bills(&client).await[0].label(fixture.db.now()), "Overdue");
}

#[sqlx::test(migrations = "../migrations")]
async fn the_first_payment_starts_the_work_and_its_mistake_stops_it(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let client = fixture.client("Harbor").await;
    fixture.subscribe(&client, &fixture.offer(Starts::OnPayment).await).await;
    let invoice = fixture.bills(&client).await[0].id;
    refused(void(&fixture.db, &fixture.operator, invoice).await);
    fixture.wait(TimeDelta::days(3));
    mark_paid(&fixture.db, &fixture.operator, invoice).await.unwrap();
    let held = fixture.held(&client).await;
    let began = fixture.db.now();
    assert_eq!((held.state, held.started_at), (SubscriptionState::Active, Some(began)));
    assert_eq!(held.period, Some((began, "2026-12-26T08:00:00Z".parse().unwrap())));
    assert_eq!(fixture.bills(&client).await[0].period, held.period);
    take_back_payment(&fixture.db, &fixture.operator, invoice).await.unwrap();
    let held = fixture.held(&client).await;
    assert_eq!((held.state, held.period, held.started_at), (SubscriptionState::AwaitingPayment, None, None));
    // Paid after all, and then taken back once the second period runs: the work goes on.
    mark_paid(&fixture.db, &fixture.operator, invoice).await.unwrap();
    fixture.wait(TimeDelta::days(31));
    crate::billing::commands::renew_due(&fixture.db).await.unwrap();
    take_back_payment(&fixture.db, &fixture.operator, invoice).await.unwrap();
    assert_eq!(fixture.held(&client).await.state, SubscriptionState::Active);
}

#[sqlx::test(migrations = "../migrations")]
async fn what_never_began_ends_with_its_invoice(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let client = fixture.client("Harbor").await;
    let subscription = fixture.subscribe(&client, &fixture.offer(Starts::OnPayment).await).await;
    refused(end_now(&fixture.db, &client.owner, subscription).await);
    end_now(&fixture.db, &fixture.operator, subscription).await.unwrap();
    assert_eq!(fixture.bills(&client).await[0].state, InvoiceState::Void);
    assert_eq!(fixture.held(&client).await.state, SubscriptionState::Ended);
    fixture.subscribe(&client, &fixture.offer(Starts::AtOnce).await).await;
    assert_eq!(fixture.held(&client).await.state, SubscriptionState::Active);
}
