//! On a phone the columns stand beside each other beyond the edge: the tabs above tell which one is in sight.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlElement};

use crate::dom;

/// Listens for as long as the island lives.
pub fn listen(root: &Element) {
    let Some(board) = dom::all(root, ".board").into_iter().next() else { return };
    let shown = RwSignal::new(usize::MAX);
    let (seen, all) = (board.clone(), root.clone());
    dom::listen(&board, "scroll", move |_: Event| look(&seen, &all, shown));
    look(&board, root, shown);
}

fn look(board: &Element, root: &Element, shown: RwSignal<usize>) {
    let left = board.get_bounding_client_rect().left();
    let far = |column: &Element| (column.get_bounding_client_rect().left() - left).abs();
    let columns = dom::all(board, ".column");
    let Some((at, _)) = columns.iter().enumerate().min_by(|(_, a), (_, b)| far(a).total_cmp(&far(b))) else {
        return;
    };
    if shown.get_untracked() == at {
        return;
    }
    shown.set(at);
    for (tab, link) in dom::all(root, ".column-tabs a").iter().enumerate() {
        if tab == at {
            drop(link.set_attribute("aria-current", "true"));
            bring_into_sight(link);
        } else {
            drop(link.remove_attribute("aria-current"));
        }
    }
}

/// Within the bar of tabs alone: the page stays where it is.
fn bring_into_sight(link: &Element) {
    if let (Some(bar), Some(link)) = (link.parent_element(), link.dyn_ref::<HtmlElement>()) {
        bar.set_scroll_left(link.offset_left() - bar.client_width() / 3);
    }
}
