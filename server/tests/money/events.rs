use std::collections::BTreeSet;

use domain::payments::provider::{PaymentProvider, ProviderObject};

use crate::peer::{Peer, lately, refund, with_peers};

with_peers! { events_are_read_oldest_first_and_each_object_anew }

async fn events_are_read_oldest_first_and_each_object_anew(peer: &Peer) {
    let since = lately();
    let customer = peer.customer().await;
    let method = peer.card(&customer, "4242424242424242", "pm_card_visa").await;
    let charged = peer.charge(&customer, &method).await.unwrap().reference;
    peer.stripe.refund(&refund(&charged, 1_000)).await.unwrap();
    let failing = peer.card(&customer, "4000000000000341", "pm_card_chargeCustomerFail").await;
    let declined = peer.charge(&customer, &failing).await.unwrap().reference;
    let wanted = [
        ("payment_intent.succeeded", &charged),
        ("charge.refunded", &charged),
        ("payment_intent.payment_failed", &declined),
    ];
    let mut events = Vec::new();
    // Stripe itself takes a moment.
    for _ in 0..30 {
        events = peer.stripe.events_since(since).await.unwrap();
        let heard = |(kind, object): &(&str, &String)| {
            events.iter().any(|event| event.kind == *kind && event.object == **object)
        };
        if wanted.iter().all(heard) {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    }
    for (kind, object) in wanted {
        assert!(
            events.iter().any(|event| event.kind == kind && event.object == *object),
            "{kind}: {events:#?}"
        );
    }
    assert!(events.is_sorted_by_key(|event| event.at));
    let ids: BTreeSet<_> = events.iter().map(|event| event.id.as_str()).collect();
    assert_eq!(ids.len(), events.len());
    for event in events.iter().filter(|event| event.object == charged || event.object == declined) {
        let read = peer.stripe.read(&event.object).await.unwrap();
        assert!(matches!(read, ProviderObject::Charge(_)), "{event:?}: {read:?}");
    }
    // Asked again from the same moment, they are the same ones.
    let again = peer.stripe.events_since(since).await.unwrap();
    assert!(events.iter().all(|event| again.contains(event)));
}
