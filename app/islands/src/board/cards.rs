//! The cards as they stand in the document: `.column[data-column] > ol > li[data-key]`.

use web_sys::Element;

use crate::dom;

/// Where a card stands: in which column's list, and above which other card (none: at its end).
#[derive(Clone)]
pub struct Spot {
    pub list: Element,
    pub before: Option<Element>,
}

/// The card's item that holds an element.
pub fn item_of(element: &Element) -> Option<Element> {
    element.closest("li[data-key]").ok().flatten()
}

/// The lists of the columns, from the left.
pub fn lists(root: &Element) -> Vec<Element> {
    dom::all(root, ".column-cards")
}

/// The cards of a list, from the top.
pub fn items(list: &Element) -> Vec<Element> {
    dom::all(list, "li[data-key]")
}

/// The card in an item.
pub fn card(item: &Element) -> Option<Element> {
    item.first_element_child()
}

/// The card's title, in quotes.
pub fn title(item: &Element) -> String {
    let title = item.query_selector("h3").ok().flatten().and_then(|title| title.text_content());
    format!("“{}”", title.unwrap_or_default())
}

/// The link that has the focus when a card is moved by keys.
pub fn link(item: &Element) -> Option<Element> {
    item.query_selector("h3 a").ok().flatten()
}

pub fn column(list: &Element) -> Option<Element> {
    list.closest(".column").ok().flatten()
}

fn named(list: &Element, name: &str) -> String {
    column(list).and_then(|column| column.get_attribute(name)).unwrap_or_default()
}

/// The word by which the server knows a list's column.
pub fn key(list: &Element) -> String {
    named(list, "data-column")
}

/// Whether a card may be put into a list, as far as the page knows.
pub fn may_go(item: &Element, list: &Element) -> bool {
    let to = card(item).and_then(|card| card.get_attribute("data-to")).unwrap_or_default();
    item.parent_element().as_ref() == Some(list) || to.split(' ').any(|column| column == key(list))
}

/// Where a card stands.
pub fn spot(item: &Element) -> Option<Spot> {
    Some(Spot { list: item.parent_element()?, before: item.next_element_sibling() })
}

/// Puts a card there.
pub fn put(item: &Element, spot: &Spot) {
    let before = spot.before.as_ref().filter(|before| spot.list.contains(Some(before)) && *before != item);
    drop(spot.list.insert_before(item, before.map(AsRef::as_ref)));
}

/// `Up next, 2 of 5`.
pub fn place(item: &Element) -> String {
    let Some(list) = item.parent_element() else { return String::new() };
    let items = items(&list);
    let at = items.iter().position(|other| other == item).map_or(0, |at| at + 1);
    format!("{}, {at} of {}", named(&list, "data-name"), items.len())
}

/// The spot under a point of the window: the nearest column, above the first card whose middle is below.
pub fn below(root: &Element, held: &Element, x: f64, y: f64) -> Option<Spot> {
    let far = |list: &Element| {
        let area = column(list).unwrap_or_else(|| list.clone()).get_bounding_client_rect();
        (area.left() - x).max(x - area.right()).max(0.0)
    };
    let list = lists(root).into_iter().min_by(|a, b| far(a).total_cmp(&far(b)))?;
    let before = items(&list).into_iter().filter(|item| item != held).find(|item| {
        let area = item.get_bounding_client_rect();
        y < area.top() + area.height() / 2.0
    });
    Some(Spot { list, before })
}

/// Marks the column that a card hangs over, as one that takes it or not.
pub fn mark(root: &Element, held: &Element, over: &Element) {
    unmark(root);
    let class = if may_go(held, over) { "is-target" } else { "is-refusing" };
    if let Some(column) = column(over).filter(|_| held.parent_element().as_ref() != Some(over)) {
        drop(column.class_list().add_1(class));
    }
}

pub fn unmark(root: &Element) {
    for column in dom::all(root, ".column.is-target, .column.is-refusing") {
        drop(column.class_list().remove_2("is-target", "is-refusing"));
    }
}
