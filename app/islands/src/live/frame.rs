//! Fields of what the server tells.

use js_sys::{Array, Reflect};
use wasm_bindgen::{JsCast, JsValue};

/// A field of an object; undefined without one.
pub fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

/// A field that is a text; empty without one.
pub fn text_of(object: &JsValue, name: &str) -> String {
    get(object, name).as_string().unwrap_or_default()
}

/// Where events begin that end at `next`, and the offset behind each. Without `counts` each stands for itself.
pub(super) fn span(next: u64, events: u32, counts: &JsValue) -> (u64, Vec<u64>) {
    let counts: Vec<u64> = match counts.dyn_ref::<Array>() {
        Some(counts) => counts.iter().map(|count| count.as_f64().unwrap_or(1.0) as u64).collect(),
        None => vec![1; events as usize],
    };
    let from = next.saturating_sub(counts.iter().sum());
    let ends = counts.iter().scan(from, |end, count| {
        *end += count;
        Some(*end)
    });
    (from, ends.collect())
}
