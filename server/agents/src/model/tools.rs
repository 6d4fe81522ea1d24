//! What the model can do beside talking.

use domain::session::StepState;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    answer::ToolCall,
    notes::{self, Notes},
};
use crate::{AttemptContext, Delegation};

/// How many tasks one call gives away.
const TASKS: usize = 6;

/// A call with its arguments read and checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ParsedToolCall {
    MakePlan {
        steps: Vec<String>,
    },
    /// `step` from 1.
    UpdatePlan {
        step: usize,
        state: StepState,
    },
    AskClient {
        question: String,
        detail: String,
        options: Vec<String>,
    },
    RequestApproval {
        question: String,
        detail: String,
        options: Vec<String>,
    },
    /// `line` from 1.
    ReadFile {
        name: String,
        line: usize,
    },
    Deliver {
        title: String,
        markdown: String,
    },
    Delegate {
        tasks: Vec<Delegation>,
    },
    Notes(Notes),
    Finish,
}

/// A tool as the model is told of it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ToolDescription {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    /// JSON Schema.
    pub(super) parameters: Value,
}

/// Whether an agent may use one of these, by what it may use of the portal's tools.
pub(super) fn allowed(context: &AttemptContext, tool: &str) -> bool {
    context.may(match tool {
        "make_plan" | "update_plan" => "report_progress",
        "read_file" => "get_request",
        other => other,
    })
}

/// The tools that an agent may use.
pub(super) fn offered(context: &AttemptContext) -> Vec<ToolDescription> {
    let mut tools = described();
    tools.extend(notes::described());
    tools.retain(|tool| allowed(context, tool.name));
    tools
}

fn described() -> Vec<ToolDescription> {
    let text = |about: &str| json!({ "type": "string", "description": about });
    let texts = |about: &str| json!({ "type": "array", "items": { "type": "string" }, "description": about });
    let tool = |name: &'static str, about: &'static str, properties: Value, required: &[&str]| {
        let parameters = json!({ "type": "object", "properties": properties, "required": required });
        ToolDescription { name, about, parameters }
    };
    vec![
        tool(
            "make_plan",
            "Show the client your plan before you begin, and again when it changes.",
            json!({ "steps": texts("Two to eight short steps in the client's words") }),
            &["steps"],
        ),
        tool(
            "update_plan",
            "Mark a step of the plan when you begin it and when it is done.",
            json!({
                "step": { "type": "integer", "description": "Number of the step, from 1" },
                "state": { "type": "string", "enum": ["open", "working", "done", "failed"] },
            }),
            &["step", "state"],
        ),
        tool(
            "ask_client",
            "Ask the client to decide something that only they can decide. The work waits for the answer.",
            json!({
                "question": text("One sentence"),
                "detail": text("What they need to know to answer; may be empty"),
                "options": texts("Two to four answers to choose from, the one that you advise first"),
            }),
            &["question", "options"],
        ),
        tool(
            "request_approval",
            "Ask the people who run the workspace, not the client, before something that goes out or cannot be taken back. \
             The client does not see it. The work waits for the answer.",
            json!({
                "question": text("One sentence"),
                "detail": text("What they need to know to answer; may be empty"),
                "options": texts("Two to four answers to choose from, the one that you advise first"),
            }),
            &["question", "options"],
        ),
        tool(
            "read_file",
            "Read a text file that the client sent.",
            json!({
                "name": text("The file's name"),
                "line": { "type": "integer", "description": "Line to begin at, from 1" },
            }),
            &["name"],
        ),
        tool(
            "deliver",
            "Hand over finished work. The same title again makes its next version.",
            json!({ "title": text("What it is"), "markdown": text("The whole text in Markdown") }),
            &["title", "markdown"],
        ),
        tool(
            "delegate",
            "Have others help with parts of the work, all at once, and wait for what it comes to. They read the request \
             and its conversation themselves; they do not deliver.",
            json!({
                "tasks": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "properties": {
                            "agent": text("Who, by their name"),
                            "task": text("What to do, and what to answer with"),
                        },
                        "required": ["agent", "task"],
                    },
                },
            }),
            &["tasks"],
        ),
        tool("finish", "Put what you delivered before the client for review. Call it last.", json!({}), &[]),
    ]
}

#[derive(Deserialize)]
struct MakePlanArguments {
    steps: Vec<String>,
}

#[derive(Deserialize)]
struct UpdatePlanArguments {
    step: usize,
    state: StepState,
}

#[derive(Deserialize)]
struct Ask {
    question: String,
    #[serde(default)]
    detail: String,
    options: Vec<String>,
}

#[derive(Deserialize)]
struct ReadFileArguments {
    name: String,
    line: Option<usize>,
}

