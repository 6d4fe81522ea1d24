//! Sends what a form holds without leaving the page.

use std::collections::BTreeMap;

use js_sys::encode_uri_component;
use serde::Deserialize;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Headers, RequestInit, Response};

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

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    note: String,
    #[serde(default)]
    refused: String,
    #[serde(default)]
    errors: BTreeMap<String, String>,
}

/// Posts fields as a form does, and reads the answer.
pub async fn post(address: &str, fields: &[(&str, &str)]) -> Sent {
    let fields: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", encode_uri_component(value))).collect();
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_body(&JsValue::from_str(&fields.join("&")));
    match ask(address, init, "application/json").await {
        Ok((ok, text)) => understand(ok, &text),
        Err(_) => Sent::Unreachable,
    }
}

/// Gets a text; none when it could not be had.
pub async fn get(address: &str, kind: &str) -> Option<String> {
    match ask(address, RequestInit::new(), kind).await {
        Ok((true, text)) => Some(text),
        _ => None,
    }
}

async fn ask(address: &str, init: RequestInit, kind: &str) -> Result<(bool, String), JsValue> {
    let headers = Headers::new()?;
    headers.set("accept", kind)?;
    headers.set("content-type", "application/x-www-form-urlencoded")?;
    init.set_headers(&headers);
    let window = web_sys::window().ok_or(JsValue::NULL)?;
    let response: Response = JsFuture::from(window.fetch_with_str_and_init(address, &init)).await?.unchecked_into();
    let text = JsFuture::from(response.text()?).await?;
    Ok((response.ok(), text.as_string().unwrap_or_default()))
}

fn understand(ok: bool, text: &str) -> Sent {
    match serde_json::from_str::<Answer>(text) {
        Ok(answer) if ok => Sent::Done(answer.note),
        Ok(answer) if !answer.refused.is_empty() => Sent::Refused(answer.refused),
        Ok(answer) => Sent::Refused(answer.errors.into_values().collect::<Vec<_>>().join(" ")),
        // A proxy's error page, a server that is just starting.
        Err(_) => Sent::Unreachable,
    }
}
