//! No refusal loses what was typed. Whatever a form is sent to, if it is refused, by a rule, by a form token that is too
//! old, by a sign-in that has ended or by a database that is away, what stood in the form comes back in it.
//!
//! A handler that draws its own form again does better than this, and is left alone. For all the others the page that the
//! form stood on is drawn again and filled in; where there is no such page, the fields stand on the page that says why.
//! Whoever has to sign in carries their words through the sign-in as a hidden field: nothing is stored for strangers.

mod carried_form;
mod fill;
mod section;

use std::net::SocketAddr;

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header, request::Parts},
    middleware::Next,
    response::Response,
};
use tower::ServiceExt as _;
use tower_sessions::Session;

use super::{
    ClientAddr, FormToken, Nonce,
    csrf::DeviceCookie,
    cx::{accepts_json, page_of},
};
pub use carried_form::{CarriedForm, FIELD};
pub use section::Reason;

/// Where it stands in the sign-in's data, between the sign-in and the page that it comes back on.
const KEY: &str = "typed";
/// More than any page of ours.
const PAGE: usize = 16 << 20;

/// The middleware, inside what knows the sign-in. `pages`: the same pages without it, as what comes in through `next` has
/// found its handler already and cannot ask for another page.
pub async fn keep(State(pages): State<Router>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    match parts.method {
        Method::GET => bring_back(parts, body, next).await,
        Method::POST if !accepts_json(&parts.headers) => watch(&pages, parts, body, next).await,
        _ => next.run(Request::from_parts(parts, body)).await,
    }
}

/// Keeps what somebody typed before they had to sign in, until their first page.
pub async fn carry(session: &Session, typed: &CarriedForm) -> Result<(), tower_sessions::session::Error> {
    session.insert(KEY, typed).await
}

async fn watch(pages: &Router, parts: Parts, body: Body, next: Next) -> Response {
    let (typed, body) = CarriedForm::read(&parts, body).await;
    let asked = parts.clone();
    let response = next.run(Request::from_parts(parts, body)).await;
    let Some(typed) = typed else { return response };
    if let Some(address) = to_sign_in(&response) {
        return sign_in(pages, &asked, typed, address).await;
    }
    let refused = response.status().is_client_error() || response.status().is_server_error();
    if refused && is_page(&response) { come_back(pages, &asked, &typed, response).await } else { response }
}

fn to_sign_in(response: &Response) -> Option<Uri> {
    let address = response.headers().get(header::LOCATION)?.to_str().ok()?;
    let signs_in = response.status() == StatusCode::SEE_OTHER && address.starts_with("/sign-in?");
    address.parse().ok().filter(|_| signs_in)
}

/// The page to sign in on, with what was typed in it.
async fn sign_in(pages: &Router, asked: &Parts, typed: CarriedForm, address: Uri) -> Response {
    let mut request = another(asked, address);
    request.extensions_mut().insert(typed);
    let mut response = read(pages, request).await;
    if response.status() == StatusCode::OK {
        *response.status_mut() = StatusCode::UNAUTHORIZED;
    }
    response
}

/// A request for another page, as whoever asked. Of what was found out about them nothing comes along that belongs to the
/// address they asked for.
fn another(asked: &Parts, address: Uri) -> Request {
    fn copy<T: Clone + Send + Sync + 'static>(from: &Parts, to: &mut Request) {
        if let Some(known) = from.extensions.get::<T>() {
            to.extensions_mut().insert(known.clone());
        }
    }
    let mut request = Request::new(Body::empty());
    *request.uri_mut() = address;
    *request.version_mut() = asked.version;
    *request.headers_mut() = asked.headers.clone();
    for name in [header::CONTENT_TYPE, header::CONTENT_LENGTH, header::TRANSFER_ENCODING] {
        request.headers_mut().remove(name);
    }
    copy::<Session>(asked, &mut request);
    copy::<Nonce>(asked, &mut request);
    copy::<FormToken>(asked, &mut request);
    copy::<DeviceCookie>(asked, &mut request);
    copy::<ClientAddr>(asked, &mut request);
    copy::<ConnectInfo<SocketAddr>>(asked, &mut request);
    request
}

async fn read(pages: &Router, request: Request) -> Response {
    match pages.clone().oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

async fn come_back(pages: &Router, asked: &Parts, typed: &CarriedForm, refused: Response) -> Response {
    let (mut head, body) = refused.into_parts();
    let Some(page) = text(body).await else { return Response::from_parts(head, Body::empty()) };
    if typed.stands_in(&page) {
        return Response::from_parts(head, page.into());
    }
    let token = asked.extensions.get::<FormToken>().cloned();
    let reason = head.extensions.get::<Reason>().cloned().unwrap_or_default();
    let form = form_page(pages, asked, typed).await.map(|page| section::with_reason(&page, &reason));
    // What is not there, or not theirs, can be copied and not be sent again.
    let again = token.filter(|_| head.status != StatusCode::NOT_FOUND);
    let page = form.unwrap_or_else(|| section::beside(&page, typed, again.as_ref()));
    head.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(head, page.into())
}

/// The page that the form stood on, filled in; none where it has no such form, or is not to be had.
async fn form_page(pages: &Router, asked: &Parts, typed: &CarriedForm) -> Option<String> {
    let address = page_of(asked);
    // A page is asked for by its address alone, so that no form can have something else done.
    let address: Uri = address.parse().ok().filter(|_| address.starts_with('/'))?;
    let response = read(pages, another(asked, address)).await;
    if response.status() != StatusCode::OK || !is_page(&response) {
        return None;
    }
    fill::fill(&text(response.into_body()).await?, typed)
}

/// Fills what was typed before the sign-in into the first page after it.
async fn bring_back(parts: Parts, body: Body, next: Next) -> Response {
    let session = parts.extensions.get::<Session>().cloned().filter(|session| session.id().is_some());
    let token = parts.extensions.get::<FormToken>().cloned();
    let chooses = parts.uri.path() == "/account/workspaces";
    let response = next.run(Request::from_parts(parts, body)).await;
    let Some(session) = session.filter(|_| !chooses && response.status() == StatusCode::OK) else {
        return response;
    };
    if !is_page(&response) {
        return response;
    }
    // While the store is away it stays where it is.
    let Ok(Some(typed)) = session.get::<CarriedForm>(KEY).await else { return response };
    let (mut head, body) = response.into_parts();
    let Some(page) = text(body).await else { return Response::from_parts(head, Body::empty()) };
    if !page.contains("<main") || session.remove::<CarriedForm>(KEY).await.is_err() {
        return Response::from_parts(head, page.into());
    }
    let page = fill::fill(&page, &typed).unwrap_or_else(|| section::beside(&page, &typed, token.as_ref()));
    head.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(head, page.into())
}

async fn text(body: Body) -> Option<String> {
    let bytes = to_bytes(body, PAGE).await.ok()?;
    String::from_utf8(bytes.into()).ok()
}

fn is_page(response: &Response) -> bool {
    is_html(response.headers().get(header::CONTENT_TYPE))
}

fn is_html(kind: Option<&HeaderValue>) -> bool {
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}

/// Whether a request brings a form, and which kind.
fn content_type(headers: &HeaderMap) -> &str {
    headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default()
}
