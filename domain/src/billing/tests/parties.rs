//! What the law wants on an invoice, and where it is mailed to.

use sqlx::PgPool;

use crate::{
    Error, Role,
    accounts::commands::invitations,
    billing::{
        InvoiceState, Recipient, Sender, SubscriptionState,
        commands::{BillingDetails, bill_to, discard, issue, mark_paid},
        queries,
    },
    clients::{NewClient, commands as clients},
    desk,
    ids::ClientId,
    offers::Starts,
    testing::{Fixture, TestClient},
    workspaces,
};

fn billed(address: &str, email: &str) -> BillingDetails {
    let recipient = Recipient { address: address.into(), country: "US".into(), ..Recipient::default() };
    BillingDetails { recipient, email: email.into() }
}

async fn without_address(fixture: &Fixture, name: &str) -> TestClient {
    let client = fixture.client(name).await;
    sqlx::query("UPDATE client SET bill_to = name WHERE id = $1")
        .bind(client.id.0)
        .execute(&fixture.pool)
        .await
        .unwrap();
    client
}

/// Recipients of mails whose subject begins so, in order.
async fn mailed(fixture: &Fixture, subject: &str) -> Vec<String> {
    sqlx::query_scalar("SELECT recipient FROM mail WHERE subject LIKE $1 || '%' ORDER BY recipient")
        .bind(subject)
        .fetch_all(&fixture.pool)
        .await
        .unwrap()
}

#[sqlx::test(migrations = "../migrations")]
async fn an_invoice_without_an_address_is_held_back_until_there_is_one(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let client = without_address(&fixture, "Harbor").await;
    fixture.subscribe(&client, &fixture.offer(Starts::OnPayment).await).await;
    let bill = fixture.bills(&client).await.remove(0);
    assert_eq!((bill.state, bill.number, bill.is_held_back), (InvoiceState::Draft, None, true));
    assert_eq!(mailed(&fixture, "Invoice").await, Vec::<String>::new());
    let seen = queries::list(&fixture.db, &client.owner, None, queries::InvoiceFilter::All, 1).await.unwrap();
    assert!(seen.invoices.is_empty());
    let today = desk::queries::today(&fixture.db, &fixture.operator).await.unwrap();
    let held = &today.held_back.shown[0];
    assert_eq!((held.reason.as_str(), held.is_ours), ("The client’s address is missing", false));
    assert_eq!(today.count(), 1 + today.new_clients.shown.len());
    // Neither by hand: the reason is told, and it is not lost.
    for refused in [
        issue(&fixture.db, &fixture.operator, bill.id).await.map(|_| ()),
        discard(&fixture.db, &fixture.operator, bill.id).await,
        mark_paid(&fixture.db, &fixture.operator, bill.id).await,
    ] {
        assert!(matches!(refused, Err(Error::Refused(_))), "{refused:?}");
    }
    bill_to(&fixture.db, &client.billing, billed("5 Harbor Road\r\n\r\nPortland", "")).await.unwrap();
    let bill = fixture.bills(&client).await.remove(0);
    assert_eq!((bill.state, bill.number), (InvoiceState::Issued, Some(1)));
    assert_eq!(bill.bill_to, "Harbor\n5 Harbor Road\nPortland\nUnited States");
    assert_eq!(mailed(&fixture, "Invoice").await.len(), 2);
    assert!(desk::queries::today(&fixture.db, &fixture.operator).await.unwrap().held_back.shown.is_empty());
    mark_paid(&fixture.db, &fixture.operator, bill.id).await.unwrap();
    assert_eq!(fixture.held(&client).await.state, SubscriptionState::Active);
}

