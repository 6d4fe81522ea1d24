//! Limits behind the portal's own door, where people follow over HTTP and over a page's socket.

use std::sync::Arc;

use domain::testing::Fixture;
use reqwest::{Client, Response, StatusCode};
use server::{
    limits::{Allowance, Limits},
    shutdown::Shutdown,
};
use sessions::StreamId;
use sqlx::PgPool;

use super::shared::{self, Tab, ask};

#[sqlx::test(migrations = "../migrations")]
async fn people_of_one_client_leave_the_others_their_seats(pool: PgPool) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let fixture = Fixture::new(&pool).await;
    let (client, neighbour) = (fixture.client("Harbor & Pine").await, fixture.client("Hill Insurance").await);
    let (session, theirs) = (ask(&fixture, &client).await.session, ask(&fixture, &neighbour).await.session);
    let shutdown = Shutdown::default();
    let limits = Arc::new(Limits::new(Allowance { followers: Some(1), ..Allowance::default() }));
    let address = shared::serve_within(&fixture.db, &shutdown, limits.clone()).await;
    let browser = Client::new();
    let follow = async |cookie: &str, stream: StreamId| -> Response {
        let url = format!("http://{address}/v1/stream/{stream}?offset=now&live=sse");
        browser.get(url).header("cookie", cookie).send().await.unwrap()
    };
    let (_, member) = shared::sign_in(&fixture.db, &client.member).await;
    let (_, owner) = shared::sign_in(&fixture.db, &client.owner).await;
    let (_, operator) = shared::sign_in(&fixture.db, &fixture.operator).await;
    let (_, stranger) = shared::sign_in(&fixture.db, &neighbour.owner).await;

    let open = follow(&member, session).await;
    assert_eq!(open.status(), StatusCode::OK);
    let refused = follow(&owner, session).await;
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.headers()["retry-after"], "5");
    let other = format!("http://{address}/v1/ag-ui/{session}");
    let refused = browser.get(other).header("cookie", &owner).send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.headers()["retry-after"], "5");
    let mut tab = Tab::open(address, &owner).await.unwrap();
    tab.follow(session, 0).await;
    assert_eq!(tab.next_frame().await, serde_json::json!({ "full": session }));
    // The desk has seats of its own, even at this client's session, and so has the next client.
    assert_eq!(follow(&operator, session).await.status(), StatusCode::OK);
    assert_eq!(follow(&stranger, theirs).await.status(), StatusCode::OK);

    // The tab is told of it without asking again.
    drop(open);
    let (_, events) = tab.events().await;
    assert!(!events.is_empty());
    assert_eq!(follow(&member, session).await.status(), StatusCode::TOO_MANY_REQUESTS);
    shutdown.begin();
}
