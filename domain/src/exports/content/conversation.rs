//! A request's conversation: for people as Markdown, for programs as the API folds it.

use serde_json::{Value, json};

use super::{
    requests::Paths,
    times::{Times, iso_ms, with_instants},
};
use crate::{
    Error, Result,
    requests::Detail,
    session::{Body, ControlResult, Conversation, SettledApproval, StepState, step_words},
};

/// The conversation as `/v1/stream` folds it, with its times as instants.
pub(super) fn json(detail: &Detail, conversation: &Conversation) -> Result<Value> {
    let mut folded = serde_json::to_value(conversation).map_err(|error| Error::Broken(error.to_string()))?;
    with_instants(&mut folded);
    Ok(json!({
        "request": {
            "id": detail.card.id,
            "number": detail.card.number,
            "title": detail.card.title,
            "created_at": iso_ms(detail.card.created_at),
        },
        "conversation": folded,
    }))
}

/// The conversation as one reads it down the line.
pub(super) fn markdown(times: &Times, detail: &Detail, conversation: &Conversation, paths: &Paths) -> String {
    let mut text = format!("# {} (#{})\n\n{}\n", detail.card.title, detail.card.number, times.note());
    for entry in &conversation.entries {
        let who = if entry.author.name.is_empty() { "The portal" } else { &entry.author.name };
        let said = body_in_words(times, &entry.body, paths);
        text += &format!("\n---\n\n**{}** · {}\n\n{}\n", plain(who), times.words(entry.at), said.trim_end());
    }
    text
}

/// A link whose place has spaces in it.
pub(super) fn link(name: &str, path: &str) -> String {
    format!("[{}](<{path}>)", plain(name).replace(['[', ']'], ""))
}

/// A name within a line.
fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn body_in_words(times: &Times, body: &Body, paths: &Paths) -> String {
    match body {
        Body::Asked { title, brief } => format!("Asked for “{}”:\n\n{brief}", plain(title)),
        Body::Comment { text } | Body::Words { text, .. } => text.clone(),
        Body::File { file, name, .. } => match paths.files.get(file) {
            Some(path) => format!("Added a file: {}", link(name, path)),
            None => format!("Added a file: {}", plain(name)),
        },
        Body::Deleted { what, deleted } => {
            format!("Deleted this {}, {}.", what.as_str(), times.words(*deleted))
        }
        Body::Plan { steps } => {
            let step = |state, title: &str| {
                let tick = if state == StepState::Done { "x" } else { " " };
                format!("- [{tick}] {}\n", plain(title))
            };
            let steps: String = steps.iter().map(|one| step(one.state, &one.title)).collect();
            format!("The plan:\n\n{steps}")
        }
        Body::Step { title, result, detail, .. } if detail.is_empty() => plain(&step_words(title, result)),
        Body::Step { title, result, detail, .. } => {
            format!("{}: {}", plain(&step_words(title, result)), plain(detail))
        }
        Body::Approval { question, detail, options, settled, .. } => {
            let options: String = options.iter().map(|one| format!("- {}\n", plain(&one.label))).collect();
            format!("{question}\n\n{detail}\n\n{options}\n{}", answered(times, settled.as_ref()))
        }
        Body::Steer { text, outcome, .. } => format!("{text}\n\n{}", came_to(outcome.as_ref())),
        Body::Stop { outcome, .. } => format!("Asked to stop the work.\n\n{}", came_to(outcome.as_ref())),
        Body::Deliverable { deliverable, title, version } => {
            let what = format!("{} (version {version})", plain(title));
            match paths.deliverables.get(&(*deliverable, *version)) {
                Some(path) => format!("Delivered {}", link(&what, path)),
                None => format!("Delivered {what}"),
            }
        }
        Body::Review { approved: true, .. } => "Approved it.".to_owned(),
        Body::Review { reason, .. } => format!("Asked for a change:\n\n{reason}"),
        Body::Moved { from, to } => format!("Moved from {} to {}.", from.label(), to.label()),
        Body::Failed { reason } => format!("The work couldn’t be finished: {reason}"),
    }
}

fn answered(times: &Times, settled: Option<&SettledApproval>) -> String {
    match settled {
        None => "Not answered yet.".to_owned(),
        Some(SettledApproval { label: Some(label), by, at, .. }) => {
            format!("{} answered “{}”, {}.", plain(by), plain(label), times.words(*at))
        }
        Some(SettledApproval { expired: true, .. }) => "No one answered in time.".to_owned(),
        Some(_) => "The question was withdrawn.".to_owned(),
    }
}

fn came_to(outcome: Option<&ControlResult>) -> String {
    match outcome {
        None => String::new(),
        Some(outcome) if outcome.reason.is_empty() => match outcome.outcome.as_str() {
            "done" => "This was done.".to_owned(),
            "already_ended" => "The work had already ended.".to_owned(),
            "no_answer" => "There was no answer.".to_owned(),
            _ => "This wasn’t done.".to_owned(),
        },
        Some(outcome) => outcome.reason.clone(),
    }
}
