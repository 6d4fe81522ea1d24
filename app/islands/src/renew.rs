//! Draws parts of a page anew: the server sends them as they should stand, and each takes the place of the one of the
//! same id.

use leptos::prelude::document;
use wasm_bindgen::JsCast;
use web_sys::Element;

use super::{selection, send};

/// Fetches parts of a page; none when they could not be had.
pub async fn fetch(address: &str) -> Option<Element> {
    let html = send::get(address, "text/html").await?;
    let holder = document().create_element("div").ok()?;
    holder.set_inner_html(&html);
    Some(holder)
}

/// The elements of a part, in their order.
pub fn parts(holder: &Element) -> Vec<Element> {
    let children = holder.children();
    (0..children.length()).filter_map(|place| children.item(place)).collect()
}

/// Puts a part in its place. What reads the same is left alone; what somebody may be typing in (`data-keep`) is, too,
/// for as long as it is wanted; what stands open stays open.
pub fn put(part: &Element) {
    let Some(standing) = document().get_element_by_id(&part.id()) else { return };
    let is_kept = |element: &Element| element.has_attribute("data-keep") && !element.has_attribute("hidden");
    if standing.is_equal_node(Some(part)) || (is_kept(&standing) && is_kept(part)) {
        return;
    }
    if standing.query_selector("details[open]").ok().flatten().is_some()
        && let Some(details) = part.query_selector("details").ok().flatten()
    {
        drop(details.set_attribute("open", ""));
    }
    selection::keep(&standing, || {
        drop(standing.replace_with_with_node_1(part.unchecked_ref()));
        part.clone()
    });
}
