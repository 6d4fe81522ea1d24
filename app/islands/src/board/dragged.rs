//! A card in the hand: a copy follows the pointer, its old place stays as a ghost, a line marks where it would land.

use leptos::prelude::document;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use super::cards::{self, Spot};
use crate::dom;

pub struct DraggedCard {
    pub item: Element,
    /// Where it is put when it is let go.
    pub to: Option<Spot>,
    copy: HtmlElement,
    mark: Element,
    /// From the copy's corner to the pointer.
    grip: (f64, f64),
}

impl DraggedCard {
    /// Takes a card up at a point of the window.
    pub fn take(item: &Element, x: f64, y: f64) -> Option<Self> {
        let card = cards::card(item)?;
        let area = card.get_bounding_client_rect();
        let copy: HtmlElement = card.clone_node_with_deep(true).ok()?.dyn_into().ok()?;
        let mark = document().create_element("li").ok()?;
        mark.set_class_name("drop-mark");
        drop(copy.set_attribute("aria-hidden", "true"));
        drop(copy.class_list().add_1("is-held"));
        drop(copy.style().set_property("inline-size", &dom::px(area.width().ceil())));
        drop(document().body()?.append_child(&copy));
        drop(card.class_list().add_1("is-ghost"));
        let held = Self { item: item.clone(), to: None, copy, mark, grip: (x - area.left(), y - area.top()) };
        held.follow(x, y);
        Some(held)
    }

    /// Carries it to a point of the window.
    pub fn carry(&mut self, root: &Element, x: f64, y: f64) {
        self.follow(x, y);
        // Its middle decides, not the finger that covers it.
        let area = self.copy.get_bounding_client_rect();
        let middle = area.left() + area.width() / 2.0;
        let Some(to) = cards::below(root, &self.item, middle, area.top() + area.height() / 2.0) else {
            return;
        };
        cards::mark(root, &self.item, &to.list);
        drop(to.list.insert_before(&self.mark, to.before.as_ref().map(AsRef::as_ref)));
        self.to = Some(to);
    }

    fn follow(&self, x: f64, y: f64) {
        let (x, y) = (x - self.grip.0, y - self.grip.1);
        drop(self.copy.style().set_property("translate", &format!("{} {}", dom::px(x), dom::px(y))));
    }

    /// Takes the copy and the marks away. Answers where the copy was.
    pub fn let_go(&self, root: &Element) -> (f64, f64) {
        let area = self.copy.get_bounding_client_rect();
        self.copy.remove();
        self.mark.remove();
        cards::unmark(root);
        if let Some(card) = cards::card(&self.item) {
            drop(card.class_list().remove_1("is-ghost"));
        }
        (area.left(), area.top())
    }
}
