//! The portal that started programs reach, with an eye on who comes in.

use std::{
    collections::BTreeSet,
    future::IntoFuture,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use agents::external::ToolGateway;
use axum::{
    extract::{Request, State},
    http::header,
    middleware::{Next, from_fn_with_state},
};
use domain::Db;
use reqwest::StatusCode;
use serde_json::json;
use server::{
    live::{Live, Pace},
    router,
    shutdown::Shutdown,
};
use tokio::net::TcpListener;

use super::shared;

type Seen = Arc<Mutex<BTreeSet<String>>>;

pub struct Portal {
    address: SocketAddr,
    pub gateway: ToolGateway,
    seen: Seen,
}

impl Portal {
    pub async fn open(db: &Db) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (gateway, seen) = (ToolGateway::of(address), Seen::default());
        let app = shared::product(db, "https://portal.example.com", &std::env::temp_dir());
        let live = Live::new(Shutdown::default(), Pace::default());
        let routes = router::routes(app, live, &gateway).layer(from_fn_with_state(Arc::clone(&seen), look));
        let service = routes.into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(axum::serve(listener, service).into_future());
        Self { address, gateway, seen }
    }

    /// What let programs in so far: whole headers.
    pub fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().iter().cloned().collect()
    }

    /// How a look is answered with this.
    pub async fn probe(&self, authorization: &str, path: &str) -> StatusCode {
        let call = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {} });
        let (client, url) = (reqwest::Client::new(), format!("http://{}{path}", self.address));
        let request = if path == "/mcp" { client.post(url).json(&call) } else { client.get(url) };
        let request = request.header(header::AUTHORIZATION, authorization);
        let request = request.header(header::ACCEPT, "application/json, text/event-stream");
        request.header("mcp-protocol-version", "2025-06-18").send().await.unwrap().status()
    }
}

async fn look(State(seen): State<Seen>, request: Request, next: Next) -> axum::response::Response {
    if let Some(value) = request.headers().get(header::AUTHORIZATION) {
        seen.lock().unwrap().insert(value.to_str().unwrap().to_owned());
    }
    next.run(request).await
}
