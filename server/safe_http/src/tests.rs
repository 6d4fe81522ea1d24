use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{Router, http::header, routing::get};

use super::*;

fn safe_http(admitted: Admitted) -> SafeHttp {
    let _ = rustls::crypto::ring::default_provider().install_default();
    SafeHttp::new(admitted).unwrap()
}

#[tokio::test]
async fn inner_addresses_are_refused_in_every_spelling() {
    let door = safe_http(Admitted::default());
    for address in [
        "http://127.0.0.1/",
        "http://127.1:8080",
        "http://2130706433/",
        "http://0x7f.0.0.1/",
        "http://0/",
        "http://[::1]:9/",
        "http://[::ffff:10.0.0.1]/",
        "http://[::ffff:7f00:1]/",
        "https://169.254.169.254/latest/meta-data",
        "http://localhost:5432",
        "http://LOCALHOST/",
    ] {
        assert!(matches!(door.check(address).await, Err(AddressError::Inner { .. })), "{address}");
    }
    assert!(door.check("https://1.1.1.1/v1").await.is_ok());
    assert_eq!(door.check("agent.example.com").await, Err(AddressError::NoAddress));
    assert_eq!(door.check("file:///etc/passwd").await, Err(AddressError::Scheme));
    assert_eq!(door.check("https://me:pw@1.1.1.1").await, Err(AddressError::Password));
    let unknown = door.check("https://no-such-host.invalid/").await;
    assert_eq!(unknown, Err(AddressError::Unknown { host: "no-such-host.invalid".into() }));
}

#[test]
fn what_is_neither_a_host_nor_a_range_is_refused() {
    for wrong in ["10.0.0.0/33", "a b", ",", "http://x"] {
        assert!(wrong.parse::<Private>().is_err(), "{wrong}");
    }
    assert_eq!("10.0.0.0/8,agents.lan".parse::<Private>().unwrap().to_string(), "10.0.0.0/8,agents.lan");
}

/// A name that was fine when it was checked leads inside later: the connection itself refuses.
#[tokio::test]
async fn a_name_that_changes_its_mind_leads_nowhere() {
    let (address, calls) = listening().await;
    let strict = safe_http(Admitted::default());
    let url = format!("http://localhost:{}/", address.port()).parse().unwrap();
    let refused = CheckedUrl::new(strict.client.clone(), url).post("").send().await.unwrap_err();
    assert!(format!("{refused:?}").contains("Inner"), "{refused:?}");
    assert_eq!(calls.load(Ordering::SeqCst), 0);

    let open = safe_http(Admitted::private());
    let url = open.checked_url(&format!("http://localhost:{}/base?key=1", address.port())).await.unwrap();
    let answer = url.get("away", CONNECT).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.url().query()), (302, Some("key=1")));
    assert_eq!(calls.load(Ordering::SeqCst), 1, "a redirect is not followed");
}

async fn listening() -> (std::net::SocketAddr, Arc<AtomicUsize>) {
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let answer = move || {
        counted.fetch_add(1, Ordering::SeqCst);
        std::future::ready((http::StatusCode::FOUND, [(header::LOCATION, "/base/inside")]))
    };
    let routes = Router::new().fallback(get(answer));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, routes).await });
    (address, calls)
}
