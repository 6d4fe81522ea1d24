use leptos::prelude::{document, window};
use web_sys::{Element, Node, Selection};

use super::place::{letters, moved};

/// Lets `change` draw an element anew and answer what stands in its place. What was selected within it is selected again
/// where the same words stand; a selection that begins or ends elsewhere is left to the browser.
pub fn keep(element: &Element, change: impl FnOnce() -> Element) {
    let kept = Kept::within(element);
    let after = change();
    if let Some(kept) = kept {
        // Where its words are gone, so is it.
        let _ = kept.restore(&after);
    }
}

struct Kept {
    old: Vec<char>,
    start: usize,
    end: usize,
    /// It was drawn with the hand from its end to its beginning.
    backwards: bool,
    /// Within what people and agents wrote, beside which times and buttons stand.
    in_words: bool,
}

impl Kept {
    fn within(element: &Element) -> Option<Self> {
        let selection = selection().filter(|selection| !selection.is_collapsed())?;
        let range = selection.get_range_at(0).ok()?;
        let (start, end) = (range.start_container().ok()?, range.end_container().ok()?);
        let holds = |root: &Element| root.contains(Some(&start)) && root.contains(Some(&end));
        let words = words(element).filter(holds);
        let root = words.as_ref().unwrap_or(element);
        if !holds(root) {
            return None;
        }
        let until = |node: &Node, offset| {
            let range = document().create_range().ok()?;
            range.set_start(root, 0).ok()?;
            range.set_end(node, offset).ok()?;
            Some(letters(&String::from(range.to_string())).len())
        };
        Some(Self {
            old: letters(&root.text_content().unwrap_or_default()),
            start: until(&start, range.start_offset().ok()?)?,
            end: until(&end, range.end_offset().ok()?)?,
            backwards: selection.focus_node().is_some_and(|focus| {
                focus == start && selection.focus_offset() == range.start_offset().unwrap_or_default()
            }),
            in_words: words.is_some(),
        })
    }

    fn restore(self, element: &Element) -> Option<()> {
        let root = if self.in_words { words(element)? } else { element.clone() };
        let new = letters(&root.text_content().unwrap_or_default());
        let (start, end) = moved(&self.old, self.start, self.end, &new)?;
        let (start, end) = (letter(&root, start, false)?, letter(&root, end.checked_sub(1)?, true)?);
        let (from, to) = if self.backwards { (end, start) } else { (start, end) };
        selection()?.set_base_and_extent(&from.0, from.1, &to.0, to.1).ok()
    }
}

fn selection() -> Option<Selection> {
    window().get_selection().ok().flatten()
}

fn words(element: &Element) -> Option<Element> {
    if element.class_list().contains("words") {
        return Some(element.clone());
    }
    element.query_selector(".words").ok().flatten()
}

/// The text and the place in it, as the browser counts, before or behind the letter of that number.
fn letter(root: &Node, number: usize, behind: bool) -> Option<(Node, u32)> {
    let mut passed = 0;
    let mut waiting = vec![root.clone()];
    while let Some(node) = waiting.pop() {
        if node.node_type() == Node::TEXT_NODE {
            let (text, mut at) = (node.node_value().unwrap_or_default(), 0);
            for c in text.chars() {
                let next = at + c.len_utf16() as u32;
                if c.is_alphanumeric() {
                    if passed == number {
                        return Some((node, if behind { next } else { at }));
                    }
                    passed += 1;
                }
                at = next;
            }
        }
        let children = node.child_nodes();
        waiting.extend((0..children.length()).rev().filter_map(|at| children.item(at)));
    }
    None
}
