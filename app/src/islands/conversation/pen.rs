//! Words as they arrive: added in groups behind what stands, and set as prose once they are whole.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::Duration,
};

use domain::session::Body;
use leptos::{html, prelude::*, task::spawn_local};
use web_sys::Element;

use super::{
    plain::paragraphs_of,
    scroll,
    state::{Page, Row},
};
use crate::islands::send;

/// How long words are gathered before they appear together.
const GROUP: Duration = Duration::from_millis(90);

/// Writes on as the entry grows.
pub fn follow(page: Page, row: &Row, words: NodeRef<html::Div>) {
    let (entry, key) = (row.entry, row.key.clone());
    let wrote = Cell::new(false);
    let latest = Rc::new(RefCell::new(String::new()));
    let waits = Rc::new(Cell::new(false));
    Effect::new(move || {
        let (text, writing) = entry.with(|entry| match &entry.body {
            Body::Words { text, writing } => (text.clone(), *writing),
            _ => (String::new(), false),
        });
        let Some(root) = words.get() else { return };
        if !writing {
            // What the server has drawn as prose stays as it is.
            if wrote.get() {
                set_as_prose(page, key.clone(), root.into());
            }
            return;
        }
        wrote.set(true);
        latest.replace(text);
        if !waits.replace(true) {
            let (latest, waits) = (latest.clone(), waits.clone());
            set_timeout(
                move || {
                    waits.set(false);
                    let writing = entry.with_untracked(|entry| matches!(entry.body, Body::Words { writing: true, .. }));
                    if writing {
                        let saw_end = scroll::sees_end();
                        if add(&root, &latest.borrow()) {
                            scroll::after(page, saw_end);
                        }
                    }
                },
                GROUP,
            );
        }
    });
}

/// Draws an entry anew when its text was changed.
pub fn renew(page: Page, row: &Row, words: NodeRef<html::Div>) {
    let (entry, key) = (row.entry, row.key.clone());
    Effect::new(move |before: Option<Body>| {
        let body = entry.with(|entry| entry.body.clone());
        if let (true, Some(root)) = (before.is_some_and(|before| before != body), words.get_untracked()) {
            set_as_prose(page, key.clone(), root.into());
        }
        body
    });
}

/// The words as the server sets them; should it not answer, they stay as they were written.
fn set_as_prose(page: Page, key: String, root: Element) {
    spawn_local(async move {
        let address = page.under(&format!("prose/{key}"));
        if let Some(caret) = root.query_selector(".caret").ok().flatten() {
            caret.remove();
        }
        if let Some(html) = send::get(&address, "text/html").await {
            let saw_end = scroll::sees_end();
            root.set_inner_html(&html);
            if saw_end {
                scroll::after(page, true);
            }
        }
    });
}

/// Adds what is new to the paragraphs that stand, and moves the caret behind it. `false` when nothing was new.
fn add(root: &Element, text: &str) -> bool {
    let standing = root.children();
    let whole = standing.length().saturating_sub(1) as usize;
    let mut grew = false;
    for (place, words) in paragraphs_of(text).enumerate().skip(whole) {
        let paragraph = standing.item(place as u32).unwrap_or_else(|| append(root, "p"));
        let shown = paragraph.text_content().unwrap_or_default();
        match words.strip_prefix(shown.as_str()) {
            Some("") => continue,
            Some(more) => {
                let group = append(&paragraph, "span");
                group.set_class_name("arriving");
                group.set_text_content(Some(more));
            }
            None => paragraph.set_text_content(Some(words)),
        }
        grew = true;
    }
    let caret = root.query_selector(".caret").ok().flatten();
    if let (true, Some(last), Some(caret)) = (grew, root.last_element_child(), caret) {
        drop(last.append_child(&caret));
    }
    grew
}

fn append(parent: &Element, tag: &str) -> Element {
    let child = document().create_element(tag).expect("the tag is a valid name");
    drop(parent.append_child(&child));
    child
}
