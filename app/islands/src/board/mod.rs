//! The board under the hand: cards are dragged with a mouse, a pen or a finger, or moved by keys; every move has a way
//! back, and what the server refuses glides back with the reason.
//!
//! The cards are the server's HTML (`pages::board`); `refresh` keeps them as they are for every operator looking.

use leptos::prelude::*;

#[cfg(feature = "hydrate")]
mod cards;
#[cfg(feature = "hydrate")]
mod drag;
#[cfg(feature = "hydrate")]
mod dragged;
#[cfg(feature = "hydrate")]
mod keys;
#[cfg(feature = "hydrate")]
mod moves;
#[cfg(feature = "hydrate")]
mod tabs;

/// What came of a move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toast {
    pub words: String,
    pub refused: bool,
    /// It can be taken back.
    pub undo: bool,
}

/// Brings the cards in the element `target` to life. Without wasm each card's menu does the same by plain forms.
#[island]
pub fn Board(#[prop(into)] target: String, token: String) -> impl IntoView {
    let said = RwSignal::new(String::new());
    let toast = RwSignal::new(None::<Toast>);
    let undo = start(target, token, said, toast);
    view! {
        <p class="visually-hidden" aria-live="assertive">{move || said.get()}</p>
        <div class="toasts" role="status">{move || toast.get().map(|toast| show(toast, undo))}</div>
    }
}

fn show(toast: Toast, undo: Callback<()>) -> AnyView {
    let class = if toast.refused { "toast refused" } else { "toast" };
    let button =
        toast.undo.then(|| view! { <button class="button" on:click=move |_| undo.run(())>"Undo"</button> });
    view! { <div class=class><p>{toast.words}</p>{button}</div> }.into_any()
}

#[cfg(not(feature = "hydrate"))]
fn start(_: String, _: String, _: RwSignal<String>, _: RwSignal<Option<Toast>>) -> Callback<()> {
    Callback::new(|()| ())
}

#[cfg(feature = "hydrate")]
fn start(
    target: String,
    token: String,
    said: RwSignal<String>,
    toast: RwSignal<Option<Toast>>,
) -> Callback<()> {
    let Some(root) = super::dom::by_id(&target) else { return Callback::new(|()| ()) };
    let moves = std::rc::Rc::new(moves::Moves::new(root, token, said, toast));
    drag::listen(&moves);
    keys::listen(&moves);
    tabs::listen(&moves.root);
    let moves = StoredValue::new_local(moves);
    Callback::new(move |()| moves.with_value(|moves| moves.clone().take_back()))
}
