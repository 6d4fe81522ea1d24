//! A button that copies a text. Without script it does not show: the text stands beside it.

use leptos::prelude::*;

/// Copies `text`, and says that it did.
#[island]
pub fn Copy(#[prop(into)] text: String) -> impl IntoView {
    let copied = RwSignal::new(false);
    view! {
        <button class="button" type="button" on:click=move |_| copy(&text, copied)>
            <span aria-live="polite">{move || if copied.get() { "Copied" } else { "Copy" }}</span>
        </button>
    }
}

#[cfg(not(feature = "hydrate"))]
fn copy(_: &str, _: RwSignal<bool>) {}

#[cfg(feature = "hydrate")]
fn copy(text: &str, copied: RwSignal<bool>) {
    let navigator = window().navigator();
    // Only where the page came over a safe line is there a clipboard.
    let has_one = js_sys::Reflect::get(&navigator, &"clipboard".into()).is_ok_and(|found| found.is_object());
    if has_one {
        let done = navigator.clipboard().write_text(text);
        wasm_bindgen_futures::spawn_local(async move {
            copied.set(wasm_bindgen_futures::JsFuture::from(done).await.is_ok());
        });
    }
}
