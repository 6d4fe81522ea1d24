use chrono::TimeDelta;
use futures::TryStreamExt;
use sqlx::PgPool;

use super::{BookFile, Month, queries};
use crate::{
    Error,
    billing::{
        InvoiceDraft, InvoiceLine,
        commands::{draft, end_now, issue, mark_paid},
    },
    ids::InvoiceId,
    money::{Currency, Money},
    offers::Starts,
    testing::{Fixture, TestClient},
};

async fn issued(fixture: &Fixture, client: &TestClient, what: &str, minor: i64) -> InvoiceId {
    let lines = vec![InvoiceLine { what: what.into(), minor }];
    let new = InvoiceDraft { lines, currency: Currency::USD, note: String::new() };
    let invoice = draft(&fixture.db, &fixture.operator, client.id, &new).await.unwrap();
    issue(&fixture.db, &fixture.operator, invoice).await.unwrap();
    invoice
}

async fn pays(fixture: &Fixture, client: &TestClient) {
    let unpaid: Vec<uuid::Uuid> = sqlx::query_scalar(
        "SELECT id FROM invoice WHERE client_id = $1 AND state = 'issued' ORDER BY number",
    )
    .bind(client.id.0)
    .fetch_all(&fixture.pool)
    .await
    .unwrap();
    for id in unpaid {
        mark_paid(&fixture.db, &fixture.operator, InvoiceId(id)).await.unwrap();
    }
}

async fn file(fixture: &Fixture, file: BookFile) -> String {
    let month = Month::parse("2026-11").unwrap();
    let download = queries::download(&fixture.db, &fixture.operator, file, month).await.unwrap();
    assert_eq!(download.name, format!("{}-2026-11.csv", file.as_str()));
    let pieces: Vec<bytes::Bytes> = download.pieces.try_collect().await.unwrap();
    String::from_utf8(pieces.concat()).unwrap()
}

#[test]
fn months_and_amounts_are_read_by_programs() {
    for wrong in ["", "2026", "2026-13", "2026-1", "2026-11-01", "11-2026", "9999-01"] {
        assert_eq!(Month::parse(wrong), None, "{wrong}");
    }
    let month = Month::parse("2026-12").unwrap();
    assert_eq!((month.next().code(), month.previous().code()), ("2027-01".into(), "2026-11".into()));
    let plain = |minor, currency| Money::new(minor, currency).plain();
    assert_eq!(plain(-123_405, Currency::USD), "-1234.05");
    assert_eq!((plain(5, Currency::KWD), plain(500, Currency::JPY)), ("0.005".into(), "500".into()));
}

#[sqlx::test(migrations = "../migrations")]
async fn the_files_of_a_month_hold_what_was_billed_and_paid(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let client = fixture.client("=Harbor, \"Pine\"").await;
    let invoice = issued(&fixture, &client, "Work", 123_405).await;
    mark_paid(&fixture.db, &fixture.operator, invoice).await.unwrap();
    issued(&fixture, &client, "Goodwill", -5_000).await;
    fixture.wait(TimeDelta::days(20));
    issued(&fixture, &client, "Later", 100).await;
    let text = file(&fixture, BookFile::Invoices).await;
    let rows: Vec<&str> = text.trim_start_matches('\u{feff}').trim_end().split("\r\n").collect();
    assert_eq!(rows.len(), 3, "{text}");
    assert!(rows[0].starts_with("\"kind\",\"number\",\"client\""));
    assert!(
        rows[1].starts_with("\"invoice\",\"0001\",\"'=Harbor, \"\"Pine\"\"\",\"2026-11-23\""),
        "{}",
        rows[1]
    );
    assert!(rows[1].contains("\"paid\",\"USD\",1234.05,0.00,1234.05,"), "{}", rows[1]);
    assert!(
        rows[2].starts_with("\"credit_note\",\"C-0001\"") && rows[2].contains(",-50.00,0.00,-50.00,"),
        "{}",
        rows[2]
    );
    let text = file(&fixture, BookFile::Payments).await;
    assert!(text.contains("\"0001\",\"bank\"") && text.contains("\"USD\",1234.05,1234.05"), "{text}");
    let text = file(&fixture, BookFile::Xero).await;
    assert!(text.starts_with("\"*ContactName\",\"*InvoiceNumber\""), "{text}");
    assert!(text.contains("\"Work\",1,1234.05,\"200\",\"Tax Exempt\",0.00,\"USD\"\r\n"), "{text}");
    for empty in [BookFile::Refunds, BookFile::Fees] {
        assert_eq!(file(&fixture, empty).await.lines().count(), 1);
    }
    let month = Month::parse("2026-11").unwrap();
    let theirs = queries::download(&fixture.db, &client.owner, BookFile::Invoices, month).await;
    assert!(matches!(theirs, Err(Error::NotFound)));
}

