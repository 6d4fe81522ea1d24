//! Fields of what the server tells.

use js_sys::Reflect;
use wasm_bindgen::JsValue;

/// A field of an object; undefined without one.
pub fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

/// A field that is a text; empty without one.
pub fn text_of(object: &JsValue, name: &str) -> String {
    get(object, name).as_string().unwrap_or_default()
}
