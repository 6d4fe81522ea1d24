//! Small things that islands ask of the document.

use leptos::prelude::document;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// The element of that id.
pub fn by_id(id: &str) -> Option<Element> {
    document().get_element_by_id(id)
}

/// Whether whoever presses a key is writing or choosing something, or has something open above the page.
pub fn is_writing() -> bool {
    document().active_element().is_some_and(|at| at.matches("input, textarea, select, [contenteditable]").unwrap_or(false))
        || document().query_selector("dialog[open], :popover-open").is_ok_and(|open| open.is_some())
}

/// Puts the focus on it without moving the page.
pub fn focus(element: &Element) {
    let options = web_sys::FocusOptions::new();
    options.set_prevent_scroll(true);
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        drop(element.focus_with_options(&options));
    }
}

/// All that match below `root`, in the document's order.
pub fn all(root: &Element, selector: &str) -> Vec<Element> {
    let Ok(found) = root.query_selector_all(selector) else { return Vec::new() };
    (0..found.length()).filter_map(|at| found.item(at)).filter_map(|node| node.dyn_into().ok()).collect()
}
