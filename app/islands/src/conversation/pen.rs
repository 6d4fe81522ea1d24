//! Words as they arrive: added in groups behind what stands, without moving it.

use std::{cell::RefCell, collections::BTreeMap, rc::Rc, time::Duration};

use leptos::prelude::{document, set_timeout};
use web_sys::Element;

use super::{scroll, tail::paragraphs};
use crate::selection;

/// How long words are gathered before they appear together.
const GROUP: Duration = Duration::from_millis(90);

/// Holds the words that are about to appear, by their entry.
#[derive(Clone, Default)]
pub struct Pen(Rc<RefCell<BTreeMap<String, String>>>);

impl Pen {
    /// Adds words to an entry that is being written.
    pub fn write(&self, id: &str, words: &str) {
        let mut waiting = self.0.borrow_mut();
        let first = waiting.is_empty();
        waiting.entry(id.to_owned()).or_default().push_str(words);
        if first {
            let pen = self.clone();
            set_timeout(move || pen.set_down(), GROUP);
        }
    }

    fn set_down(&self) {
        let saw_end = scroll::sees_end();
        let mut grew = false;
        for (id, words) in self.0.take() {
            if let Some(root) = writing(&id).and_then(|entry| entry.query_selector(".words").ok().flatten()) {
                add(&root, &words);
                grew = true;
            }
        }
        if grew {
            scroll::after(saw_end);
        }
    }

    /// Forgets what was not written down yet of an entry that is drawn anew.
    pub fn forget(&self, id: &str) {
        self.0.borrow_mut().remove(id);
    }
}

/// The entry of that id, while it is being written.
pub fn writing(id: &str) -> Option<Element> {
    document().get_element_by_id(id).filter(|entry| entry.class_list().contains("writing"))
}

/// Adds words behind the last paragraph, in it or in new ones, and moves the caret behind them.
fn add(root: &Element, words: &str) {
    let last = root.last_element_child().unwrap_or_else(|| paragraph(root));
    let shown = last.text_content().unwrap_or_default();
    let whole = format!("{shown}{words}");
    let caret = root.query_selector(".caret").ok().flatten();
    let mut parts = paragraphs(&whole).into_iter();
    if let Some(first) = parts.next() {
        match first.strip_prefix(shown.as_str()) {
            Some(more) => group(&last, more),
            // Its line breaks have become an empty line.
            None => selection::keep(&last, || {
                last.set_text_content(Some(first));
                last.clone()
            }),
        }
    }
    parts.for_each(|part| group(&paragraph(root), part));
    if let (Some(last), Some(caret)) = (root.last_element_child(), caret) {
        drop(last.append_child(&caret));
    }
}

fn group(paragraph: &Element, words: &str) {
    if !words.is_empty() {
        let group = append(paragraph, "span");
        group.set_class_name("arriving");
        group.set_text_content(Some(words));
    }
}

/// A new one, which reads from the side that its words do.
fn paragraph(root: &Element) -> Element {
    let paragraph = append(root, "p");
    drop(paragraph.set_attribute("dir", "auto"));
    paragraph
}

fn append(parent: &Element, tag: &str) -> Element {
    let child = document().create_element(tag).expect("the tag is a valid name");
    drop(parent.append_child(&child));
    child
}
