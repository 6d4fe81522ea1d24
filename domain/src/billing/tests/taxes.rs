//! Tax on what is billed, from the rates to the credit note.

use sqlx::PgPool;

use crate::{
    Error,
    billing::{
        InvoiceDraft, InvoiceLine, InvoiceState, Recipient, Sender,
        commands::{BillingDetails, bill_to, credit, draft, issue, mark_paid, renew_due},
        queries,
    },
    ids::InvoiceId,
    money::Currency,
    offers::Starts,
    tax::{self, BuyerKind, RateForm, TaxSettingsForm, Treatment},
    testing::{Fixture, TestClient},
    workspaces,
};

fn rate(country: &str, percent: &str) -> RateForm {
    RateForm {
        country: country.into(),
        kind: "standard".into(),
        name: "VAT".into(),
        percent: percent.into(),
        ..RateForm::default()
    }
}

/// A German seller with its rate.
async fn german(pool: &PgPool) -> Fixture {
    let fixture = Fixture::new(pool).await;
    let mut settings = workspaces::queries::settings(&fixture.db, &fixture.operator).await.unwrap();
    settings.sender = Sender {
        address: "1 Kai".into(),
        country: "DE".into(),
        tax_number: "DE136695976".into(),
        ..Sender::default()
    };
    workspaces::commands::update(&fixture.db, &fixture.operator, &settings).await.unwrap();
    tax::commands::add_rate(&fixture.db, &fixture.operator, &rate("DE", "19")).await.unwrap();
    fixture
}

async fn lives_in(fixture: &Fixture, client: &TestClient, country: &str, tax_number: &str) {
    let recipient = Recipient {
        address: "5 Harbor Road".into(),
        country: country.into(),
        tax_number: tax_number.into(),
        kind: BuyerKind::Business,
        ..Recipient::default()
    };
    bill_to(&fixture.db, &client.owner, BillingDetails { recipient, email: String::new() }).await.unwrap();
}

async fn drafted(fixture: &Fixture, client: &TestClient, minors: &[i64]) -> InvoiceId {
    let lines = minors.iter().map(|minor| InvoiceLine { what: "Work".into(), minor: *minor }).collect();
    let new = InvoiceDraft { lines, currency: Currency::EUR, note: String::new() };
    draft(&fixture.db, &fixture.operator, client.id, &new).await.unwrap()
}

