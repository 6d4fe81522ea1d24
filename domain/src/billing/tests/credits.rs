use sqlx::PgPool;

use crate::{
    Error,
    billing::{
        InvoiceDraft, InvoiceLine, InvoiceState,
        commands::{IssueOutcome, credit, draft, issue, mark_paid, settle_credit, take_back_payment, void},
        queries,
    },
    money::{Currency, Money},
    testing::{Fixture, TestClient},
};

fn lines(minors: &[i64]) -> InvoiceDraft {
    let line = |minor: &i64| InvoiceLine { what: "Work".into(), minor: *minor };
    InvoiceDraft { lines: minors.iter().map(line).collect(), currency: Currency::USD, note: String::new() }
}

async fn issued(
    fixture: &Fixture,
    client: &TestClient,
    minors: &[i64],
) -> (crate::ids::InvoiceId, IssueOutcome) {
    let id = draft(&fixture.db, &fixture.operator, client.id, &lines(minors)).await.unwrap();
    let issued = issue(&fixture.db, &fixture.operator, id).await.unwrap();
    (id, issued)
}

#[sqlx::test(migrations = "../migrations")]
async fn a_credit_alone_is_a_credit_note_with_a_number_of_its_own(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let client = fixture.client("Harbor").await;
    issued(&fixture, &client, &[10_000]).await;
    let (_, first) = issued(&fixture, &client, &[2_000, -7_000]).await;
    issued(&fixture, &client, &[-100]).await;
    issued(&fixture, &client, &[20_000]).await;
    let numbers: Vec<Option<u64>> = fixture.bills(&client).await.iter().map(|bill| bill.number).collect();
    assert_eq!(numbers, [Some(1), Some(2)], "credits leave no gap among the invoices");
    let credits = queries::list_credit_notes(&fixture.db, &client.owner, None).await.unwrap();
    assert_eq!(credits.iter().map(|credit| credit.number).collect::<Vec<_>>(), [2, 1]);
    let IssueOutcome::Credit(id) = first else { panic!("{first:?}") };
    let found = queries::get_credit_note(&fixture.db, &fixture.operator, id).await.unwrap();
    assert_eq!((found.total, found.invoice), (Money::new(5_000, Currency::USD), None));
    assert_eq!(found.lines.iter().map(|line| line.minor).collect::<Vec<_>>(), [-2_000, 7_000]);
    assert_eq!(
        (found.bill_from.as_str(), found.bill_to.as_str()),
        ("Northlight, 1 Quay Street", "Harbor\n5 Harbor Road")
    );
    settle_credit(&fixture.db, &fixture.operator, id, true).await.unwrap();
    let seen = queries::get_credit_note_by_number(&fixture.db, &client.billing, 1).await.unwrap();
    assert_eq!(seen.settled_at, Some(fixture.db.now()));
    let told: i64 = sqlx::query_scalar("SELECT count(*) FROM mail WHERE subject = 'Credit note C-0001'")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(told, 2, "the owner and whoever sees to bills");
}

#[sqlx::test(migrations = "../migrations")]
async fn a_paid_invoice_is_taken_back_by_a_credit_note_once(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let client = fixture.client("Harbor").await;
    let (id, _) = issued(&fixture, &client, &[10_000, -1_000]).await;
    assert!(
        matches!(credit(&fixture.db, &fixture.operator, id).await, Err(Error::Refused(_))),
        "not paid yet"
    );
    mark_paid(&fixture.db, &fixture.operator, id).await.unwrap();
    let (one, two) =
        tokio::join!(credit(&fixture.db, &fixture.operator, id), credit(&fixture.db, &fixture.operator, id));
    assert!(one.is_ok() ^ two.is_ok(), "{one:?} and {two:?}");
    let bill = fixture.bills(&client).await.remove(0);
    assert_eq!((bill.state, bill.credited_by), (InvoiceState::Paid, Some(1)));
    assert_eq!(bill.label(fixture.db.now()), "Credited");
    for refused in [
        take_back_payment(&fixture.db, &fixture.operator, id).await,
        void(&fixture.db, &fixture.operator, id).await,
    ] {
        assert!(matches!(refused, Err(Error::Refused(_))), "{refused:?}");
    }
    let note = queries::get_credit_note_by_number(&fixture.db, &client.owner, 1).await.unwrap();
    assert_eq!((note.total, note.invoice), (Money::new(9_000, Currency::USD), Some((id, 1))));
    assert_eq!(note.note, "This credits invoice 0001 in full.");
}

#[sqlx::test(migrations = "../migrations")]
async fn credit_notes_are_the_operators_to_write_and_the_clients_to_read(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let stranger = Fixture::beside(&fixture.db, &pool).await.operator;
    let (client, other) = (fixture.client("Harbor").await, fixture.client("Cedar").await);
    let (id, _) = issued(&fixture, &client, &[10_000]).await;
    mark_paid(&fixture.db, &fixture.operator, id).await.unwrap();
    for scope in [&stranger, &client.owner, &client.billing, &fixture.operator.within(client.id)] {
        assert!(matches!(credit(&fixture.db, scope, id).await, Err(Error::NotFound)), "{scope:?}");
    }
    let made = credit(&fixture.db, &fixture.operator, id).await.unwrap();
    for scope in [&stranger, &client.owner, &client.member] {
        assert!(matches!(settle_credit(&fixture.db, scope, made, true).await, Err(Error::NotFound)));
        assert!(matches!(queries::get_credit_note(&fixture.db, scope, made).await, Err(Error::NotFound)));
    }
    for scope in [&client.member, &other.owner] {
        assert!(matches!(
            queries::get_credit_note_by_number(&fixture.db, scope, 1).await,
            Err(Error::NotFound)
        ));
    }
    assert_eq!(queries::list_credit_notes(&fixture.db, &other.owner, None).await.unwrap(), []);
}
