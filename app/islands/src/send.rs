//! Sends what a form holds without leaving the page.

mod turn;

use js_sys::{Array, JSON, Object, encode_uri_component};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{FormData, Headers, RequestInit, Response};

use super::live::{get as field, text_of};

/// What came of it.
#[derive(Clone, Debug, PartialEq)]
pub enum Sent {
    /// Done; what the server has to say about it.
    Done(String),
    /// Not done, and why, in words for the person.
    Refused(String),
    /// It did not get there.
    Unreachable,
}

/// Posts fields as a form does, and reads the answer.
pub async fn post(address: &str, fields: &[(&str, &str)]) -> Sent {
    match post_text(address, fields).await {
        Some((ok, text)) => understand(ok, &text),
        None => Sent::Unreachable,
    }
}

/// Posts fields, after those that were posted before. Whether they were taken, and the answer's JSON; none when they did
/// not get there.
pub async fn post_text(address: &str, fields: &[(&str, &str)]) -> Option<(bool, String)> {
    let fields = encoded(fields);
    let keep = fields.len() <= KEPT_ALIVE;
    let _turn = turn::take().await;
    let body = PostBody { content: &JsValue::from_str(&fields), kind: Some(FORM), keep };
    ask(address, Some(body), "application/json").await.ok()
}

/// Posts fields and gets a part of a page; none when it could not be had.
pub async fn exchange(address: &str, fields: &[(&str, &str)]) -> Option<String> {
    let body = PostBody { content: &JsValue::from_str(&encoded(fields)), kind: Some(FORM), keep: false };
    let answer = ask(address, Some(body), "text/html").await;
    answer.ok().filter(|(ok, _)| *ok).map(|(_, html)| html)
}

/// Posts a whole form. Whether it was taken, and the answer's JSON; none when it did not get there.
pub async fn post_whole(address: &str, form: &FormData) -> Option<(bool, String)> {
    let body = PostBody { content: form, kind: None, keep: false };
    ask(address, Some(body), "application/json").await.ok()
}

/// Gets a text; none when it could not be had.
pub async fn get(address: &str, kind: &str) -> Option<String> {
    match ask(address, None, kind).await {
        Ok((true, text)) => Some(text),
        _ => None,
    }
}

const FORM: &str = "application/x-www-form-urlencoded";

fn encoded(fields: &[(&str, &str)]) -> String {
    let fields: Vec<String> =
        fields.iter().map(|(name, value)| format!("{name}={}", encode_uri_component(value))).collect();
    fields.join("&")
}

/// So many bytes of a body still arrive when their page is left; a browser allows 64 KiB for all that is on its way.
const KEPT_ALIVE: usize = 16 * 1024;

struct PostBody<'a> {
    content: &'a JsValue,
    /// Without one the browser knows (a form with files has a boundary in it).
    kind: Option<&'static str>,
    /// Whether it goes on when its page is left: what was shown as done must not be lost by the next click.
    keep: bool,
}

async fn ask(address: &str, body: Option<PostBody<'_>>, kind: &str) -> Result<(bool, String), JsValue> {
    let (init, headers) = (RequestInit::new(), Headers::new()?);
    headers.set("accept", kind)?;
    if let Some(PostBody { content, kind, keep }) = body {
        init.set_method("POST");
        init.set_body(content);
        // Not in web-sys's bindings yet.
        js_sys::Reflect::set(&init, &"keepalive".into(), &keep.into())?;
        if let Some(kind) = kind {
            headers.set("content-type", kind)?;
        }
    }
    init.set_headers(&headers);
    let window = web_sys::window().ok_or(JsValue::NULL)?;
    let response: Response =
        JsFuture::from(window.fetch_with_str_and_init(address, &init)).await?.unchecked_into();
    let text = JsFuture::from(response.text()?).await?;
    Ok((response.ok(), text.as_string().unwrap_or_default()))
}

/// What the server has to say about a change, in JSON.
pub fn understand(ok: bool, text: &str) -> Sent {
    // A proxy's error page, a server that is just starting.
    let Ok(answer) = JSON::parse(text) else { return Sent::Unreachable };
    if ok {
        return Sent::Done(text_of(&answer, "note"));
    }
    let reason = text_of(&answer, "refused");
    if !reason.is_empty() {
        return Sent::Refused(reason);
    }
    let errors: Array = Object::values(field(&answer, "errors").unchecked_ref());
    Sent::Refused(errors.join(" ").into())
}
