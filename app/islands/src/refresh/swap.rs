//! Putting new HTML in place of old without anybody losing their place.

use leptos::prelude::document;
use web_sys::Element;

use super::keyed;
use crate::{dom, selection};

/// Whether something in the part is held, open or being sent, so that it must not change under the hand.
pub fn is_held(target: &str) -> bool {
    dom::by_id(target).is_some_and(|part| {
        part.query_selector(
            ".is-held, .is-grabbed, .is-ghost, [aria-busy=true], details[open], :popover-open",
        )
        .is_ok_and(|held| held.is_some())
    })
}

/// Puts `html` into the part unless it is there already. Answers what is to be read out, where that has changed.
pub fn put(target: &str, html: &str) -> Option<String> {
    let part = dom::by_id(target)?;
    let fresh = document().create_element("div").ok()?;
    fresh.set_inner_html(html);
    if fresh.inner_html() == part.inner_html() {
        return None;
    }
    let before = words(&part);
    let focus = Focused::within(&part);
    if !keyed::take_over(&part, &fresh) {
        selection::keep(&part, || {
            part.set_inner_html(html);
            part.clone()
        });
    }
    if let Some(focus) = focus {
        focus.restore(&part);
    }
    let after = words(&part);
    if after == before { None } else { after }
}

fn words(part: &Element) -> Option<String> {
    part.query_selector("[data-say]").ok()?.and_then(|say| say.get_attribute("data-say"))
}

/// What had the focus, by what tells it from everything else in the part.
struct Focused {
    tag: String,
    marks: Vec<Option<String>>,
}

impl Focused {
    fn within(part: &Element) -> Option<Self> {
        let at = document().active_element().filter(|at| part.contains(Some(at)))?;
        Some(Self { tag: at.tag_name(), marks: marks(&at) })
    }

    fn restore(&self, part: &Element) {
        if let Some(same) = dom::all(part, &self.tag).iter().find(|element| marks(element) == self.marks) {
            dom::focus(same);
        }
    }
}

fn marks(element: &Element) -> Vec<Option<String>> {
    let form = element.closest("form").ok().flatten().and_then(|form| form.get_attribute("action"));
    let own = ["id", "href", "name", "value", "aria-label"].map(|name| element.get_attribute(name));
    own.into_iter().chain([form]).collect()
}
