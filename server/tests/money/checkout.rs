use chrono::TimeDelta;
use domain::{
    payments::provider::{
        CardSetupInput, ChargeState, CheckoutFact, CheckoutInput, CheckoutLine, CheckoutState,
        PaymentProvider, ProviderError, ProviderObject,
    },
    secret::random_token,
};

use crate::peer::{Peer, dollars, lately, with_peers, with_stand_in};

with_peers! { a_page_is_opened_once_a_key_and_closed }
with_stand_in! { a_person_pays_and_the_card_is_kept a_bank_asks_for_the_person a_card_is_kept_without_a_charge }

fn checkout(customer: &str) -> CheckoutInput {
    let attempt = format!("try_{}", random_token());
    let line = |what: &str, minor| CheckoutLine { what: what.to_owned(), minor };
    CheckoutInput {
        key: attempt.clone(),
        customer: customer.to_owned(),
        attempt,
        lines: vec![line("Two at a time, Dec 1 – Dec 31", 4_500), line("Setup", 500)],
        total: dollars(5_000),
        title: "Invoice 0042".into(),
        keeps_card: true,
        done_url: "https://portal.example/pay/done?checkout={reference}".into(),
        back_url: "https://portal.example/pay".into(),
        expires_at: lately() + TimeDelta::hours(2),
    }
}

async fn read(peer: &Peer, reference: &str) -> CheckoutFact {
    match peer.stripe.read(reference).await.unwrap() {
        ProviderObject::Checkout(fact) => fact,
        other => panic!("{other:?} is no checkout"),
    }
}

async fn a_page_is_opened_once_a_key_and_closed(peer: &Peer) {
    let customer = peer.customer().await;
    let input = checkout(&customer);
    let page = peer.stripe.open_checkout(&input).await.unwrap();
    assert_eq!(peer.stripe.open_checkout(&input).await.unwrap(), page);
    assert_eq!(page.expires_at.unwrap().timestamp(), input.expires_at.timestamp());
    let other = CheckoutInput { total: dollars(100), ..input.clone() };
    assert!(matches!(peer.stripe.open_checkout(&other).await, Err(ProviderError::Refused(_))));
    let open = read(peer, &page.reference).await;
    assert_eq!((open.state, open.attempt.as_deref()), (CheckoutState::Open, Some(input.attempt.as_str())));
    assert_eq!(open.customer.as_deref(), Some(customer.as_str()));
    let closed = peer.stripe.close_checkout(&page.reference).await.unwrap();
    assert_eq!(closed.state, CheckoutState::Expired);
    assert_eq!(peer.stripe.close_checkout(&page.reference).await.unwrap().state, CheckoutState::Expired);
}

async fn a_person_pays_and_the_card_is_kept(peer: &Peer) {
    let customer = peer.customer().await;
    let input = checkout(&customer);
    let page = peer.stripe.open_checkout(&input).await.unwrap();
    let (status, _, words) = peer.press(&page.url, &[("card", "4000000000000002")]).await;
    assert!(status == 402 && words.contains("declined"), "{status} {words}");
    assert_eq!(read(peer, &page.reference).await.state, CheckoutState::Open);
    let (status, back, _) = peer.press(&page.url, &[("card", "4242 4242 4242 4242")]).await;
    assert_eq!(status, 303);
    assert_eq!(back, format!("https://portal.example/pay/done?checkout={}", page.reference));
    let done = read(peer, &page.reference).await;
    assert_eq!(
        (done.state, done.attempt.as_deref()),
        (CheckoutState::Complete, Some(input.attempt.as_str()))
    );
    let paid = peer.read_charge(&done.charge.unwrap()).await;
    assert_eq!((&paid.state, paid.amount), (&ChargeState::Succeeded, dollars(5_000)));
    assert_eq!(paid.attempt.as_deref(), Some(input.attempt.as_str()));
    assert_eq!(paid.method, done.method);
    // The next period is charged to the card that was left.
    let renewal = peer.charge(&customer, &done.method.unwrap()).await.unwrap();
    assert_eq!(renewal.state, ChargeState::Succeeded);
    // Paid is paid: it cannot be closed any more, nor paid again.
    assert_eq!(peer.stripe.close_checkout(&page.reference).await.unwrap().state, CheckoutState::Complete);
    assert_eq!(peer.press(&page.url, &[("card", "4242424242424242")]).await.0, 410);
}

async fn a_bank_asks_for_the_person(peer: &Peer) {
    let customer = peer.customer().await;
    let page = peer.stripe.open_checkout(&checkout(&customer)).await.unwrap();
    let (_, _, words) = peer.press(&page.url, &[("card", "4000002500003155")]).await;
    assert!(words.contains("Your bank asks"), "{words}");
    let (status, _, _) = peer.press(&page.url, &[("bank", "no")]).await;
    assert_eq!(status, 402);
    assert_eq!(read(peer, &page.reference).await.state, CheckoutState::Open);
    peer.press(&page.url, &[("card", "4000002500003155")]).await;
    let (status, _, _) = peer.press(&page.url, &[("bank", "yes")]).await;
    assert_eq!(status, 303);
    assert_eq!(read(peer, &page.reference).await.state, CheckoutState::Complete);
}

async fn a_card_is_kept_without_a_charge(peer: &Peer) {
    let customer = peer.customer().await;
    let setup = CardSetupInput {
        key: random_token(),
        customer: customer.clone(),
        currency: "USD".into(),
        client: "cli_1".into(),
        done_url: "https://portal.example/card?checkout={reference}".into(),
        back_url: "https://portal.example/billing".into(),
    };
    let page = peer.stripe.open_card_setup(&setup).await.unwrap();
    assert_eq!(peer.press(&page.url, &[("card", "5555555555554444")]).await.0, 303);
    let done = read(peer, &page.reference).await;
    assert_eq!((done.state, done.client.as_deref()), (CheckoutState::Complete, Some("cli_1")));
    assert_eq!((&done.charge, &done.attempt), (&None, &None));
    let charged = peer.charge(&customer, &done.method.unwrap()).await.unwrap();
    assert_eq!(charged.state, ChargeState::Succeeded);
}
