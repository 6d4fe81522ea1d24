//! What the law wants on an invoice, and where it is mailed to.

use sqlx::PgPool;

use crate::{
    Error, Role,
    accounts::commands::invitations,
    billing::{
        InvoiceState, Recipient, Sender, SubscriptionState,
        commands::{Billed, bill_to, discard, issue, mark_paid},
        queries,
    },
    clients::{NewClient, commands as clients},
    desk,
    ids::ClientId,
    offers::Starts,
    testing::{Ground, TestClient},
    workspaces,
};

fn billed(address: &str, email: &str) -> Billed {
    let recipient = Recipient { address: address.into(), country: "US".into(), ..Recipient::default() };
    Billed { recipient, email: email.into() }
}

async fn without_address(ground: &Ground, name: &str) -> TestClient {
    let client = ground.client(name).await;
    sqlx::query("UPDATE client SET bill_to = name WHERE id = $1")
        .bind(client.id.0)
        .execute(&ground.pool)
        .await
        .unwrap();
    client
}

/// Recipients of mails whose subject begins so, in order.
async fn mailed(ground: &Ground, subject: &str) -> Vec<String> {
    sqlx::query_scalar("SELECT recipient FROM mail WHERE subject LIKE $1 || '%' ORDER BY recipient")
        .bind(subject)
        .fetch_all(&ground.pool)
        .await
        .unwrap()
}

#[sqlx::test(migrations = "../migrations")]
async fn an_invoice_without_an_address_is_held_back_until_there_is_one(pool: PgPool) {
    let ground = Ground::new(&pool).await;
    let client = without_address(&ground, "Harbor").await;
    ground.subscribe(&client, &ground.offer(Starts::OnPayment).await).await;
    let bill = ground.bills(&client).await.remove(0);
    assert_eq!((bill.state, bill.number, bill.is_held_back), (InvoiceState::Draft, None, true));
    assert_eq!(mailed(&ground, "Invoice").await, Vec::<String>::new());
    let seen = queries::list(&ground.db, &client.owner, None, queries::Filter::All, 1).await.unwrap();
    assert!(seen.invoices.is_empty());
    let today = desk::today(&ground.db, &ground.operator).await.unwrap();
    let held = &today.held_back.shown[0];
    assert_eq!((held.reason.as_str(), held.is_ours), ("The client’s address is missing", false));
    assert_eq!(today.count(), 1 + today.new_clients.shown.len());
    // Neither by hand: the reason is told, and it is not lost.
    for refused in [
        issue(&ground.db, &ground.operator, bill.id).await.map(|_| ()),
        discard(&ground.db, &ground.operator, bill.id).await,
        mark_paid(&ground.db, &ground.operator, bill.id).await,
    ] {
        assert!(matches!(refused, Err(Error::Refused(_))), "{refused:?}");
    }
    bill_to(&ground.db, &client.billing, billed("5 Harbor Road\r\n\r\nPortland", "")).await.unwrap();
    let bill = ground.bills(&client).await.remove(0);
    assert_eq!((bill.state, bill.number), (InvoiceState::Issued, Some(1)));
    assert_eq!(bill.bill_to, "Harbor\n5 Harbor Road\nPortland\nUnited States");
    assert_eq!(mailed(&ground, "Invoice").await.len(), 2);
    assert!(desk::today(&ground.db, &ground.operator).await.unwrap().held_back.shown.is_empty());
    mark_paid(&ground.db, &ground.operator, bill.id).await.unwrap();
    assert_eq!(ground.held(&client).await.state, SubscriptionState::Active);
}

