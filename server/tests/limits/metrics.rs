//! Who may read the metrics, and that they are what Prometheus reads.

use domain::testing::Fixture;
use reqwest::{Client, StatusCode};
use server::shutdown::Shutdown;
use sqlx::PgPool;

use super::{shared, streams_server::figure};

#[sqlx::test(migrations = "../migrations")]
async fn this_machine_reads_them_and_strangers_find_nothing(pool: PgPool) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let fixture = Fixture::new(&pool).await;
    let shutdown = Shutdown::default();
    let address = shared::serve(&fixture.db, &shutdown).await;
    let asked = async |headers: &[(&str, &str)]| {
        let mut request = Client::new().get(format!("http://{address}/metrics"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await.unwrap()
    };
    let page = asked(&[]).await;
    assert_eq!(page.status(), StatusCode::OK);
    let format = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    assert_eq!(page.headers()["content-type"], format);
    let page = page.text().await.unwrap();
    assert!(figure(&page, "process_start_time_seconds") > 1.7e9);
    for name in ["throughline_tails", "throughline_queue_appends", "throughline_followers{kind=\"socket\"}"] {
        assert_eq!(figure(&page, name), 0.0, "{name}");
    }
    assert!(page.ends_with("# EOF\n"));

    let token = format!("Bearer {}", shared::METRICS_TOKEN);
    let far = ("x-forwarded-for", "192.0.2.1");
    assert_eq!(asked(&[far, ("authorization", &token)]).await.status(), StatusCode::OK);
    let (_, operator) = shared::sign_in(&fixture.db, &fixture.operator).await;
    for headers in [
        &[far][..],
        &[("host", "portal.example")],
        &[("origin", "https://portal.example")],
        &[far, ("authorization", "Bearer x")],
        &[far, ("cookie", &operator)],
    ] {
        let refused = asked(headers).await;
        assert_eq!(refused.status(), StatusCode::NOT_FOUND, "{headers:?}");
        assert!(!refused.text().await.unwrap().contains("throughline_"));
    }
    shutdown.begin();
}
