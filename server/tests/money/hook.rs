//! The webhook's address and the desk's page, with a Stripe of the test's own: nothing else is needed for them.

use axum::http::{Request, StatusCode};
use chrono::TimeDelta;
use domain::sealed::Secret;
use sqlx::PgPool;

use crate::desk::{Desk, KEY};

const OLD: &str = "whsec_planted_old";
const NEW: &str = "whsec_planted_new";

/// An event of a kind that nothing depends on, so that it is taken without anything to act on.
const EVENT: &str =
    r#"{"id":"evt_1","type":"product.created","created":1796000000,"data":{"object":{"id":"prod_1"}}}"#;

async fn push(desk: &Desk, body: &str, secret: &str, age: TimeDelta) -> (StatusCode, String) {
    let at = desk.fixture.db.now() - age;
    let header = stripe::webhook::sign(&Secret::new(secret), body.as_bytes(), at);
    let path = format!("/hooks/stripe/{}", desk.fixture.workspace);
    let request = Request::post(path).header(stripe::webhook::HEADER, header);
    desk.send(request.header("content-type", "application/json"), body.to_owned()).await
}

#[sqlx::test(migrations = "../migrations")]
async fn only_what_stripe_signed_is_taken(pool: PgPool) {
    let desk = Desk::scripted(&pool).await;
    let now = TimeDelta::zero();
    // Nobody is there before an account is connected, nor at another workspace's address.
    assert_eq!(push(&desk, EVENT, OLD, now).await.0, StatusCode::NOT_FOUND);
    desk.post("/desk/payments", &[("key", KEY), ("webhook_secret", OLD)]).await;
    assert_eq!(push(&desk, EVENT, OLD, now).await.0, StatusCode::OK);
    let (status, words) = push(&desk, EVENT, NEW, now).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(words.contains("signature") && !words.contains(OLD), "{words}");
    assert_eq!(push(&desk, EVENT, OLD, TimeDelta::minutes(6)).await.0, StatusCode::BAD_REQUEST);
    let unsigned = Request::post(format!("/hooks/stripe/{}", desk.fixture.workspace));
    assert_eq!(desk.send(unsigned, EVENT).await.0, StatusCode::BAD_REQUEST);
    assert_eq!(push(&desk, "no event", OLD, now).await.0, StatusCode::BAD_REQUEST);
    assert_eq!(push(&desk, &"x".repeat(600_000), OLD, now).await.0, StatusCode::PAYLOAD_TOO_LARGE);
    let (status, words) = desk.send(Request::get("/hooks/stripe/ws_1"), "").await;
    assert!(status == StatusCode::METHOD_NOT_ALLOWED && words.contains("POST"), "{status} {words}");

    // While the secret is rotated both are believed; with the next one the first is not.
    desk.post("/desk/payments/secret", &[("signing_secret", NEW)]).await;
    assert_eq!(push(&desk, EVENT, OLD, now).await.0, StatusCode::OK);
    assert_eq!(push(&desk, EVENT, NEW, now).await.0, StatusCode::OK);
    desk.post("/desk/payments/secret", &[("signing_secret", "whsec_planted_third")]).await;
    assert_eq!(push(&desk, EVENT, OLD, now).await.0, StatusCode::BAD_REQUEST);
    assert_eq!(push(&desk, EVENT, NEW, now).await.0, StatusCode::OK);

    desk.post("/desk/payments/removal", &[]).await;
    assert_eq!(push(&desk, EVENT, NEW, now).await.0, StatusCode::NOT_FOUND);
}

#[sqlx::test(migrations = "../migrations")]
async fn the_page_says_what_the_key_may_and_what_to_do(pool: PgPool) {
    let desk = Desk::scripted(&pool).await;
    let page = desk.see("/desk/payments").await;
    assert!(page.contains("Connect Stripe") && page.contains("Events: Read"), "{page}");
    for (key, words) in [
        ("", "Paste a key from Stripe."),
        ("pk_test_1", "This is a publishable key."),
        ("rk_test_wrong", "accept this key"),
    ] {
        let (status, page) = desk.post("/desk/payments", &[("key", key)]).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{key}");
        assert!(page.contains(words), "{key}: {page}");
    }
    let (status, _) = desk.post("/desk/payments", &[("key", KEY)]).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let page = desk.see("/desk/payments").await;
    assert!(page.contains("Northlight") && page.contains("Test mode"), "{page}");
    assert!(page.contains("missing permissions") && page.contains("Charges and Refunds: Write"), "{page}");
    assert!(
        page.contains(&format!("http://127.0.0.1:3000/hooks/stripe/{}", desk.fixture.workspace)),
        "{page}"
    );
    assert!(page.contains("No webhook. We check for payments every minute"), "{page}");
    let (status, page) = desk.post("/desk/payments/secret", &[("signing_secret", KEY)]).await;
    assert!(
        status == StatusCode::UNPROCESSABLE_ENTITY && page.contains("Signing secrets start with whsec_"),
        "{page}"
    );
    desk.post("/desk/payments/secret", &[("signing_secret", OLD)]).await;
    assert!(desk.see("/desk/payments").await.contains("A webhook is set up."));
    desk.post("/desk/payments/secret", &[("without", "yes")]).await;
    assert!(desk.see("/desk/payments").await.contains("No webhook."));
}

#[sqlx::test(migrations = "../migrations")]
async fn where_clients_transfer_to_is_checked_and_shown_in_the_settings(pool: PgPool) {
    let desk = Desk::scripted(&pool).await;
    let typed = [("holder", "Northlight GmbH"), ("iban", "DE89 3704 0044 0532 0130 01")];
    let (status, page) = desk.post("/desk/payments/bank", &typed).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("Check this IBAN") && page.contains("DE89 3704 0044 0532 0130 01"), "{page}");
    let typed = [("holder", "Northlight GmbH"), ("iban", "de89370400440532013000"), ("bic", "COBADEFFXXX")];
    assert_eq!(desk.post("/desk/payments/bank", &typed).await.0, StatusCode::SEE_OTHER);
    assert!(desk.see("/desk/payments").await.contains("DE89 3704 0044 0532 0130 00"));
    let settings = desk.see("/desk/settings").await;
    assert!(
        settings.contains("Account name: Northlight GmbH\nIBAN: DE89 3704 0044 0532 0130 00"),
        "{settings}"
    );
}
