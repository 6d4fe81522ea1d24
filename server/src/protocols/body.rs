//! What an entry shows, as data for those who read no Throughline: its name and its fields, as `docs/SESSIONS.md` has
//! them.

use domain::session::{Author, Body, Deletable, Entry, Outcome};
use serde_json::{Value, json};

/// The name of an entry's kind and its fields; none for an agent's words, which are told as text.
pub(super) fn data(entry: &Entry) -> Option<(&'static str, Value)> {
    Some(match &entry.body {
        Body::Words { .. } => return None,
        Body::Asked { title, brief } => ("asked", json!({ "title": title, "brief": brief })),
        Body::Comment { text } => ("comment", said(entry, json!({ "text": text }))),
        Body::File { file, name, bytes } => {
            ("file", said(entry, json!({ "file": file, "name": name, "bytes": bytes })))
        }
        // Under the name that it had, so that it takes the place of what a reader has.
        Body::Deleted { what: Deletable::Comment, deleted } => {
            ("comment", said(entry, json!({ "text": "", "deleted": deleted })))
        }
        Body::Deleted { what: Deletable::File, deleted } => {
            ("file", said(entry, json!({ "file": null, "name": "", "bytes": 0, "deleted": deleted })))
        }
        Body::Plan { steps } => ("plan", json!({ "steps": steps })),
        Body::Step { title, detail, state } => {
            ("step", json!({ "title": title, "detail": detail, "state": state }))
        }
        Body::Approval { approval, question, detail, options, expires, settled } => {
            let settled = settled.as_ref().map(
                |settled| json!({ "label": settled.label, "by": settled.by, "expired": settled.expired }),
            );
            let asked = json!({ "approval": approval, "question": question, "detail": detail,
                "options": options, "expires": expires, "settled": settled });
            ("approval", asked)
        }
        Body::Steer { control, text, outcome } => {
            ("steer", said(entry, json!({ "control": control, "text": text, "outcome": came(outcome) })))
        }
        Body::Stop { control, outcome } => {
            ("stop", said(entry, json!({ "control": control, "outcome": came(outcome) })))
        }
        Body::Deliverable { deliverable, title, version } => {
            ("deliverable", json!({ "deliverable": deliverable, "title": title, "version": version }))
        }
        Body::Review { approved, reason } => {
            ("review", said(entry, json!({ "approved": approved, "reason": reason })))
        }
        Body::Moved { from, to } => ("moved", json!({ "from": from, "to": to })),
        Body::Failed { reason } => ("failed", json!({ "reason": reason })),
    })
}

/// What came of a stop or a steer, once that is known.
pub(super) fn came(outcome: &Option<Outcome>) -> Value {
    match outcome {
        Some(Outcome { outcome, reason }) => json!({ "outcome": outcome, "reason": reason }),
        None => Value::Null,
    }
}

/// With who did it.
fn said(entry: &Entry, mut data: Value) -> Value {
    data["author"] = author(&entry.author);
    data
}

/// Somebody, as others see them.
pub(super) fn author(author: &Author) -> Value {
    json!({ "kind": author.kind, "name": author.name })
}
