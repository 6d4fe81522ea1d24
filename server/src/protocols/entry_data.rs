//! What an entry shows, as data for clients that others wrote: its name and its fields, as `docs/SESSIONS.md` has
//! them.

use domain::session::{Author, Body, ControlResult, Deletable, Entry, step_words};
use serde_json::{Value, json};

/// The name of an entry's kind and its fields; none for an agent's words, which are sent as text.
pub(super) fn entry(entry: &Entry) -> Option<(&'static str, Value)> {
    Some(match &entry.body {
        Body::Words { .. } => return None,
        Body::Asked { title, brief } => ("asked", json!({ "title": title, "brief": brief })),
        Body::Comment { text } => ("comment", with_author(entry, json!({ "text": text }))),
        Body::File { file, name, bytes } => {
            ("file", with_author(entry, json!({ "file": file, "name": name, "bytes": bytes })))
        }
        // Under the name that it had, so that it takes the place of what a reader has.
        Body::Deleted { what: Deletable::Comment, deleted } => {
            ("comment", with_author(entry, json!({ "text": "", "deleted": deleted })))
        }
        Body::Deleted { what: Deletable::File, deleted } => {
            ("file", with_author(entry, json!({ "file": null, "name": "", "bytes": 0, "deleted": deleted })))
        }
        Body::Plan { steps } => ("plan", json!({ "steps": steps })),
        Body::Step { title, result, detail, state } => {
            ("step", json!({ "title": step_words(title, result), "detail": detail, "state": state }))
        }
        Body::Approval { approval, question, detail, options, expires, settled } => {
            let settled = settled.as_ref().map(
                |settled| json!({ "label": settled.label, "by": settled.by, "expired": settled.expired }),
            );
            let data = json!({ "approval": approval, "question": question, "detail": detail,
                "options": options, "expires": expires, "settled": settled });
            ("approval", data)
        }
        Body::Steer { control, text, outcome } => (
            "steer",
            with_author(
                entry,
                json!({ "control": control, "text": text, "outcome": self::outcome(outcome) }),
            ),
        ),
        Body::Stop { control, outcome } => {
            ("stop", with_author(entry, json!({ "control": control, "outcome": self::outcome(outcome) })))
        }
        Body::Deliverable { deliverable, title, version } => {
            ("deliverable", json!({ "deliverable": deliverable, "title": title, "version": version }))
        }
        Body::Review { approved, reason } => {
            ("review", with_author(entry, json!({ "approved": approved, "reason": reason })))
        }
        Body::Moved { from, to } => ("moved", json!({ "from": from, "to": to })),
        Body::Failed { reason } => ("failed", json!({ "reason": reason })),
    })
}

/// What came of a stop or a steer, once that is known.
pub(super) fn outcome(outcome: &Option<ControlResult>) -> Value {
    match outcome {
        Some(ControlResult { outcome, reason }) => json!({ "outcome": outcome, "reason": reason }),
        None => Value::Null,
    }
}

/// With who did it.
fn with_author(entry: &Entry, mut data: Value) -> Value {
    data["author"] = author(&entry.author);
    data
}

/// Somebody, as others see them.
pub(super) fn author(author: &Author) -> Value {
    json!({ "kind": author.kind, "name": author.name })
}
