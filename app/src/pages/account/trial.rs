use leptos::prelude::*;

use crate::web::Bare;

/// Where mail can be read while it is not sent: on one's own machine only.
pub fn trial_hint(bare: &Bare) -> AnyView {
    bare.has_outbox()
        .then(|| {
            view! {
                <div class="notice">
                    <p>"Email isn’t set up on this server. Messages are in the " <a href="/dev/outbox">"outbox"</a> "."</p>
                </div>
            }
        })
        .into_any()
}