#[derive(Deserialize)]
struct Deliver {
    title: String,
    markdown: String,
}

#[derive(Deserialize)]
struct Delegate {
    tasks: Vec<Delegation>,
}

/// Reads a call.
///
/// # Errors
/// What is wrong with it, for the model to mend.
pub(super) fn read(call: &ToolCall) -> Result<ParsedToolCall, String> {
    let arguments = if call.arguments.trim().is_empty() { "{}" } else { &call.arguments };
    if let Some(notes) = notes::read(&call.name, arguments) {
        return notes.map(ParsedToolCall::Notes);
    }
    match call.name.as_str() {
        "make_plan" => {
            let MakePlanArguments { steps } = parse(arguments)?;
            let steps = texts(steps, 160);
            if steps.is_empty() || steps.len() > 8 {
                return Err("steps: give two to eight".to_owned());
            }
            Ok(ParsedToolCall::MakePlan { steps })
        }
        "update_plan" => parse(arguments)
            .map(|UpdatePlanArguments { step, state }| ParsedToolCall::UpdatePlan { step, state }),
        "ask_client" => read_ask(arguments)
            .map(|Ask { question, detail, options }| ParsedToolCall::AskClient { question, detail, options }),
        "request_approval" => read_ask(arguments).map(|Ask { question, detail, options }| {
            ParsedToolCall::RequestApproval { question, detail, options }
        }),
        "read_file" => parse(arguments).map(|ReadFileArguments { name, line }| ParsedToolCall::ReadFile {
            name,
            line: line.unwrap_or(1).max(1),
        }),
        "deliver" => {
            let Deliver { title, markdown } = parse(arguments)?;
            Ok(ParsedToolCall::Deliver { title, markdown })
        }
        "delegate" => {
            let Delegate { tasks } = parse(arguments)?;
            if tasks.is_empty() || tasks.len() > TASKS {
                return Err(format!("tasks: give one to {TASKS}"));
            }
            Ok(ParsedToolCall::Delegate { tasks })
        }
        "finish" => Ok(ParsedToolCall::Finish),
        other => Err(unknown(other)),
    }
}

fn read_ask(arguments: &str) -> Result<Ask, String> {
    let Ask { question, detail, options } = parse(arguments)?;
    let (question, options) = (one_line(&question, 300), texts(options, 120));
    if question.is_empty() || options.is_empty() || options.len() > 6 {
        return Err("give a question and two to four options".to_owned());
    }
    Ok(Ask { question, detail: detail.chars().take(4_000).collect(), options })
}

/// What a model is told that calls what is not there.
pub(super) fn unknown(tool: &str) -> String {
    format!("there is no tool {}", tool.chars().take(60).collect::<String>())
}

pub(super) fn parse<'a, T: Deserialize<'a>>(arguments: &'a str) -> Result<T, String> {
    serde_json::from_str(arguments).map_err(|error| format!("the arguments are not understood: {error}"))
}

fn one_line(text: &str, most: usize) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(most).collect()
}

/// Without what is empty or stands there twice.
fn texts(given: Vec<String>, most: usize) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for text in given.iter().map(|text| one_line(text, most)) {
        if !text.is_empty() && !kept.contains(&text) {
            kept.push(text);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(name: &str, arguments: &str) -> Result<ParsedToolCall, String> {
        read(&ToolCall { id: "1".into(), name: name.into(), arguments: arguments.into() })
    }

    #[test]
    fn arguments_are_checked() {
        assert_eq!(
            call("make_plan", r#"{"steps":[" Read  the brief","","Read the brief","Write"]}"#),
            Ok(ParsedToolCall::MakePlan { steps: vec!["Read the brief".into(), "Write".into()] })
        );
        assert_eq!(
            call("update_plan", r#"{"step":2,"state":"done"}"#),
            Ok(ParsedToolCall::UpdatePlan { step: 2, state: StepState::Done })
        );
        assert_eq!(call("finish", ""), Ok(ParsedToolCall::Finish));
        for (name, arguments) in [
            ("make_plan", "{}"),
            ("make_plan", r#"{"steps":[]}"#),
            ("update_plan", r#"{"step":-1,"state":"done"}"#),
            ("update_plan", r#"{"step":1,"state":"great"}"#),
            ("ask_client", r#"{"question":" ","options":["a"]}"#),
            ("ask_client", r#"{"question":"Which?","options":"a"}"#),
            ("request_approval", r#"{"question":"May I?","options":[]}"#),
            ("deliver", r#"{"title":"T""#),
            ("delegate", r#"{"tasks":[]}"#),
            ("delegate", r#"{"tasks":[{"agent":"Otto"}]}"#),
            ("rm", "{}"),
        ] {
            assert!(call(name, arguments).is_err(), "{name} {arguments}");
        }
    }
}
