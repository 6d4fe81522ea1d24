//! The way to a client's data from its page on the desk.

use domain::ids::ClientId;
use leptos::prelude::*;

use crate::components::desk::client_path;

/// The section of a client's page.
pub fn section(client: ClientId) -> AnyView {
    let href = format!("{}/data", client_path(client));
    view! {
        <section class="section" aria-labelledby="c-data">
            <div class="section-head"><h2 id="c-data">"Data"</h2><a href=href>"Download everything"</a></div>
            <p class="soft">"Requests, conversations, deliverables, files, notes, invoices, and people, in one zip file. The client’s owners can prepare one, too."</p>
        </section>
    }
    .into_any()
}
