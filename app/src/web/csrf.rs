//! The two middlewares that every answer passes: headers against what a page could be made to do, and the form token
//! with the origin check against what another site could make a browser do.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::Response,
};
use domain::{
    accounts::devices::{self, Device},
    audit::with_address,
    ids::PersonId,
    secret,
};

use super::{App, ClientAddr, Problem};

const COOKIE: &str = "form";

/// Goes on every inline `<style>` and on every `<script>` of one answer.
#[derive(Clone, Debug)]
pub struct Nonce(pub String);

/// What a form of this browser has to carry in its field `form_token`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormToken(pub String);

impl fmt::Display for FormToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What the browser is known by, see [`devices`], and what it is known by from now on.
#[derive(Clone, Debug, Default)]
pub struct DeviceCookie {
    held: String,
    fresh: Arc<Mutex<Option<String>>>,
}

impl DeviceCookie {
    /// As limits read it.
    pub fn device<'a>(&'a self, app: &'a App) -> Device<'a> {
        Device { cookie: &self.held, key: &app.site.form_key }
    }

    /// The browser is known to that person from this answer on.
    pub fn remember(&self, app: &App, person: PersonId) {
        let cookie = self.device(app).with(person);
        *self.fresh.lock().unwrap_or_else(PoisonError::into_inner) = Some(cookie);
    }

    fn set_on(&self, response: &mut Response) {
        let fresh = self.fresh.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(value) = fresh.filter(|value| *value != self.held) else { return };
        let (name, life) = (devices::COOKIE, devices::LIFE);
        let cookie = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={life}");
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
}

/// Sets the security headers, with a fresh nonce an answer.
pub async fn security(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let nonce = secret::random_token();
    request.extensions_mut().insert(Nonce(nonce.clone()));
    let mut response = next.run(request).await;
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; style-src 'self' 'nonce-{nonce}'; \
         font-src 'self'; img-src 'self' data: blob:; connect-src 'self'; manifest-src 'self'; base-uri 'none'; \
         form-action 'self'; frame-ancestors 'none'"
    );
    let headers = response.headers_mut();
    let mut set = |name: &'static str, value: &str| {
        if let (false, Ok(value)) = (headers.contains_key(name), HeaderValue::from_str(value)) {
            headers.insert(name, value);
        }
    };
    set("content-security-policy", &policy);
    set("x-content-type-options", "nosniff");
    set("referrer-policy", "same-origin");
    set("cross-origin-opener-policy", "same-origin");
    set("cross-origin-resource-policy", "same-origin");
    set("permissions-policy", "camera=(), microphone=(), geolocation=(), payment=()");
    if app.site.is_https() {
        set("strict-transport-security", "max-age=31536000");
        secure_cookies(headers);
    }
    response
}

/// No cookie goes over plain http, whoever set it.
fn secure_cookies(headers: &mut HeaderMap) {
    let header::Entry::Occupied(mut cookies) = headers.entry(header::SET_COOKIE) else { return };
    for cookie in cookies.iter_mut() {
        let text = String::from_utf8_lossy(cookie.as_bytes()).into_owned();
        let is_secure = text.split(';').any(|part| part.trim().eq_ignore_ascii_case("secure"));
        if let (false, Ok(secured)) = (is_secure, HeaderValue::from_str(&format!("{text}; Secure"))) {
            *cookie = secured;
        }
    }
}

/// Gives every browser a form token and refuses changes that come from another site.
pub async fn form_token(State(app): State<App>, mut request: Request, next: Next) -> Response {
    if !is_safe(request.method()) && !same_site(request.headers(), &app) {
        return Problem::words(
            StatusCode::FORBIDDEN,
            "This form was sent from another site",
            "Open the page again and submit it from there.",
        )
        .for_reader(request.headers());
    }
    let held = cookie(request.headers(), COOKIE).filter(|value| value.len() >= 20 && value.len() <= 80);
    let seed = held.clone().unwrap_or_else(secret::random_token);
    request.extensions_mut().insert(FormToken(secret::keyed_hash(&app.site.form_key, seed.as_bytes())));
    let device = DeviceCookie {
        held: cookie(request.headers(), devices::COOKIE).unwrap_or_default(),
        ..DeviceCookie::default()
    };
    request.extensions_mut().insert(device.clone());
    let mut response = next.run(request).await;
    device.set_on(&mut response);
    let is_page = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if held.is_none() && is_page {
        let value = format!("{COOKIE}={seed}; Path=/; HttpOnly; SameSite=Lax; Max-Age=2592000");
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
    response
}

/// Answers a request in the name of where it comes from: whatever it changes stands in the audit log with that.
pub async fn origin(request: Request, next: Next) -> Response {
    let from = ClientAddr::of(request.extensions()).map(ClientAddr::ip);
    with_address(from, next.run(request)).await
}

fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Whether a request comes from this site's own pages. A browser says where a request comes from; what says nothing is judged by its origin, and without one refused.
pub fn same_site(headers: &HeaderMap, app: &App) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return matches!(site.as_bytes(), b"same-origin" | b"none");
    }
    let Some(origin) = headers.get(header::ORIGIN).and_then(|value| value.to_str().ok()) else {
        return false;
    };
    let host = headers.get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let own = app.site.public_url.origin().ascii_serialization();
    origin == own || origin.split_once("://").is_some_and(|(_, rest)| rest == host)
}

/// The value of a cookie of that name.
pub(super) fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cookie_is_kept_from_plain_http() {
        let mut headers = HeaderMap::new();
        secure_cookies(&mut headers);
        assert!(headers.is_empty());
        for cookie in ["note=Saved; Path=/", "sign_in=1; HttpOnly; Secure; SameSite=Lax", "form=secure"] {
            headers.append(header::SET_COOKIE, cookie.parse().unwrap());
        }
        secure_cookies(&mut headers);
        let cookies: Vec<_> = headers.get_all(header::SET_COOKIE).iter().collect();
        assert_eq!(
            cookies,
            [
                "note=Saved; Path=/; Secure",
                "sign_in=1; HttpOnly; Secure; SameSite=Lax",
                "form=secure; Secure"
            ]
        );
    }
}
