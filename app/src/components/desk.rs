//! What the desk's pages share: addresses, who is at work, forms that act on a client's request and come back.

use domain::{ids::ClientId, requests::Column};
use leptos::prelude::*;

use crate::web::FormToken;

/// Where an operator finds a client.
pub fn client_path(client: ClientId) -> String {
    format!("/desk/clients/{client}")
}

/// Where an operator finds a request.
pub fn request_path(client: ClientId, number: u64) -> String {
    format!("/desk/clients/{client}/requests/{number}")
}

/// A column's name to an operator, who is not the one it waits on.
pub fn column_name(column: Column) -> &'static str {
    match column {
        Column::Waiting => "Waiting on client",
        other => other.label(),
    }
}

/// How many agents are at work, for the top of a page.
pub fn at_work(agents: u64) -> AnyView {
    match agents {
        0 => view! { <span class="soft">"No one is working right now"</span> }.into_any(),
        _ => {
            let words = format!("{} working", domain::words::count(agents.cast_signed(), "agent"));
            view! { <a class="at-work" href="/desk/agents"><span class="pulse"></span>{words}</a> }.into_any()
        }
    }
}

/// The hidden fields of a form that comes back to a page of the desk.
pub fn hidden(token: &FormToken, back: &str) -> impl IntoView + use<> {
    let back = back.to_owned();
    view! {
        <input type="hidden" name="form_token" value=token.0.clone() />
        <input type="hidden" name="back" value=back />
    }
}