#[sqlx::test(migrations = "../migrations")]
async fn what_the_sender_lacks_is_mended_in_the_settings(pool: PgPool) {
    let ground = Ground::new(&pool).await;
    let client = ground.client("Harbor").await;
    let sender = |tax_number: &str| Sender {
        address: "1 Kai".into(),
        country: "DE".into(),
        tax_number: tax_number.into(),
        bank: "DE02 1203 0000 0000 2020 51".into(),
        tax_note: "No VAT is charged (§ 19 UStG).".into(),
        ..Sender::default()
    };
    let save = async |sender: Sender| {
        let mut settings = workspaces::queries::settings(&ground.db, &ground.operator).await.unwrap();
        settings.sender = sender;
        workspaces::commands::update(&ground.db, &ground.operator, &settings).await.unwrap();
    };
    save(sender("")).await;
    ground.subscribe(&client, &ground.offer(Starts::AtOnce).await).await;
    assert!(ground.bills(&client).await[0].is_held_back);
    assert_eq!(ground.held(&client).await.state, SubscriptionState::Active, "work does not wait for it");
    let today = desk::today(&ground.db, &ground.operator).await.unwrap();
    let held = &today.held_back.shown[0];
    assert_eq!((held.reason.as_str(), held.is_ours), ("Your tax number is missing", true));
    save(sender("DE123456789")).await;
    let bill = ground.bills(&client).await.remove(0);
    assert_eq!((bill.number, bill.note.as_str()), (Some(1), "No VAT is charged (§ 19 UStG)."));
    assert_eq!(
        bill.bill_from,
        "Northlight\n1 Kai\nGermany\nTax number: DE123456789\nDE02 1203 0000 0000 2020 51"
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn what_never_began_leaves_no_held_invoice(pool: PgPool) {
    let ground = Ground::new(&pool).await;
    let client = without_address(&ground, "Harbor").await;
    let held = ground.subscribe(&client, &ground.offer(Starts::OnPayment).await).await;
    crate::billing::commands::end_now(&ground.db, &ground.operator, held).await.unwrap();
    assert!(ground.bills(&client).await.is_empty());
}

async fn by_hand(ground: &Ground, new: NewClient) -> ClientId {
    clients::create(&ground.db, &ground.operator, &new).await.unwrap()
}

#[sqlx::test(migrations = "../migrations")]
async fn clients_by_hand_get_their_invoices_by_mail(pool: PgPool) {
    let ground = Ground::new(&pool).await;
    let offer = Some(ground.offer(Starts::OnPayment).await.id);
    let new = |name: &str, email: &str, bills: &str| NewClient {
        name: name.into(),
        offer,
        email: email.into(),
        billed: billed("5 Harbor Road", bills),
    };
    by_hand(&ground, new("Invited", "owner@invited.test", "")).await;
    assert_eq!(mailed(&ground, "Invoice").await, ["owner@invited.test"], "before it is accepted");
    by_hand(&ground, new("Office", "owner@office.test", "bills@office.test")).await;
    assert_eq!(mailed(&ground, "Invoice 0002").await, ["bills@office.test"]);
    // Nobody yet: it goes to whoever is invited first to see to bills, once.
    let later = by_hand(&ground, new("Later", "", "")).await;
    assert_eq!(mailed(&ground, "Invoice 0003").await, Vec::<String>::new());
    let scope = ground.operator.within(later);
    for (email, role) in [
        ("member@later.test", Role::Member),
        ("owner@later.test", Role::Owner),
        ("second@later.test", Role::Billing),
    ] {
        invitations::invite(&ground.db, &scope, email, role).await.unwrap();
    }
    assert_eq!(mailed(&ground, "Invoice 0003").await, ["owner@later.test"]);
}

#[sqlx::test(migrations = "../migrations")]
async fn who_a_client_invites_gets_no_mail_before_they_come(pool: PgPool) {
    let ground = Ground::new(&pool).await;
    let client = ground.client("Harbor").await;
    invitations::invite(&ground.db, &client.owner, "victim@elsewhere.test", Role::Billing).await.unwrap();
    ground.subscribe(&client, &ground.offer(Starts::AtOnce).await).await;
    let told = mailed(&ground, "Invoice").await;
    assert_eq!(told.len(), 2);
    assert!(!told.contains(&"victim@elsewhere.test".to_owned()), "{told:?}");
}
