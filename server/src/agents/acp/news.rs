//! What a program tells, in the portal's words.

use agent_client_protocol::v1::schema::{
    ContentBlock, Meta, PermissionOption, PermissionOptionKind, Plan, PlanEntryStatus, RequestPermissionOutcome,
    SelectedPermissionOutcome, ToolCallContent, ToolKind,
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

/// A tool's name: as the program says it, as Claude Code's adapter hides it, or what kind of tool it is.
pub(super) fn tool(name: Option<&str>, meta: Option<&Meta>, kind: Option<&ToolKind>) -> Option<String> {
    let hidden = || meta?.get("claudeCode")?.get("toolName")?.as_str();
    let known = name.or_else(hidden).map(str::to_owned);
    known.or_else(|| {
        Some(
            match kind? {
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
            .to_owned(),
        )
    })
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
    fn what_is_allowed_is_allowed_once() {
        let option = |id: &'static str, kind| PermissionOption::new(id, id, kind);
        let always = option("always", PermissionOptionKind::AllowAlways);
        let options =
            [always.clone(), option("once", PermissionOptionKind::AllowOnce), option("no", PermissionOptionKind::RejectOnce)];
        let chosen = |id: &'static str| RequestPermissionOutcome::Selected(SelectedPermissionOutcome::new(id));
        assert_eq!(decision(&options, true), chosen("once"));
        assert_eq!(decision(&options, false), chosen("no"));
        assert_eq!(decision(&[always.clone()], true), RequestPermissionOutcome::Cancelled);
        assert_eq!(decision(&[always], false), RequestPermissionOutcome::Cancelled);
    }
}
