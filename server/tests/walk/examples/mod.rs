//! What stands in an address and in its form, for every pattern of the router. A pattern that is new here fails the
//! walk with a word on what to add.

mod body;
mod deeds;

pub use body::{Fields, FormBody, field};
pub use deeds::{FormExample, deed};

use super::town::Town;

/// Whoever asks gets the same, or what is theirs alone; why.
pub const PUBLIC: &[(&str, &str)] = &[
    ("/", "the storefront"),
    ("/terms", "what one agrees to"),
    ("/signup", "a stranger becomes a client here"),
    ("/sign-in", "nobody is signed in yet"),
    ("/sign-out", "ends the browser's own sign-in, whoever's it is"),
    (
        "/reset",
        "a password is forgotten by whoever is not signed in; the answer is the same for every address",
    ),
    ("/reset/{token}", "who holds the mail's link is let in by it"),
    ("/confirm/{token}", "who holds the mail's link"),
    ("/invitations/{token}", "who holds the mail's link"),
    ("/pay/{token}", "who holds the mail's link sees and pays that invoice"),
    ("/pay/{token}/done", "the same, back from the provider's page"),
    ("/pay/{token}/invoice", "the same, to print"),
    ("/pay/{token}/invoice/pdf", "the same, to keep"),
    ("/pay/{token}/questions", "the same, with a question"),
    ("/setup", "gone once there is a workspace"),
    ("/assets/{*file}", "styles, fonts and scripts, the same for everyone"),
    ("/live", "a socket; `sockets` walks what it follows"),
    ("/live/events", "the same where no socket gets through; `sockets` walks it as well"),
    ("/docs/api", "how programs speak to the product"),
    ("/account/places", "an address of before, which leads to where it is now"),
    ("/v1/openapi.json", "the same for programs"),
    ("/hooks/stripe/{workspace}", "who it is, the signature of each message says"),
    ("/dev/outbox", "gone where there is a mail server or others reach the machine"),
];

/// Whoever is signed in sees and changes their own here, and the address names nobody else's.
pub const OWN: &[&str] = &[
    "/account",
    "/account/name",
    "/account/zone",
    "/account/password",
    "/account/sign-ins",
    "/account/confirmation",
    "/account/workspaces",
];

/// Whether it is for programs alone, which come with a token and without cookies.
pub fn is_for_programs(pattern: &str) -> bool {
    ["/v1/runs", "/v1/clients", "/v1/requests", "/mcp"].iter().any(|base| pattern.starts_with(base))
}

/// Whether it is for other services, which sign what they push and come without a form.
pub fn is_hook(pattern: &str) -> bool {
    pattern.starts_with("/hooks/")
}

/// Whether the walk may leave it open.
pub fn is_public(pattern: &str) -> bool {
    PUBLIC.iter().any(|(public, _)| *public == pattern)
}

/// The parameters of a pattern, in their order.
pub fn parameters(pattern: &str) -> Vec<String> {
    let names = pattern.split('{').skip(1).filter_map(|rest| rest.split_once('}'));
    names.map(|(name, _)| name.to_owned()).collect()
}

/// A pattern's address, with something of the first client's wherever it names anything.
pub fn path(town: &Town, pattern: &str) -> String {
    path_with(town, pattern, |_| None)
}

/// The same, where `other` has another value for a parameter.
pub fn path_with(town: &Town, pattern: &str, other: impl Fn(&str) -> Option<String>) -> String {
    let mut path = pattern.to_owned();
    for name in parameters(pattern) {
        let value = other(&name).or_else(|| value(town, pattern, &name)).unwrap_or_else(|| {
            panic!(
                "`{{{name}}}` of {pattern} has no example: give `value` in server/tests/walk/examples/mod.rs one \
                 that is quillhaven's"
            )
        });
        path = path.replace(&format!("{{{name}}}"), &value);
    }
    path
}

/// An example of one parameter.
fn value(town: &Town, pattern: &str, name: &str) -> Option<String> {
    let quill = &town.quill;
    let work = if pattern.starts_with("/desk") { &quill.desk } else { &quill.portal };
    // The portal's forms change one of two, the desk's the other.
    let turn = usize::from(pattern.starts_with("/desk"));
    let ends = |end: &str| pattern.ends_with(end);
    let value = match name {
        "number" if ends("/receipt") => quill.paid.1.to_string(),
        "number" if pattern == "/portal/billing/{number}" || pattern == "/portal/billing/{number}/pdf" => {
            quill.issued.1.to_string()
        }
        "number" if pattern.starts_with("/portal/billing/credits/{number}") => quill.credit.1.to_string(),
        "number" if pattern == "/portal/billing/{number}/payment" => quill.issued.1.to_string(),
        "credit" => quill.credit.0.to_string(),
        // Made up: nobody in the walk has paid by card.
        "payment" => domain::ids::PaymentId(quill.file.0).to_string(),
        "number" if ends("/steer") || ends("/stop") => work.working.number.to_string(),
        "number" if ends("/retry") => work.failed.number.to_string(),
        "number" if ends("/approval/{approval}") => work.waiting.0.number.to_string(),
        "number" if ends("/edit") || ends("/place") || ends("/withdrawal") => {
            work.later[0].number.to_string()
        }
        "number" if pattern.contains("/requests/{number}") => work.review.0.number.to_string(),
        "approval" => work.waiting.1.to_string(),
        "entry" => work.said[turn].clone(),
        "deliverable" => work.review.1.to_string(),
        "client" if ends("/archive") => town.leaving.id.to_string(),
        "client" if ends("/erasure") => town.going[0].id.to_string(),
        "client" if ends("/erasure/cancellation") => town.going[1].id.to_string(),
        // Of the other one a download is asked for in the portal, and one at a time is packed.
        "client" if ends("/data") => town.leaving.id.to_string(),
        "export" => quill.export.to_string(),
        "client" => quill.client.id.to_string(),
        "id" if pattern.starts_with("/desk/people/invitations") => town.candidate.to_string(),
        "id" if pattern.contains("/invitations/") => quill.invitations[turn].to_string(),
        "id" if pattern.starts_with("/desk/people") => {
            town.colleagues[usize::from(ends("/removal"))].to_string()
        }
        "id" => quill.spare[turn].to_string(),
        "agent" => quill.agent.to_string(),
        "offer" => town.offer.to_string(),
        "subscription" => quill.subscription.to_string(),
        "invoice" if ends("/draft") => quill.draft.to_string(),
        "invoice" if ends("/receipt") => quill.paid.0.to_string(),
        "invoice" => quill.issued.0.to_string(),
        "file" => quill.file.to_string(),
        "token_id" => town.token.to_string(),
        "workspace" => town.ours.workspace.to_string(),
        "webhook" => town.webhook.0.to_string(),
        "rate" => town.tax_rate.to_string(),
        "month" => "2026-11".to_owned(),
        "book" => "invoices".to_owned(),
        "year" => "2026".to_owned(),
        "proposal" => town.proposal.to_string(),
        "run" => domain::ids::RunId(quill.portal.working.id.0).to_string(),
        "control" => domain::ids::ControlId(quill.file.0).to_string(),
        "request" => quill.portal.working.id.to_string(),
        // Made up: a link that is right lets in whoever holds it.
        "token" => "x".repeat(43),
        "*file" => "main.css".to_owned(),
        "session" if ends("/stop") => quill.portal.working.session.to_string(),
        "*name" | "session" | "stream" => quill.portal.review.0.session.to_string(),
        _ => return None,
    };
    Some(value)
}