#[sqlx::test(migrations = "../migrations")]
async fn a_file_goes_on_past_the_first_page(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let client = fixture.client("Harbor").await;
    sqlx::query(
        "INSERT INTO payment (id, workspace_id, client_id, method, amount_minor, currency, received_at)
         SELECT gen_random_uuid(), $1, $2, 'bank', n, 'USD', $3 FROM generate_series(1, 1001) n",
    )
    .bind(fixture.workspace.0)
    .bind(client.id.0)
    .bind(fixture.db.now())
    .execute(&pool)
    .await
    .unwrap();
    assert_eq!(file(&fixture, BookFile::Payments).await.lines().count(), 1_002);
}

#[sqlx::test(migrations = "../migrations")]
async fn what_does_not_fit_is_told(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let client = fixture.client("Harbor").await;
    let (fits, alone, differs) = (
        issued(&fixture, &client, "One", 1_000).await,
        issued(&fixture, &client, "Two", 2_000).await,
        issued(&fixture, &client, "Three", 3_000).await,
    );
    for invoice in [fits, alone, differs] {
        mark_paid(&fixture.db, &fixture.operator, invoice).await.unwrap();
    }
    let told = queries::ties(&fixture.db, &fixture.operator, None).await.unwrap();
    assert_eq!((told.payments.len(), told.misfits.len(), told.month.code()), (3, 0, "2026-11".to_owned()));
    sqlx::query("UPDATE payment SET withdrawn_at = received_at WHERE invoice_id = $1")
        .bind(alone.0)
        .execute(&pool)
        .await
        .unwrap();
    sqlx::query("UPDATE payment SET amount_minor = 2500, applied_minor = 2500 WHERE invoice_id = $1")
        .bind(differs.0)
        .execute(&pool)
        .await
        .unwrap();
    sqlx::query(
        "INSERT INTO payment (id, workspace_id, client_id, method, amount_minor, currency, received_at)
         VALUES (gen_random_uuid(), $1, $2, 'bank', 700, 'USD', $3)",
    )
    .bind(fixture.workspace.0)
    .bind(client.id.0)
    .bind(fixture.db.now())
    .execute(&pool)
    .await
    .unwrap();
    let told = queries::ties(&fixture.db, &fixture.operator, None).await.unwrap();
    let mut words: Vec<&str> = told.misfits.iter().map(|misfit| misfit.words.as_str()).collect();
    words.sort_unstable();
    assert_eq!(
        words,
        [
            "Marked as paid, and no payment is noted.",
            "The invoice comes to $30.00, and $25.00 was paid for it.",
            "This payment has no invoice."
        ]
    );
    assert!(matches!(queries::ties(&fixture.db, &client.owner, None).await, Err(Error::NotFound)));
}

