//! The socket as every wrong caller: it follows nothing that is not theirs, and says nothing of it.

use std::net::SocketAddr;

use domain::Scope;
use serde_json::json;
use server::shutdown::Shutdown;
use sessions::StreamId;
use sqlx::PgPool;
use tokio_tungstenite::tungstenite::{Error, protocol::frame::coding::CloseCode};
use uuid::Uuid;

use super::{
    shared::{Tab, serve, sign_in},
    town::{THEIRS, Town},
};

/// What the events of an address tell at first, for each of some streams.
async fn events(address: SocketAddr, host: &str, cookie: &str, streams: &[Uuid]) -> String {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let follow: Vec<_> = streams.iter().map(|stream| format!("follow={stream}:{:020}", 0)).collect();
    let url = format!("http://{address}/live/events?{}", follow.join("&"));
    let request = reqwest::Client::new().get(url).header("cookie", cookie).header("host", host);
    let mut response = request.send().await.unwrap();
    let mut heard = String::new();
    while heard.matches("\n\n").count() <= streams.len() {
        match response.chunk().await.unwrap() {
            Some(chunk) => heard.push_str(str::from_utf8(&chunk).unwrap()),
            None => break,
        }
    }
    heard
}

/// Every stream of the first client, its board and our desk's.
async fn streams(town: &Town) -> Vec<Uuid> {
    sqlx::query_scalar(
        "SELECT id FROM stream WHERE workspace_id = $1 AND (client_id = $2 OR client_id IS NULL)",
    )
    .bind(town.ours.workspace.0)
    .bind(town.quill.client.id.0)
    .fetch_all(&town.ours.pool)
    .await
    .unwrap()
}

#[sqlx::test(migrations = "../migrations")]
async fn nobody_follows_what_is_not_theirs(pool: PgPool) {
    let town = Town::new(&pool).await;
    let address = serve(&town.ours.db, &Shutdown::default()).await;
    let (ours, streams) = (address.to_string(), streams(&town).await);
    assert!(streams.len() > 30);
    let wrong: [(&str, &Scope); 4] = [
        (&ours, &town.bracken.client.owner),
        (&ours, &town.bracken.client.billing),
        (THEIRS, &town.theirs.operator),
        (THEIRS, &town.marsh.client.owner),
    ];
    for (host, who) in wrong {
        let (_, cookie) = sign_in(&town.ours.db, who).await;
        // A page follows no more than a page's worth.
        for some in streams.chunks(30) {
            let mut tab = Tab::open_at(address, host, &format!("http://{host}"), &cookie).await.unwrap();
            for stream in some {
                tab.follow(StreamId(*stream), 0).await;
                assert_eq!(tab.next_frame().await, json!({ "gone": stream }), "{who:?}");
            }
            let heard = events(address, host, &cookie, some).await;
            assert_eq!(heard.matches("\"gone\"").count(), some.len(), "{who:?}: {heard}");
        }
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn members_follow_no_backstage_and_no_desk(pool: PgPool) {
    let town = Town::new(&pool).await;
    let address = serve(&town.ours.db, &Shutdown::default()).await;
    let hidden: Vec<Uuid> = sqlx::query_scalar("SELECT id FROM stream WHERE backstage OR client_id <> $1")
        .bind(town.quill.client.id.0)
        .fetch_all(&pool)
        .await
        .unwrap();
    let client = &town.quill.client;
    for who in [&client.owner, &client.member, &client.billing] {
        let (_, cookie) = sign_in(&town.ours.db, who).await;
        for some in hidden.chunks(30) {
            let mut tab = Tab::open(address, &cookie).await.unwrap();
            for stream in some {
                tab.follow(StreamId(*stream), 0).await;
                assert_eq!(tab.next_frame().await, json!({ "gone": stream }), "{who:?}");
            }
        }
        let mut tab = Tab::open(address, &cookie).await.unwrap();
        tab.follow(StreamId(town.quill.portal.done.session), 0).await;
        assert_eq!(tab.events().await.1[0]["type"], "data-asked");
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn whoever_is_not_here_gets_no_word(pool: PgPool) {
    let town = Town::new(&pool).await;
    let address = serve(&town.ours.db, &Shutdown::default()).await;
    let mut cookies = vec![String::new(), "sign_in=rubbish".to_owned()];
    let [was_clients, was_operator] = &town.removed;
    for who in [was_clients, was_operator, &town.theirs.operator, &town.marsh.client.owner] {
        cookies.push(sign_in(&town.ours.db, who).await.1);
    }
    for cookie in cookies {
        let mut tab = Tab::open(address, &cookie).await.unwrap();
        assert_eq!(tab.ends().await, CloseCode::from(4401), "{cookie}");
        let heard = events(address, &address.to_string(), &cookie, &[town.quill.portal.done.session]).await;
        assert_eq!(heard, "data: {\"closed\":4401}\n\n", "{cookie}");
    }
    let (_, cookie) = sign_in(&town.ours.db, &town.quill.client.owner).await;
    let host = address.to_string();
    for origin in ["http://evil.test", "null", "http://saltmarsh.test"] {
        let Err(Error::Http(refused)) = Tab::open_at(address, &host, origin, &cookie).await else {
            panic!("a page of {origin} got in");
        };
        assert_eq!(refused.status(), 403);
    }
}
