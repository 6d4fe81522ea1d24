use std::net::SocketAddr;

use axum::{
    Router,
    body::{Body, Bytes},
    extract::ConnectInfo,
    http::{HeaderValue, Request, header, request::Builder},
};
use domain::{Scope, secret};
use http_body_util::BodyExt;
use tower::ServiceExt;

use super::{
    answer::PageResponse,
    examples::{Fields, FormBody},
    shared::{self, FORM_KEY},
    town::Town,
};

/// What the browser holds for its form token.
const SEED: &str = "a-seed-of-the-form-token";

/// A browser at one of the install's addresses, signed in or not.
#[derive(Clone)]
pub struct Browser {
    router: Router,
    host: &'static str,
    sign_in: Option<String>,
}

/// The token that this browser's forms carry.
pub fn form_token() -> String {
    secret::keyed_hash(FORM_KEY, SEED.as_bytes())
}

impl Browser {
    /// Nobody's, fresh.
    pub fn new(town: &Town, host: &'static str) -> Self {
        Self { router: town.router.clone(), host, sign_in: None }
    }

    /// Somebody's, as if they had signed in a moment ago.
    pub async fn of(town: &Town, host: &'static str, who: &Scope) -> Self {
        let (_, sign_in) = shared::sign_in(&town.ours.db, who).await;
        Self { sign_in: Some(sign_in), ..Self::new(town, host) }
    }

    /// The same after an answer that signed it in.
    pub fn signed_in(self, answer: &PageResponse) -> Self {
        let cookie = answer.headers.split("sign_in=").nth(1).and_then(|rest| rest.split([';', '"']).next());
        Self { sign_in: cookie.map(|id| format!("sign_in={id}")), ..self }
    }

    /// A request as this browser sends it from the site's own pages.
    pub fn request(&self, method: &str, path: &str) -> Builder {
        let cookies = [Some(format!("form={SEED}")), self.sign_in.clone()];
        let cookies = cookies.into_iter().flatten().collect::<Vec<_>>().join("; ");
        Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, self.host)
            .header(header::COOKIE, cookies)
            .header(header::ORIGIN, format!("http://{}", self.host))
    }

    pub async fn get(&self, path: &str) -> PageResponse {
        self.send(self.request("GET", path).body(Body::empty()).unwrap()).await
    }

    /// Posts a form with its token.
    pub async fn post(&self, path: &str, sent: &FormBody) -> PageResponse {
        let (kind, bytes) = sent.encoded(&form_token());
        self.send(self.request("POST", path).header(header::CONTENT_TYPE, kind).body(bytes.into()).unwrap())
            .await
    }

    /// Posts fields as a plain form with its token.
    pub async fn post_fields(&self, path: &str, fields: Fields) -> PageResponse {
        self.post(path, &FormBody::Form(fields)).await
    }

    pub async fn send(&self, mut request: Request<Body>) -> PageResponse {
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([192, 0, 2, 1], 4_000))));
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let headers = parts.headers;
        let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        let bytes = match text(header::CONTENT_TYPE) {
            // It stays open; what is there already comes at once.
            Some("text/event-stream") => first(body).await,
            _ => body.collect().await.expect("a whole body").to_bytes(),
        };
        PageResponse {
            status: parts.status,
            location: text(header::LOCATION).unwrap_or_default().to_owned(),
            kind: text(header::CONTENT_TYPE).unwrap_or_default().to_owned(),
            headers: format!("{headers:?}"),
            body: String::from_utf8_lossy(&bytes).into_owned(),
            content: bytes.to_vec(),
        }
    }
}

/// The first piece of a body; none where it is empty.
async fn first(mut body: Body) -> Bytes {
    let frame = body.frame().await.map(|frame| frame.expect("a whole frame"));
    frame.and_then(|frame| frame.into_data().ok()).unwrap_or_default()
}