#[sqlx::test(migrations = "../migrations")]
async fn revenue_moves_by_who_came_grew_shrank_and_left(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let (stays, leaves) = (fixture.client("Harbor").await, fixture.client("Cedar").await);
    let offer = fixture.offer(Starts::AtOnce).await;
    fixture.subscribe(&stays, &offer).await;
    let gone = fixture.subscribe(&leaves, &offer).await;
    pays(&fixture, &stays).await;
    pays(&fixture, &leaves).await;
    // In December one leaves, and the other's price goes up.
    fixture.wait(TimeDelta::days(15));
    end_now(&fixture.db, &fixture.operator, gone).await.unwrap();
    sqlx::query("UPDATE subscription SET price_minor = 600000 WHERE client_id = $1")
        .bind(stays.id.0)
        .execute(&pool)
        .await
        .unwrap();
    let told = queries::movement(&fixture.db, &fixture.operator).await.unwrap();
    assert_eq!(told.len(), 11);
    let [november, december] = told.last_chunk().unwrap();
    // What one pays is known as of now alone: a price that was changed by hand is the price of before as well.
    assert_eq!((november.new.minor, november.lost.minor, november.amount.minor), (1_100_000, 0, 1_100_000));
    assert_eq!((december.new.minor, december.lost.minor, december.amount.minor), (0, 500_000, 600_000));
    for month in &told {
        assert!([month.new, month.grown, month.shrunk, month.lost].iter().all(|money| money.minor >= 0));
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn what_comes_in_and_who_may_leave(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let client = fixture.client("Harbor").await;
    fixture.subscribe(&client, &fixture.offer(Starts::AtOnce).await).await;
    let told = queries::outlook(&fixture.db, &fixture.operator).await.unwrap();
    assert_eq!(
        (told.month.code(), told.sums.clone()),
        ("2026-12".to_owned(), vec![Money::new(500_000, Currency::USD)])
    );
    assert_eq!(told.expected[0].client_name, "Harbor");
    assert_eq!(told.leaving, []);
    sqlx::query(
        "INSERT INTO payment_card (id, workspace_id, client_id, reference, brand, last4, exp_month, exp_year, added_at)
         VALUES (gen_random_uuid(), $1, $2, 'pm_1', 'visa', '4242', 12, 2026, $3)",
    )
    .bind(fixture.workspace.0)
    .bind(client.id.0)
    .bind(fixture.db.now())
    .execute(&pool)
    .await
    .unwrap();
    fixture.wait(TimeDelta::days(22));
    let told = queries::outlook(&fixture.db, &fixture.operator).await.unwrap();
    assert_eq!(told.leaving.len(), 1);
    assert_eq!(told.leaving[0].reasons, ["The card on file expires soon", "Nothing asked for in 22 days"]);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_statement_is_the_clients_own(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let (client, other) = (fixture.client("Harbor").await, fixture.client("Cedar").await);
    let invoice = issued(&fixture, &client, "Work", 1_000).await;
    mark_paid(&fixture.db, &fixture.operator, invoice).await.unwrap();
    issued(&fixture, &client, "Goodwill", -300).await;
    let year = async |scope, year| queries::statement(&fixture.db, scope, client.id, year).await;
    for scope in [&fixture.operator, &client.owner, &client.billing] {
        let told = year(scope, 2026).await.unwrap();
        let entry = |entries: &[super::StatementEntry]| {
            (entries[0].what.clone(), entries[0].amount.minor, entries.len())
        };
        assert_eq!(entry(&told.billed), ("Invoice 0001".to_owned(), 1_000, 1));
        assert_eq!(entry(&told.paid), ("Bank transfer, invoice 0001".to_owned(), 1_000, 1));
        assert_eq!(entry(&told.given_back), ("Credit note C-0001".to_owned(), 300, 1));
    }
    assert!(year(&fixture.operator, 2025).await.unwrap().billed.is_empty());
    for (scope, wrong) in [(&other.owner, 2026), (&client.member, 2026), (&client.owner, 1)] {
        assert!(matches!(year(scope, wrong).await, Err(Error::NotFound)));
    }
}
