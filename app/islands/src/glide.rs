//! Things that move in the document glide from where they stood to where they stand. Nothing glides while the system
//! asks for less motion.

use js_sys::{Function, JSON, Reflect};
use leptos::prelude::window;
use wasm_bindgen::JsCast;
use web_sys::Element;

use super::dom;

const MS: f64 = 260.0;
/// More than these at once is a new page, not a move.
const MOST: usize = 120;

/// Where the keyed items of these lists stand now.
pub fn stand(lists: &[Element]) -> Vec<(Element, (f64, f64))> {
    if is_still() {
        return Vec::new();
    }
    let items = lists.iter().flat_map(|list| dom::all(list, "[data-key]"));
    items.take(MOST).map(|item| (item.clone(), corner(&item))).collect()
}

/// Lets everything that stands elsewhere than before glide there.
pub fn all(before: &[(Element, (f64, f64))]) {
    for (item, from) in before {
        from_to(item, *from);
    }
}

/// Lets one thing glide from a point of the window to where it stands.
pub fn from(item: &Element, from: (f64, f64)) {
    if !is_still() {
        from_to(item, from);
    }
}

/// Lets something that has come appear.
pub fn appear(item: &Element) {
    if !is_still() {
        play(item, r#"[{"opacity":0},{"opacity":1}]"#);
    }
}

fn from_to(item: &Element, (x, y): (f64, f64)) {
    let now = corner(item);
    let (x, y) = (x - now.0, y - now.1);
    if item.is_connected() && (x.abs() > 0.5 || y.abs() > 0.5) {
        let (x, y) = (dom::px(x), dom::px(y));
        play(
            item,
            &format!(
                r#"[{{"translate":"{x} {y}","easing":"cubic-bezier(0.2,0.7,0.2,1)","zIndex":5,"position":"relative"}},{{"translate":"none","zIndex":5,"position":"relative"}}]"#
            ),
        );
    }
}

/// By its name: web-sys has no animations yet.
fn play(item: &Element, frames: &str) {
    let animate =
        Reflect::get(item, &"animate".into()).ok().and_then(|found| found.dyn_into::<Function>().ok());
    if let (Some(animate), Ok(frames)) = (animate, JSON::parse(frames)) {
        drop(animate.call2(item, &frames, &MS.into()));
    }
}

fn corner(item: &Element) -> (f64, f64) {
    let area = item.get_bounding_client_rect();
    (area.left(), area.top())
}

fn is_still() -> bool {
    let asked = window().match_media("(prefers-reduced-motion: reduce)");
    asked.ok().flatten().is_some_and(|asked| asked.matches())
}
