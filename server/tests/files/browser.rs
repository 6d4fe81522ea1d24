//! A browser at one node.

use std::net::SocketAddr;

use agents::external::ToolGateway;
use axum::{
    Router,
    body::{Body, Bytes},
    extract::ConnectInfo,
    http::{HeaderMap, Request, StatusCode, header},
};
use domain::{Db, Scope, files::store::Store, secret};
use http_body_util::BodyExt;
use server::{
    live::{Live, Pace},
    router,
    shutdown::Shutdown,
};
use tower::ServiceExt;

use super::shared::{self, FORM_KEY};

const HOST: &str = "portal.example";
const SEED: &str = "a-seed-of-the-form-token";

/// A node of the portal.
#[derive(Clone)]
pub struct Node(Router);

/// Somebody's browser there.
pub struct Browser {
    node: Node,
    sign_in: String,
}

/// What it was told.
pub struct BrowserResponse {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Node {
    pub fn new(db: &Db, store: &Store) -> Self {
        let app = shared::product_on(db, &format!("http://{HOST}"), store.clone());
        let live = Live::new(Shutdown::default(), Pace::default());
        Self(router::routes(app, live, &ToolGateway::of(([127, 0, 0, 1], 0).into())))
    }

    /// Signed in a moment ago.
    pub async fn browser(&self, db: &Db, who: &Scope) -> Browser {
        Browser { node: self.clone(), sign_in: shared::sign_in(db, who).await.1 }
    }
}

impl Browser {
    pub async fn get(&self, path: &str) -> BrowserResponse {
        self.send("GET", path, "", Vec::new()).await
    }

    /// Posts fields, then files by their names, as a form with files does.
    pub async fn post(
        &self,
        path: &str,
        fields: &[(&str, &str)],
        files: &[(&str, &[u8])],
    ) -> BrowserResponse {
        let token = secret::keyed_hash(FORM_KEY, SEED.as_bytes());
        let mut body = Vec::new();
        let fields = [("form_token", token.as_str())].into_iter().chain(fields.iter().copied());
        for (name, value) in fields {
            body.extend(
                format!("--cut\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
                    .bytes(),
            );
        }
        for (name, bytes) in files {
            let head = format!(
                "--cut\r\nContent-Disposition: form-data; name=\"upload\"; filename=\"{name}\"\r\n\
                 Content-Type: application/octet-stream\r\n\r\n"
            );
            body.extend(head.bytes().chain(bytes.iter().copied()).chain(*b"\r\n"));
        }
        body.extend(*b"--cut--\r\n");
        self.send("POST", path, "multipart/form-data; boundary=cut", body).await
    }

    async fn send(&self, method: &str, path: &str, kind: &str, body: Vec<u8>) -> BrowserResponse {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, HOST)
            .header(header::COOKIE, format!("form={SEED}; {}", self.sign_in))
            .header(header::ORIGIN, format!("http://{HOST}"))
            .header(header::CONTENT_TYPE, kind)
            .body(Body::from(body))
            .unwrap();
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([192, 0, 2, 1], 4_000))));
        let response = self.node.0.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.expect("a whole body").to_bytes();
        BrowserResponse { status: parts.status, headers: parts.headers, body }
    }
}

impl BrowserResponse {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn header(&self, name: header::HeaderName) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}
