//! On a phone the columns stand beside each other beyond the edge: the tabs above tell which one is in sight.

use leptos::prelude::*;
use web_sys::{Element, Event};

use crate::islands::dom;

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
        drop(if tab == at {
            link.set_attribute("aria-current", "true")
        } else {
            link.remove_attribute("aria-current")
        });
    }
}
