use domain::payments::provider::{DisputeState, PaymentProvider, ProviderObject};

use crate::peer::{Peer, dollars, lately, with_peers};

with_peers! { a_dispute_is_read_and_answered }

async fn a_dispute_is_read_and_answered(peer: &Peer) {
    let customer = peer.customer().await;
    let method = peer.card(&customer, "4000000000002685", "pm_card_createDisputeProductNotReceived").await;
    let charged = peer.charge(&customer, &method).await.unwrap().reference;
    let mut found = None;
    // Stripe itself takes a few seconds to open one.
    for _ in 0..60 {
        let events = peer.stripe.events_since(lately()).await.unwrap();
        for event in events.iter().filter(|event| event.kind == "charge.dispute.created") {
            if let ProviderObject::Dispute(dispute) = peer.stripe.read(&event.object).await.unwrap()
                && dispute.charge == charged
            {
                found = Some(dispute);
            }
        }
        if found.is_some() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    }
    let dispute = found.unwrap();
    assert_eq!((dispute.amount, dispute.state), (dollars(5_000), DisputeState::NeedsResponse));
    assert_eq!(dispute.reason, "product_not_received");
    assert!(dispute.due_at.unwrap() > lately());
    // The words by which Stripe's tests have a dispute won.
    let answered = peer.stripe.answer_dispute(&dispute.reference, "winning_evidence").await.unwrap();
    assert_eq!((answered.charge.as_str(), answered.reference), (charged.as_str(), dispute.reference));
    assert!(matches!(answered.state, DisputeState::Won | DisputeState::UnderReview), "{:?}", answered.state);
}