#[sqlx::test(migrations = "../migrations")]
async fn a_first_invoice_and_a_renewal_charge_tax(pool: PgPool) {
    let fixture = german(&pool).await;
    let client = fixture.client("Harbor").await;
    lives_in(&fixture, &client, "DE", "").await;
    fixture.subscribe(&client, &fixture.offer(Starts::AtOnce).await).await;
    fixture.wait(chrono::TimeDelta::days(31));
    renew_due(&fixture.db).await.unwrap();
    let bills = fixture.bills(&client).await;
    assert_eq!(bills.len(), 2);
    for bill in &bills {
        assert_eq!((bill.state, bill.total.minor), (InvoiceState::Issued, 595_000));
        let tax = bill.tax.as_ref().unwrap();
        assert_eq!((tax.net, tax.tax, tax.sums[0].word.as_str()), (500_000, 95_000, "VAT 19%"));
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn a_draft_is_taxed_by_what_holds_when_it_is_issued(pool: PgPool) {
    let fixture = german(&pool).await;
    let client = fixture.client("Harbor").await;
    lives_in(&fixture, &client, "DE", "").await;
    let invoice = drafted(&fixture, &client, &[10_000]).await;
    assert_eq!(fixture.bills(&client).await[0].total.minor, 11_900);
    lives_in(&fixture, &client, "FR", "FR 40 303 265 045").await;
    issue(&fixture.db, &fixture.operator, invoice).await.unwrap();
    let bill = fixture.bills(&client).await.remove(0);
    let told = bill.tax.unwrap();
    assert_eq!((bill.total.minor, told.treatment), (10_000, Treatment::ReverseCharge));
    assert_eq!(told.words, tax::TaxSettings::REVERSE_WORDS);
    assert!(bill.bill_to.ends_with("Tax number: FR40303265045"), "{}", bill.bill_to);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_credit_note_takes_the_tax_back_whatever_the_rate_is_by_then(pool: PgPool) {
    let fixture = german(&pool).await;
    let client = fixture.client("Harbor").await;
    lives_in(&fixture, &client, "DE", "").await;
    let invoice = drafted(&fixture, &client, &[333, 333]).await;
    issue(&fixture.db, &fixture.operator, invoice).await.unwrap();
    mark_paid(&fixture.db, &fixture.operator, invoice).await.unwrap();
    let kept = tax::queries::tax_view(&fixture.db, &fixture.operator).await.unwrap().rates.remove(0);
    tax::commands::change_rate(&fixture.db, &fixture.operator, kept.id, &rate("DE", "16")).await.unwrap();
    credit(&fixture.db, &fixture.operator, invoice).await.unwrap();
    let bill = fixture.bills(&client).await.remove(0);
    let note = queries::list_credit_notes(&fixture.db, &fixture.operator, None).await.unwrap().remove(0);
    assert_eq!((note.total, note.tax.clone()), (bill.total, bill.tax));
    assert_eq!(note.tax.unwrap().tax, 126);
    // A credit of its own goes by the rate of its day.
    let own = drafted(&fixture, &client, &[-10_000]).await;
    issue(&fixture.db, &fixture.operator, own).await.unwrap();
    let note = queries::list_credit_notes(&fixture.db, &fixture.operator, None).await.unwrap().remove(0);
    let told = note.tax.unwrap();
    assert_eq!((note.total.minor, told.net, told.tax), (11_600, 10_000, 1_600));
}

#[sqlx::test(migrations = "../migrations")]
async fn without_a_country_nobody_knows_the_tax_and_the_invoice_waits(pool: PgPool) {
    let fixture = german(&pool).await;
    let client = fixture.client("Harbor").await;
    let invoice = drafted(&fixture, &client, &[10_000]).await;
    let Err(Error::Refused(told)) = issue(&fixture.db, &fixture.operator, invoice).await else {
        panic!("not refused")
    };
    assert!(told.starts_with("The client’s country is missing"), "{told}");
}

#[sqlx::test(migrations = "../migrations")]
async fn a_wrong_tax_number_is_told_beside_its_field(pool: PgPool) {
    let fixture = german(&pool).await;
    let client = fixture.client("Harbor").await;
    let details = |kind: BuyerKind| {
        let recipient = Recipient {
            address: "5 Harbor Road".into(),
            country: "FR".into(),
            tax_number: "FR40303265046".into(),
            kind,
            ..Recipient::default()
        };
        BillingDetails { recipient, email: String::new() }
    };
    let Err(Error::Fields(errors)) = bill_to(&fixture.db, &client.owner, details(BuyerKind::Business)).await
    else {
        panic!("not refused")
    };
    assert!(errors.of("bill_tax_number").is_some_and(|told| told.contains("FR40303265045")));
    bill_to(&fixture.db, &client.owner, details(BuyerKind::Private)).await.unwrap();
}

#[sqlx::test(migrations = "../migrations")]
async fn a_small_business_says_why_and_needs_no_note_of_its_own(pool: PgPool) {
    let fixture = german(&pool).await;
    let client = fixture.client("Harbor").await;
    lives_in(&fixture, &client, "DE", "").await;
    let typed = TaxSettingsForm {
        mode: "without".into(),
        sold: "standard".into(),
        is_small_business: true,
        small_business_words: "No VAT (§ 19 UStG).".into(),
        ..TaxSettingsForm::default()
    };
    tax::commands::set_settings(&fixture.db, &fixture.operator, &typed).await.unwrap();
    let invoice = drafted(&fixture, &client, &[10_000]).await;
    issue(&fixture.db, &fixture.operator, invoice).await.unwrap();
    let bill = fixture.bills(&client).await.remove(0);
    assert_eq!((bill.total.minor, bill.tax.unwrap().words.as_str()), (10_000, "No VAT (§ 19 UStG)."));
}

#[sqlx::test(migrations = "../migrations")]
async fn rates_are_the_operators_and_each_is_there_once(pool: PgPool) {
    let fixture = german(&pool).await;
    let client = fixture.client("Harbor").await;
    let add = async |typed: RateForm| tax::commands::add_rate(&fixture.db, &fixture.operator, &typed).await;
    let Err(Error::Fields(errors)) = add(rate("DE", "7")).await else { panic!("twice") };
    assert!(errors.of("country").is_some());
    let Err(Error::Fields(errors)) = add(rate("Germany", "lots")).await else { panic!("unreadable") };
    assert!(errors.of("country").is_some() && errors.of("percent").is_some());
    for stranger in [&client.owner, &client.billing] {
        assert!(matches!(
            tax::commands::add_rate(&fixture.db, stranger, &rate("FR", "20")).await,
            Err(Error::NotFound)
        ));
        assert!(matches!(tax::queries::tax_view(&fixture.db, stranger).await, Err(Error::NotFound)));
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn a_check_by_hand_holds_for_the_number_that_was_looked_up(pool: PgPool) {
    let fixture = german(&pool).await;
    let client = fixture.client("Harbor").await;
    let check = async || tax::queries::hand_check(&fixture.db, &fixture.operator, client.id).await.unwrap();
    let note =
        async |done| tax::commands::note_hand_check(&fixture.db, &fixture.operator, client.id, done).await;
    assert!(matches!(note(true).await, Err(Error::Refused(_))));
    lives_in(&fixture, &client, "FR", "FR40303265045").await;
    note(true).await.unwrap();
    let told = check().await.unwrap();
    assert_eq!((told.number.as_str(), told.at), ("FR40303265045", fixture.db.now()));
    lives_in(&fixture, &client, "IT", "IT00743110157").await;
    assert_eq!(check().await, None);
    lives_in(&fixture, &client, "FR", "FR40303265045").await;
    note(false).await.unwrap();
    assert_eq!(check().await, None);
}
