//! A whole way through the portal: an account is connected, an invoice is paid on Checkout, and the portal hears of it.

use domain::{
    Clock,
    payments::{AccountSecrets, ChargeOutcome, ConnectInput, PaymentUrls, Providers, commands, queries},
    testing::{Fixture, Setup},
};
use server::payment_providers::StripeAccounts;
use sqlx::PgPool;

use crate::peer::Peer;

#[sqlx::test(migrations = "../migrations")]
#[ignore = "make test-money starts the stand-ins"]
async fn an_invoice_is_paid_on_checkout(pool: PgPool) {
    let Some(peer) = Peer::stand_in() else { return };
    // What is outside goes by the real time.
    let fixture = Fixture::with(&pool, Setup { clock: Clock::system(), ..Setup::default() }).await;
    let (db, operator) = (&fixture.db, &fixture.operator);
    let providers = StripeAccounts::new(peer.url.clone()).unwrap();
    let input = ConnectInput { key: "rk_test_stand_in".into(), webhook_secret: String::new() };
    let account = commands::connect(db, operator, &providers, input).await.unwrap();
    assert!(!account.is_live && account.lacks.is_empty(), "{account:?}");
    let kept: AccountSecrets = commands::open_secrets(db, fixture.workspace).await.unwrap().unwrap();
    assert_eq!(providers.of(&kept).account().await.unwrap().name, account.name);

    let client = fixture.subscriber("Quill").await;
    let invoice = sqlx::query_scalar("SELECT id FROM invoice WHERE client_id = $1 AND state = 'issued'")
        .bind(client.id.0)
        .fetch_one(&pool)
        .await
        .map(domain::ids::InvoiceId)
        .unwrap();
    let urls = PaymentUrls {
        done_url: "http://portal.example/pay/done?checkout={reference}".into(),
        back_url: "http://portal.example/pay".into(),
    };
    let page = commands::open_checkout(db, &client.owner, &providers, invoice, &urls).await.unwrap();
    assert_eq!(peer.press(&page.url, &[("card", "4242424242424242")]).await.0, 303);
    let outcome = commands::look_again(db, &client.owner, &providers, &page.reference).await.unwrap();
    assert_eq!(outcome, ChargeOutcome::Paid);
    let view = queries::pay_view(db, &client.owner, invoice).await.unwrap();
    assert_eq!((view.rest.minor, view.paid.minor), (0, 500_000));
    assert_eq!(view.card.unwrap().last4, "4242");
    // The job hears of the same, and nothing is paid twice.
    commands::read_events(db, &providers).await.unwrap();
    let payments: i64 = sqlx::query_scalar("SELECT count(*) FROM payment").fetch_one(&pool).await.unwrap();
    assert_eq!(payments, 1);
    assert!(!queries::latest_facts(db, operator, 10).await.unwrap().is_empty());
}
