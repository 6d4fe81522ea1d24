//! Where one speaks: to everyone, or to the agent while it is at work. A plain form; with a script it stays on the
//! page, keeps what was typed until it has arrived, and says what came of it.

use leptos::{html, prelude::*};

use super::state::Page;

#[derive(Clone, Copy)]
struct Composer {
    page: Page,
    text: NodeRef<html::Textarea>,
    busy: RwSignal<bool>,
    /// What came of the last thing sent, and whether it is good news.
    result: RwSignal<Option<(bool, String)>>,
}

pub fn view(page: Page) -> Option<impl IntoView> {
    let place = page.place();
    let refused = (!place.refused.is_empty()).then(|| (false, place.refused.clone()));
    let composer = Composer { page, text: NodeRef::new(), busy: RwSignal::new(false), result: RwSignal::new(refused) };
    #[cfg(feature = "hydrate")]
    composer.restore();
    let words = move || match page.at_work() {
        Some(agent) => format!("Say something, or steer {agent}…"),
        None => "Say something…".to_owned(),
    };
    let action = move || composer.page.under(if page.at_work().is_some() { "steer" } else { "comments" });
    place.may_work.then(|| {
        view! {
            <form class="composer" method="post" action=action on:submit=move |event| composer.submit(event)>
                <input type="hidden" name="form_token" value=place.token.clone() />
                <label class="visually-hidden" for="say">{words}</label>
                <textarea
                    id="say"
                    name="text"
                    rows="1"
                    required
                    maxlength="10000"
                    placeholder=words
                    node_ref=composer.text
                    on:input=move |_| composer.keep()
                    on:keydown=move |event| composer.key(event)
                >
                    {place.draft.clone()}
                </textarea>
                <div class="composer-actions">
                    {clip()}
                    {move || {
                        page.at_work().is_some().then(|| {
                            view! {
                                <button class="button danger" formaction=page.under("stop") formnovalidate disabled=composer.busy>
                                    "Stop"
                                </button>
                            }
                        })
                    }}
                    <button class="button primary" aria-busy=move || composer.busy.get().then_some("true")>
                        "Send"
                    </button>
                </div>
                {move || {
                    composer.result.get().map(|(good, words)| {
                        let class = if good { "hint" } else { "field-error" };
                        view! { <p class=class role="status">{words}</p> }
                    })
                }}
            </form>
        }
    })
}

/// Opens the files' own form and its chooser; shown only where there is a script.
fn clip() -> impl IntoView {
    view! {
        <button class="button icon clip" type="button" aria-label="Add files" on:click=|_| choose_files()>
            <svg viewBox="0 0 20 20" aria-hidden="true">
                <path d="M16 9.5l-6.3 6.3a3.7 3.7 0 01-5.2-5.2L11 4.1a2.5 2.5 0 013.5 3.5L8.3 13.8a1.2 1.2 0 01-1.7-1.7L12 6.7" />
            </svg>
        </button>
    }
}

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::{ev, prelude::*, task::spawn_local};
    use wasm_bindgen::JsCast;
    use web_sys::{HtmlFormElement, HtmlInputElement, Storage};

    use super::Composer;
    use crate::islands::send::{Sent, post};

    impl Composer {
        /// What was typed here before and not sent, or not received.
        pub fn restore(self) {
            Effect::new(move || {
                let (Some(text), Some(draft)) = (self.text.get(), self.draft()) else { return };
                if text.value().is_empty() {
                    text.set_value(&draft);
                }
            });
        }

        fn key_of_draft(self) -> String {
            format!("draft {}", self.page.place().base)
        }

        fn draft(self) -> Option<String> {
            storage()?.get_item(&self.key_of_draft()).ok()?
        }

        pub fn keep(self) {
            if let (Some(storage), Some(text)) = (storage(), self.text.get_untracked()) {
                // A full or forbidden storage loses nothing that stands in the field.
                drop(storage.set_item(&self.key_of_draft(), &text.value()));
            }
        }

        /// Ctrl or Cmd and Enter send; Escape leaves the field.
        pub fn key(self, event: ev::KeyboardEvent) {
            match event.key().as_str() {
                "Enter" if event.ctrl_key() || event.meta_key() => {
                    event.prevent_default();
                    let form = self.text.get_untracked().and_then(|text| text.form());
                    if let Some(form) = form {
                        drop(form.request_submit());
                    }
                }
                "Escape" => {
                    if let Some(text) = self.text.get_untracked() {
                        drop(text.blur());
                    }
                }
                _ => {}
            }
        }

        pub fn submit(self, event: ev::SubmitEvent) {
            event.prevent_default();
            let stop = event.submitter().and_then(|button| button.get_attribute("formaction"));
            let form = event.target().map(|target| target.unchecked_into::<HtmlFormElement>());
            let address = stop.clone().or_else(|| form?.get_attribute("action"));
            let (Some(address), Some(text)) = (address, self.text.get_untracked()) else { return };
            if self.busy.get_untracked() {
                return;
            }
            self.busy.set(true);
            self.result.set(None);
            let (token, said) = (self.page.place().token.clone(), text.value());
            spawn_local(async move {
                let sent = post(&address, &[("form_token", &token), ("text", &said)]).await;
                self.busy.set(false);
                let result = match sent {
                    Sent::Done(note) => {
                        if stop.is_none() && text.value() == said {
                            text.set_value("");
                            self.keep();
                        }
                        (!note.is_empty()).then_some((true, note))
                    }
                    Sent::Refused(reason) => Some((false, reason)),
                    Sent::Unreachable => {
                        Some((false, "No connection. Your words are kept here; send them when it is back.".to_owned()))
                    }
                };
                self.result.set(result);
            });
        }
    }

    fn storage() -> Option<Storage> {
        window().session_storage().ok()?
    }

    /// The chooser of the files' form, which is sent as soon as something was chosen.
    pub fn choose_files() {
        let Some(input) = document().get_element_by_id("files").and_then(|e| e.dyn_into::<HtmlInputElement>().ok()) else {
            return;
        };
        let of_form = input.clone();
        let send = wasm_bindgen::closure::Closure::once_into_js(move || {
            if let Some(form) = of_form.form() {
                drop(form.request_submit());
            }
        });
        input.set_onchange(Some(send.unchecked_ref()));
        input.click();
    }
}

#[cfg(feature = "hydrate")]
use browser::choose_files;

#[cfg(not(feature = "hydrate"))]
fn choose_files() {}

#[cfg(not(feature = "hydrate"))]
impl Composer {
    fn keep(self) {}
    fn key(self, _: leptos::ev::KeyboardEvent) {}
    fn submit(self, _: leptos::ev::SubmitEvent) {}
}
