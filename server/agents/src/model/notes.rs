//! What is known of the client, for a model to look up and to add to.

use serde::Deserialize;
use serde_json::json;

use super::{
    prompt::cut,
    tools::{ToolDescription, parse},
};
use crate::{AttemptContext, AttemptFailure};

/// How many notes a search names, and how much of one is read, in bytes.
const FOUND: u32 = 10;
const READ: usize = 16_000;

/// A call about notes.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub(super) enum Notes {
    Write {
        path: String,
        markdown: String,
        #[serde(default)]
        version: Option<u32>,
    },
    Read {
        path: String,
    },
    Search {
        #[serde(default)]
        words: String,
    },
}

pub(super) fn described() -> Vec<ToolDescription> {
    let text = |about: &str| json!({ "type": "string", "description": about });
    let path = || text("Folders and a name, such as Billing/Rates.md");
    let tool = |name, about, properties, required: &[&str]| ToolDescription {
        name,
        about,
        parameters: json!({ "type": "object", "properties": properties, "required": required }),
    };
    vec![
        tool(
            "search_notes",
            "Find what is known of the client by its words. Without words: the notes that were written last.",
            json!({ "words": text("As one types them into a search") }),
            &[],
        ),
        tool(
            "read_note",
            "Read a note on the client, with its version.",
            json!({ "path": path() }),
            &["path"],
        ),
        tool(
            "write_note",
            "Keep what you learned about the client for whoever works for them next. Write the whole note; for one that \
             is there already, give the version that you have read.",
            json!({
                "path": path(),
                "markdown": text("The whole note in Markdown"),
                "version": { "type": "integer", "description": "The version that you have read, of a note that is there" },
            }),
            &["path", "markdown"],
        ),
    ]
}

/// Reads a call, if it is one of these.
pub(super) fn read(tool: &str, arguments: &str) -> Option<Result<Notes, String>> {
    let fits = |call: &Notes| {
        matches!(
            (tool, call),
            ("search_notes", Notes::Search { .. })
                | ("read_note", Notes::Read { .. })
                | ("write_note", Notes::Write { .. })
        )
    };
    matches!(tool, "search_notes" | "read_note" | "write_note").then(|| {
        let call = parse::<Notes>(arguments)?;
        if fits(&call) { Ok(call) } else { Err(format!("these are not the arguments of {tool}")) }
    })
}

/// Does it, and answers what the model is told.
pub(super) async fn perform(
    context: &AttemptContext,
    call: Notes,
) -> Result<Result<String, String>, AttemptFailure> {
    match call {
        Notes::Search { words } => {
            let found = context.search_notes(&words, FOUND).await?;
            if found.is_empty() {
                return Ok(Ok("There is no such note.".to_owned()));
            }
            let lines: Vec<String> = found
                .iter()
                .map(|note| format!("{} (version {}): {}", note.path, note.version, note.snippet))
                .collect();
            Ok(Ok(lines.join("\n")))
        }
        Notes::Read { path } => Ok(context
            .read_note(&path)
            .await?
            .map(|note| format!("Version {}:\n{}", note.version, cut(&note.body, READ)))),
        Notes::Write { path, markdown, version } => Ok(context
            .write_note(&path, &markdown, version)
            .await?
            .map(|note| format!("Kept as version {}.", note.version))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_takes_its_own_arguments() {
        assert_eq!(read("search_notes", "{}"), Some(Ok(Notes::Search { words: String::new() })));
        assert_eq!(read("read_note", r#"{"path":"A.md"}"#), Some(Ok(Notes::Read { path: "A.md".into() })));
        let write = Notes::Write { path: "A.md".into(), markdown: "B".into(), version: None };
        assert_eq!(read("write_note", r#"{"path":"A.md","markdown":"B"}"#), Some(Ok(write)));
        assert!(read("read_note", r#"{"words":"A"}"#).is_some_and(|read| read.is_err()));
        assert!(read("write_note", r#"{"path":"A.md"}"#).is_some_and(|read| read.is_err()));
        assert_eq!(read("deliver", "{}"), None);
    }
}
