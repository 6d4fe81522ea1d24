//! What comes next, put in order by hand: dragged by the grip, moved by keys, each move with a way back.

use leptos::prelude::*;

#[cfg(feature = "hydrate")]
mod drag;
#[cfg(feature = "hydrate")]
mod forms;
#[cfg(feature = "hydrate")]
mod keys;
#[cfg(feature = "hydrate")]
mod list;
#[cfg(feature = "hydrate")]
mod moves;

/// Where an item stands: in which list, and above which other (none: at its end).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spot {
    pub column: String,
    pub before: Option<String>,
}

/// What came of a move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toast {
    pub words: String,
    pub refused: bool,
    /// The number of the request, and where it was before.
    pub undo: Option<(String, Spot)>,
}

/// Brings the lists (`ol.queue`) in the element `target` to life. Without wasm their arrows are plain forms.
#[island]
pub fn Queue(#[prop(into)] target: String) -> impl IntoView {
    let said = RwSignal::new(String::new());
    let toast = RwSignal::new(None::<Toast>);
    let undo = start(target, said, toast);
    view! {
        <p class="visually-hidden" aria-live="assertive">{move || said.get()}</p>
        <div class="toasts" role="status">{move || toast.get().map(|toast| show(toast, undo))}</div>
    }
}

fn show(toast: Toast, undo: Callback<(String, Spot)>) -> AnyView {
    let class = if toast.refused { "toast refused" } else { "toast" };
    let button = toast.undo.map(|before| {
        view! { <button class="button" on:click=move |_| undo.run(before.clone())>"Undo"</button> }
    });
    view! { <div class=class><p>{toast.words}</p>{button}</div> }.into_any()
}

#[cfg(not(feature = "hydrate"))]
fn start(_: String, _: RwSignal<String>, _: RwSignal<Option<Toast>>) -> Callback<(String, Spot)> {
    Callback::new(|_| ())
}

#[cfg(feature = "hydrate")]
fn start(target: String, said: RwSignal<String>, toast: RwSignal<Option<Toast>>) -> Callback<(String, Spot)> {
    let Some(root) = super::dom::by_id(&target) else { return Callback::new(|_| ()) };
    let moves = std::rc::Rc::new(moves::Moves::new(root, said, toast));
    drag::listen(&moves);
    keys::listen(&moves);
    forms::listen(&moves);
    let moves = StoredValue::new_local(moves);
    Callback::new(move |(number, spot): (String, Spot)| {
        moves.with_value(|moves| moves.clone().take_back(&number, spot));
    })
}
