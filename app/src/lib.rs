//! Pages, islands and components.
use leptos::prelude::*;

#[island]
pub fn Counter(start: i32) -> impl IntoView {
    let n = RwSignal::new(start);
    view! { <button on:click=move |_| n.update(|n| *n += 1)>"n is " {n}</button> }
}

#[cfg(feature = "ssr")]
pub fn proto() -> String {
    use std::sync::Arc;
    let owner = Owner::new_root(Some(Arc::new(leptos::hydration_context_shim())));
    String::new()
}

#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
}
