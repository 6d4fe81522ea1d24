//! Asking for work, with help: what is written is kept, read as it will look, and files go up while one writes.

use leptos::prelude::*;

#[cfg(feature = "hydrate")]
mod draft;
#[cfg(feature = "hydrate")]
mod files;
#[cfg(feature = "hydrate")]
mod preview;
#[cfg(feature = "hydrate")]
mod sending;

/// Helps with the form of that id. `keep`: the name under which this browser keeps what is written in it; without one
/// the form is a plain one but for its preview. Without wasm it is plain altogether, and works.
#[island]
pub fn Ask(#[prop(into)] form: String, #[prop(optional, into)] keep: Option<String>) -> impl IntoView {
    let said = RwSignal::new(String::new());
    let found = RwSignal::new(false);
    let forget = start(form, keep, said, found);
    view! {
        <p class="visually-hidden" role="status">{move || said.get()}</p>
        <div class="toasts" role="status">
            {move || found.get().then(|| view! {
                <div class="toast">
                    <p>"We restored your draft."</p>
                    <button class="button" on:click=move |_| forget.run(())>"Start over"</button>
                </div>
            })}
        </div>
    }
}

#[cfg(not(feature = "hydrate"))]
fn start(_: String, _: Option<String>, _: RwSignal<String>, _: RwSignal<bool>) -> Callback<()> {
    Callback::new(|()| ())
}

#[cfg(feature = "hydrate")]
fn start(form: String, keep: Option<String>, said: RwSignal<String>, found: RwSignal<bool>) -> Callback<()> {
    use std::rc::Rc;

    let Some(form) = super::dom::by_id(&form) else { return Callback::new(|()| ()) };
    preview::listen(&form, said);
    let Some(keep) = keep else { return Callback::new(|()| ()) };
    let draft = Rc::new(draft::Draft::new(form.clone(), keep));
    if draft.restore() {
        // The page is brought to life as the server drew it; only then may it say more.
        request_animation_frame(move || found.set(true));
    }
    draft::listen(&draft);
    let sending = sending::Sending::new(form.clone(), draft.clone(), said);
    sending::listen(&sending);
    files::listen(&form, &sending, said);
    super::attach::watch();
    let draft = StoredValue::new_local(draft);
    Callback::new(move |()| {
        draft.with_value(|draft| draft.start_afresh());
        found.set(false);
    })
}
