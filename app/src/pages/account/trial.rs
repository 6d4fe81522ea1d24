use leptos::prelude::*;

use crate::web::Bare;

/// Where mail can be read while it is not sent: on one's own machine only.
pub fn trial_hint(bare: &Bare) -> AnyView {
    bare.has_outbox()
        .then(|| {
            view! {
                <div class="notice">
                    <p>"No mail server is set here: mail stands in the " <a href="/dev/outbox">"outbox"</a> "."</p>
                </div>
            }
        })
        .into_any()
}
