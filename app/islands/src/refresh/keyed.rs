//! Taking new HTML over item by item, so that what only moved is seen to move.

use std::collections::HashMap;

use web_sys::Element;

use crate::{dom, glide, selection};

/// Takes over the lists and parts of `fresh`; `false` where the part has no keyed lists.
pub fn take_over(part: &Element, fresh: &Element) -> bool {
    let lists = by(part, "data-list");
    if lists.is_empty() {
        return false;
    }
    let before = glide::stand(&lists.values().cloned().collect::<Vec<_>>());
    let mut items = by(part, "data-key");
    for new in dom::all(fresh, "[data-list]") {
        if let Some(list) = name(&new, "data-list").and_then(|name| lists.get(&name)) {
            fill(list, &new, &mut items);
        }
    }
    items.values().for_each(Element::remove);
    let parts = by(part, "data-part");
    for new in dom::all(fresh, "[data-part]") {
        if let Some(old) = name(&new, "data-part").and_then(|name| parts.get(&name)) {
            renew(old, &new);
        }
    }
    glide::all(&before);
    true
}

/// Puts the items of `new` into `list` in their order. Those that were there are kept; those that are not taken out of
/// `items` are gone.
fn fill(list: &Element, new: &Element, items: &mut HashMap<String, Element>) {
    let mut next = list.first_element_child();
    for item in dom::all(new, "[data-key]") {
        let kept = name(&item, "data-key").and_then(|key| items.remove(&key));
        let has_come = kept.is_none();
        let item = match kept {
            Some(kept) => {
                renew(&kept, &item);
                kept
            }
            None => item,
        };
        if next.as_ref() == Some(&item) {
            next = item.next_element_sibling();
        } else {
            drop(list.insert_before(&item, next.as_ref().map(AsRef::as_ref)));
        }
        if has_come {
            glide::appear(&item);
        }
    }
}

fn renew(old: &Element, new: &Element) {
    let html = new.inner_html();
    if old.inner_html() != html {
        selection::keep(old, || {
            old.set_inner_html(&html);
            old.clone()
        });
    }
}

fn name(element: &Element, attribute: &str) -> Option<String> {
    element.get_attribute(attribute)
}

fn by(root: &Element, attribute: &'static str) -> HashMap<String, Element> {
    let named = dom::all(root, &format!("[{attribute}]"));
    named.into_iter().filter_map(|element| Some((name(&element, attribute)?, element))).collect()
}
