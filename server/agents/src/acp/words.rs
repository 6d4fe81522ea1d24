//! What a program tells, in the portal's words.

use agent_client_protocol::v1::schema::{
    ContentBlock, Meta, PermissionOption, PermissionOptionKind, Plan, PlanEntryStatus,
    RequestPermissionOutcome, SelectedPermissionOutcome, ToolCallContent, ToolKind,
};
use domain::session::{PlanStep, StepState};
use serde_json::Value;

/// The longest plan, and the longest of its lines in characters.
const STEPS: usize = 40;
const LINE: usize = 300;

/// A plan as the session shows it.
pub(super) fn plan(plan: &Plan) -> Vec<PlanStep> {
    let steps = plan.entries.iter().filter(|entry| !entry.content.trim().is_empty()).take(STEPS);
    let state = |status: &PlanEntryStatus| match status {
        PlanEntryStatus::InProgress => StepState::Working,
        PlanEntryStatus::Completed => StepState::Done,
        _ => StepState::Open,
    };
    let title = |text: &str| text.trim().chars().take(LINE).collect();
    steps.map(|entry| PlanStep { title: title(&entry.content), state: state(&entry.status) }).collect()
}

/// A tool's name: as the program says it, as Claude Code's adapter hides it, or as Hermes' begins the title with it.
pub(super) fn tool<'a>(
    name: Option<&'a str>,
    meta: Option<&'a Meta>,
    title: Option<&'a str>,
) -> Option<&'a str> {
    let hidden = || meta?.get("claudeCode")?.get("toolName")?.as_str();
    let titled = || {
        let (head, _) = title?.split_once(": ")?;
        let is_name = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
        (!head.is_empty() && head.bytes().all(is_name)).then_some(head)
    };
    name.or_else(hidden).or_else(titled)
}

/// What a tool without a name is called.
pub(super) fn kind(kind: ToolKind) -> &'static str {
    match kind {
        ToolKind::Read => "read",
        ToolKind::Edit => "edit",
        ToolKind::Delete => "delete",
        ToolKind::Move => "move",
        ToolKind::Search => "search",
        ToolKind::Execute => "execute",
        ToolKind::Fetch => "fetch",
        ToolKind::Think => "todo",
        _ => "tool",
    }
}

/// What came of a tool, as far as it is text.
pub(super) fn output(raw: Option<&Value>, content: &[ToolCallContent]) -> Value {
    let texts = content.iter().filter_map(|piece| match piece {
        ToolCallContent::Content(content) => match &content.content {
            ContentBlock::Text(text) => Some(text.text.as_str()),
            _ => None,
        },
        _ => None,
    });
    let told: Vec<&str> = texts.collect();
    match raw {
        Some(raw) if !raw.is_null() => raw.clone(),
        _ => Value::String(told.join("\n")),
    }
}

/// The answer to who wants to be allowed something. What is allowed is so once: for more nobody was asked.
pub(super) fn decision(options: &[PermissionOption], allowed: bool) -> RequestPermissionOutcome {
    let kinds: &[PermissionOptionKind] = if allowed {
        &[PermissionOptionKind::AllowOnce]
    } else {
        &[PermissionOptionKind::RejectOnce, PermissionOptionKind::RejectAlways]
    };
    let chosen = kinds.iter().find_map(|kind| options.iter().find(|option| option.kind == *kind));
    match chosen {
        Some(option) => {
            RequestPermissionOutcome::Selected(SelectedPermissionOutcome::new(option.option_id.clone()))
        }
        None => RequestPermissionOutcome::Cancelled,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tool_is_known_by_its_name() {
        let hidden = serde_json::json!({ "claudeCode": { "toolName": "Bash" } });
        assert_eq!(tool(None, hidden.as_object(), Some("`ls`")), Some("Bash"));
        assert_eq!(tool(None, None, Some("terminal: echo one")), Some("terminal"));
        assert_eq!(tool(None, None, Some("Read the file: a")), None);
        assert_eq!(tool(Some("x"), None, Some("terminal: echo one")), Some("x"));
    }

    #[test]
    fn what_is_allowed_is_allowed_once() {
        let option = |id: &'static str, kind| PermissionOption::new(id, id, kind);
        let always = option("always", PermissionOptionKind::AllowAlways);
        let options = [
            always.clone(),
            option("once", PermissionOptionKind::AllowOnce),
            option("no", PermissionOptionKind::RejectOnce),
        ];
        let chosen =
            |id: &'static str| RequestPermissionOutcome::Selected(SelectedPermissionOutcome::new(id));
        assert_eq!(decision(&options, true), chosen("once"));
        assert_eq!(decision(&options, false), chosen("no"));
        for allowed in [true, false] {
            let only = std::slice::from_ref(&always);
            assert_eq!(decision(only, allowed), RequestPermissionOutcome::Cancelled);
        }
    }
}
