//! A question before something that cannot be taken back.

use leptos::prelude::*;

/// A dialog that a button with `popovertarget` opens, without script.
pub struct Confirmation {
    /// What the button names.
    pub id: String,
    pub question: String,
    /// Where the form goes.
    pub action: String,
    /// The button that leaves everything as it is.
    pub keep: &'static str,
}

impl Confirmation {
    /// With what it comes to, and with the form's fields and the button that does it.
    pub fn show(self, words: impl IntoView + 'static, form: impl IntoView + 'static) -> AnyView {
        let Self { id, question, action, keep } = self;
        let title = format!("{id}-title");
        view! {
            <div class="dialog" popover id=id.clone() role="dialog" aria-labelledby=title.clone()>
                <h2 id=title.clone() dir="auto">{question}</h2>
                <p>{words}</p>
                <form class="button-row" method="post" action=action>
                    {form}
                    <button class="button quiet" type="button" popovertarget=id.clone() popovertargetaction="hide">{keep}</button>
                </form>
            </div>
        }
        .into_any()
    }
}