#[sqlx::test(migrations = "../migrations")]
async fn what_the_sender_lacks_is_mended_in_the_settings(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let client = fixture.client("Harbor").await;
    let sender = |tax_number: &str| Sender {
        address: "1 Kai".into(),
        country: "DE".into(),
        tax_number: tax_number.into(),
        bank: "DE02 1203 0000 0000 2020 51".into(),
        tax_note: "No VAT is charged (§ 19 UStG).".into(),
        ..Sender::default()
    };
    let save = async |sender: Sender| {
        let mut settings = workspaces::queries::settings(&fixture.db, &fixture.operator).await.unwrap();
        settings.sender = sender;
        workspaces::commands::update(&fixture.db, &fixture.operator, &settings).await.unwrap();
    };
    save(sender("")).await;
    fixture.subscribe(&client, &fixture.offer(Starts::AtOnce).await).await;
    assert!(fixture.bills(&client).await[0].is_held_back);
    assert_eq!(fixture.held(&client).await.state, SubscriptionState::Active, "work does not wait for it");
    let today = desk::queries::today(&fixture.db, &fixture.operator).await.unwrap();
    let held = &today.held_back.shown[0];
    assert_eq!((held.reason.as_str(), held.is_ours), ("Your tax number is missing", true));
    save(sender("DE123456789")).await;
    let bill = fixture.bills(&client).await.remove(0);
    assert_eq!((bill.number, bill.note.as_str()), (Some(1), "No VAT is charged (§ 19 UStG)."));
    assert_eq!(
        bill.bill_from,
        "Northlight\n1 Kai\nGermany\nTax number: DE123456789\nDE02 1203 0000 0000 2020 51"
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn what_never_began_leaves_no_held_invoice(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let client = without_address(&fixture, "Harbor").await;
    let held = fixture.subscribe(&client, &fixture.offer(Starts::OnPayment).await).await;
    crate::billing::commands::end_now(&fixture.db, &fixture.operator, held).await.unwrap();
    assert!(fixture.bills(&client).await.is_empty());
}

async fn by_hand(fixture: &Fixture, new: NewClient) -> ClientId {
    clients::create(&fixture.db, &fixture.operator, &new).await.unwrap()
}

#[sqlx::test(migrations = "../migrations")]
async fn clients_by_hand_get_their_invoices_by_mail(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let offer = Some(fixture.offer(Starts::OnPayment).await.id);
    let new = |name: &str, email: &str, bills: &str| NewClient {
        name: name.into(),
        offer,
        email: email.into(),
        billed: billed("5 Harbor Road", bills),
    };
    by_hand(&fixture, new("Invited", "owner@invited.test", "")).await;
    assert_eq!(mailed(&fixture, "Invoice").await, ["owner@invited.test"], "before it is accepted");
    by_hand(&fixture, new("Office", "owner@office.test", "bills@office.test")).await;
    assert_eq!(mailed(&fixture, "Invoice 0002").await, ["bills@office.test"]);
    // Nobody yet: it goes to whoever is invited first to see to bills, once.
    let later = by_hand(&fixture, new("Later", "", "")).await;
    assert_eq!(mailed(&fixture, "Invoice 0003").await, Vec::<String>::new());
    let scope = fixture.operator.within(later);
    for (email, role) in [
        ("member@later.test", Role::Member),
        ("owner@later.test", Role::Owner),
        ("second@later.test", Role::Billing),
    ] {
        invitations::invite(&fixture.db, &scope, email, role).await.unwrap();
    }
    assert_eq!(mailed(&fixture, "Invoice 0003").await, ["owner@later.test"]);
}

#[sqlx::test(migrations = "../migrations")]
async fn who_a_client_invites_gets_no_mail_before_they_come(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let client = fixture.client("Harbor").await;
    invitations::invite(&fixture.db, &client.owner, "victim@elsewhere.test", Role::Billing).await.unwrap();
    fixture.subscribe(&client, &fixture.offer(Starts::AtOnce).await).await;
    let told = mailed(&fixture, "Invoice").await;
    assert_eq!(told.len(), 2);
    assert!(!told.contains(&"victim@elsewhere.test".to_owned()), "{told:?}");
}
