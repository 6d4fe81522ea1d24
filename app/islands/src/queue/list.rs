//! The lists as they stand in the document.

use leptos::prelude::document;
use web_sys::Element;

use super::Spot;
use crate::dom;

const ITEM: &str = ".queue-item";

/// The item that holds an element.
pub fn item_of(element: &Element) -> Option<Element> {
    element.closest(ITEM).ok().flatten()
}

/// The item of that request.
pub fn item(root: &Element, number: &str) -> Option<Element> {
    dom::all(root, ITEM).into_iter().find(|item| item.get_attribute("data-number").as_deref() == Some(number))
}

/// The lists, from the top.
pub fn lists(root: &Element) -> Vec<Element> {
    dom::all(root, ".queue")
}

/// The items of a list, from the top.
pub fn items(list: &Element) -> Vec<Element> {
    dom::all(list, ITEM)
}

/// The number of an item's request.
pub fn number(item: &Element) -> String {
    item.get_attribute("data-number").unwrap_or_default()
}

/// The title of an item's request, in quotes.
pub fn title(item: &Element) -> String {
    format!("“{}”", item.get_attribute("data-title").unwrap_or_default())
}

/// Where an item stands.
pub fn spot(item: &Element) -> Option<Spot> {
    let column = item.parent_element()?.get_attribute("data-column")?;
    Some(Spot { column, before: item.next_element_sibling().map(|next| number(&next)) })
}

/// Puts an item there and counts anew. The focus stays in it: what is moved in the document would lose it.
pub fn put(root: &Element, item: &Element, spot: &Spot) {
    if self::spot(item).as_ref() == Some(spot) {
        return;
    }
    let focused = document().active_element().filter(|at| item.contains(Some(at)));
    let list = lists(root)
        .into_iter()
        .find(|list| list.get_attribute("data-column").as_deref() == Some(&*spot.column));
    let Some(list) = list else { return };
    let before = spot.before.as_deref().and_then(|number| self::item(&list, number));
    drop(list.insert_before(item, before.as_deref()));
    if let Some(focused) = focused {
        dom::focus(&focused);
    }
    for list in lists(root) {
        for (at, item) in items(&list).iter().enumerate() {
            if let Ok(Some(place)) = item.query_selector(".num") {
                place.set_text_content(Some(&(at + 1).to_string()));
            }
        }
    }
}

/// `2 of 5 in Up next`.
pub fn place(item: &Element) -> String {
    let Some(list) = item.parent_element() else { return String::new() };
    let (items, label) = (items(&list), list.get_attribute("data-label").unwrap_or_default());
    let at = items.iter().position(|other| other == item).map_or(0, |at| at + 1);
    format!("{at} of {} in {label}", items.len())
}

/// One place up or down from where it stands, over the border between the lists as well.
pub fn neighbour(root: &Element, item: &Element, up: bool) -> Option<Spot> {
    let own = spot(item)?;
    if up {
        if let Some(above) = item.previous_element_sibling() {
            return Some(Spot { before: Some(number(&above)), ..own });
        }
        let list = beside(root, &own, true)?;
        return Some(Spot { column: list.get_attribute("data-column")?, before: None });
    }
    if let Some(below) = item.next_element_sibling() {
        return Some(Spot { before: below.next_element_sibling().map(|next| number(&next)), ..own });
    }
    let list = beside(root, &own, false)?;
    Some(Spot { column: list.get_attribute("data-column")?, before: items(&list).first().map(number) })
}

fn beside(root: &Element, own: &Spot, above: bool) -> Option<Element> {
    let lists = lists(root);
    let at =
        lists.iter().position(|list| list.get_attribute("data-column").as_deref() == Some(&*own.column))?;
    let at = if above { at.checked_sub(1)? } else { at + 1 };
    lists.into_iter().nth(at)
}
