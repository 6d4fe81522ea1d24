use domain::payments::provider::{PaymentProvider, ProviderObject};

use crate::peer::{Peer, with_peers};

with_peers! { a_card_is_described_and_forgotten }

async fn a_card_is_described_and_forgotten(peer: &Peer) {
    let customer = peer.customer().await;
    let method = peer.card(&customer, "5555555555554444", "pm_card_mastercard").await;
    let ProviderObject::Card(card) = peer.stripe.read(&method).await.unwrap() else { panic!("no card") };
    assert_eq!((card.brand.as_str(), card.last4.as_str()), ("mastercard", "4444"));
    assert_eq!(card.customer.as_deref(), Some(customer.as_str()));
    assert!((1..=12).contains(&card.exp_month) && card.exp_year > 2_025, "{card:?}");
    peer.stripe.forget_card(&method).await.unwrap();
    assert_eq!(peer.stripe.read(&method).await, Ok(ProviderObject::CardGone(method.clone())));
    // Once more does no harm.
    peer.stripe.forget_card(&method).await.unwrap();
}
