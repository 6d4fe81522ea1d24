//! Whose turn it is: two changes made quickly one after the other must not overtake each other on the way.

use std::cell::RefCell;

use js_sys::{Array, Function, Promise};
use leptos::{ev, prelude::window_event_listener};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

thread_local! {
    /// Resolves when the change that was made last has been answered.
    static LAST: RefCell<Option<Promise>> = const { RefCell::new(None) };
    /// Resolves when the page is left: who still waits goes at once, or never.
    static LEAVING: Promise = Promise::new(&mut |resolve, _| {
        drop(window_event_listener(ev::pagehide, move |_| answer(&resolve)));
    });
}

/// One's turn, until it is dropped.
pub struct SendTurn(Option<Function>);

impl Drop for SendTurn {
    fn drop(&mut self) {
        if let Some(done) = &self.0 {
            answer(done);
        }
    }
}

/// Waits for the changes before this one.
pub async fn take() -> SendTurn {
    let mut done = None;
    let mine = Promise::new(&mut |resolve, _| done = Some(resolve));
    let turn = SendTurn(done);
    if let Some(before) = LAST.replace(Some(mine)) {
        let leaving = LEAVING.with(Promise::clone);
        // Neither is ever refused.
        drop(JsFuture::from(Promise::race(&Array::of2(&before, &leaving))).await);
    }
    turn
}

fn answer(resolve: &Function) {
    drop(resolve.call0(&JsValue::UNDEFINED));
}
