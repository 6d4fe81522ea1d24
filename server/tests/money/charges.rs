use domain::payments::provider::{
    ChargeInput, ChargeState, Decline, PaymentProvider, ProviderError, ProviderObject, RefundState,
};

use crate::peer::{Peer, charge, dollars, refund, with_peers, with_stand_in};

with_peers! {
    a_good_card_is_charged_once_a_key
    a_bank_that_says_no_is_a_fact
    a_bank_that_wants_the_person_is_no_decline
    money_goes_back_in_parts_and_never_more
}
with_stand_in! { nobody_there_is_no_answer }

async fn a_good_card_is_charged_once_a_key(peer: &Peer) {
    let customer = peer.customer().await;
    let method = peer.card(&customer, "4242424242424242", "pm_card_visa").await;
    let input = charge(&customer, &method);
    let first = peer.stripe.charge(&input).await.unwrap();
    assert_eq!(first.state, ChargeState::Succeeded);
    assert_eq!(first.attempt.as_deref(), Some(input.attempt.as_str()));
    assert_eq!((first.amount, first.customer.as_deref()), (dollars(5_000), Some(customer.as_str())));
    // The same call again, as after a crash, is the same charge.
    let again = peer.stripe.charge(&input).await.unwrap();
    assert_eq!(again.reference, first.reference);
    let all = peer.get(&format!("/v1/payment_intents?customer={customer}")).await;
    assert_eq!(all["data"].as_array().unwrap().len(), 1, "{all}");
    // The same key for another call is a mistake, and moves nothing.
    let other = ChargeInput { amount: dollars(9_900), ..input };
    assert!(matches!(peer.stripe.charge(&other).await, Err(ProviderError::Refused(_))));
    let read = peer.read_charge(&first.reference).await;
    assert_eq!((read.state, read.refunded_minor), (ChargeState::Succeeded, 0));
    assert!(read.fee.is_some_and(|fee| fee.minor > 0), "{:?}", read.fee);
}

async fn a_bank_that_says_no_is_a_fact(peer: &Peer) {
    let customer = peer.customer().await;
    let method = peer.card(&customer, "4000000000000341", "pm_card_chargeCustomerFail").await;
    let input = charge(&customer, &method);
    let fact = peer.stripe.charge(&input).await.unwrap();
    let ChargeState::Declined(Decline { code, .. }) = &fact.state else { panic!("{fact:?}") };
    assert!(!code.is_empty());
    assert_eq!(fact.attempt.as_deref(), Some(input.attempt.as_str()));
    let again = peer.stripe.charge(&input).await.unwrap();
    assert_eq!((again.reference.as_str(), &again.state), (fact.reference.as_str(), &fact.state));
    assert_eq!(peer.read_charge(&fact.reference).await.state, fact.state);
}

async fn a_bank_that_wants_the_person_is_no_decline(peer: &Peer) {
    let customer = peer.customer().await;
    let method = peer.card(&customer, "4000002500003155", "pm_card_authenticationRequired").await;
    let fact = peer.charge(&customer, &method).await.unwrap();
    assert!(matches!(fact.state, ChargeState::NeedsPerson { .. }), "{fact:?}");
    let present = ChargeInput { is_present: true, ..charge(&customer, &method) };
    let fact = peer.stripe.charge(&present).await.unwrap();
    assert!(matches!(fact.state, ChargeState::NeedsPerson { .. }), "{fact:?}");
}

async fn money_goes_back_in_parts_and_never_more(peer: &Peer) {
    let customer = peer.customer().await;
    let method = peer.card(&customer, "4242424242424242", "pm_card_visa").await;
    let charged = peer.charge(&customer, &method).await.unwrap().reference;
    let part = refund(&charged, 2_000);
    let first = peer.stripe.refund(&part).await.unwrap();
    assert_eq!((first.amount, first.charge.as_str()), (dollars(2_000), charged.as_str()));
    assert_eq!(first.state, RefundState::Succeeded);
    assert_eq!(first.refund.as_deref(), Some(part.refund.as_str()));
    assert_eq!(peer.stripe.refund(&part).await.unwrap().reference, first.reference);
    assert_eq!(peer.read_charge(&charged).await.refunded_minor, 2_000);
    let ProviderObject::Refund(read) = peer.stripe.read(&first.reference).await.unwrap() else {
        panic!("no refund")
    };
    assert_eq!(
        (read.charge.as_str(), read.refund.as_deref()),
        (charged.as_str(), Some(part.refund.as_str()))
    );
    peer.stripe.refund(&refund(&charged, 3_000)).await.unwrap();
    let over = peer.stripe.refund(&refund(&charged, 1)).await;
    assert!(matches!(over, Err(ProviderError::Refused(_))), "{over:?}");
    assert_eq!(peer.read_charge(&charged).await.refunded_minor, 5_000);
}

async fn nobody_there_is_no_answer(peer: &Peer) {
    // A port of this machine that was free a moment ago.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let away = stripe::Stripe::new(
        stripe::Stripe::http().unwrap(),
        url.parse().unwrap(),
        domain::sealed::Secret::new("rk_test_stand_in"),
    );
    let answer = away.charge(&charge("cus_1", "pm_1")).await;
    assert!(matches!(answer, Err(ProviderError::Unavailable(_))), "{answer:?}");
    let revoked = peer.by_key("rk_test_revoked").charge(&charge("cus_1", "pm_1")).await;
    assert_eq!(revoked, Err(ProviderError::KeyRevoked));
    let lacks = peer.by_key("rk_test_without_refunds").refund(&refund("pi_1", 1)).await;
    assert_eq!(lacks, Err(ProviderError::Lacks("rak_charge_write".to_owned())));
}
