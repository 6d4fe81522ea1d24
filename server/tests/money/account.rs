use domain::payments::provider::{CustomerInput, PaymentProvider, ProviderError, ProviderObject};

use crate::peer::{Peer, with_peers, with_stand_in};

with_peers! { a_key_that_may_all_is_taken a_client_is_one_customer what_is_not_there_is_unknown }
with_stand_in! { what_a_key_lacks_is_named }

async fn a_key_that_may_all_is_taken(peer: &Peer) {
    let account = peer.stripe.account().await.unwrap();
    assert!(!account.is_live);
    assert_eq!(account.lacks, Vec::<String>::new());
}

async fn what_a_key_lacks_is_named(peer: &Peer) {
    let account = peer.by_key("rk_test_without_refunds").account().await.unwrap();
    assert_eq!(account.lacks, ["Charges and Refunds: Write"]);
    assert_eq!(account.name, "Northlight (test stand-in)");
    let revoked = peer.by_key("rk_test_revoked").account().await;
    assert_eq!(revoked, Err(ProviderError::KeyRevoked));
}

async fn a_client_is_one_customer(peer: &Peer) {
    let mark = domain::secret::random_token();
    let customer = CustomerInput {
        name: "Quill".into(),
        email: "bills@quill.example".into(),
        client: format!("cli_{mark}"),
    };
    let first = peer.stripe.ensure_customer(&customer).await.unwrap();
    assert_eq!(peer.stripe.ensure_customer(&customer).await.unwrap(), first);
    let renamed = CustomerInput { name: "Quill & Sons".into(), ..customer.clone() };
    assert_eq!(peer.stripe.ensure_customer(&renamed).await.unwrap(), first);
    // Two clients of one person are two customers.
    let other = CustomerInput { client: format!("cli_other_{mark}"), ..customer };
    assert_ne!(peer.stripe.ensure_customer(&other).await.unwrap(), first);
}

async fn what_is_not_there_is_unknown(peer: &Peer) {
    for reference in ["pi_nothing", "cs_test_nothing", "re_nothing", "dp_nothing"] {
        assert_eq!(peer.stripe.read(reference).await, Err(ProviderError::Unknown), "{reference}");
    }
    assert_eq!(peer.stripe.read("pm_nothing").await, Ok(ProviderObject::CardGone("pm_nothing".to_owned())));
    for other in ["cus_1", "", "in_1", "pi_/../../v1/customers"] {
        assert_eq!(peer.stripe.read(other).await, Ok(ProviderObject::Other), "{other}");
    }
}
