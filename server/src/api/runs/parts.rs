//! What an agent may write: a small vocabulary, and in it nothing that is a fact. Facts (a state, a question, something
//! delivered) have calls of their own.

use domain::{
    runs::Stage,
    session::{self, PlanStep},
};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::api::Problem;

/// Something that an agent writes. The first group is read by everyone at the request; the second is for the backstage.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "camelCase")]
#[serde(rename = "Part")]
#[schema(as = Part)]
pub enum WrittenPart {
    /// A whole text at once, in Markdown.
    Text { text: String },
    /// Begins a text that is written bit by bit. Its id is the agent's own, and unique within the run.
    TextStart { id: String },
    /// More of it.
    TextDelta { id: String, delta: String },
    /// It is whole.
    TextEnd { id: String },
    /// The whole plan as it stands; a later one replaces it.
    DataPlan { steps: Vec<PlanStepInput> },
    /// A step of the work in plain words; the same id again replaces it.
    DataStep {
        id: String,
        title: String,
        #[serde(default)]
        detail: String,
        state: StepState,
    },
    /// Backstage: a tool as it was called.
    ToolInputAvailable {
        tool_call_id: String,
        tool_name: String,
        #[schema(value_type = Object)]
        input: Value,
    },
    /// Backstage: what came back.
    ToolOutputAvailable {
        tool_call_id: String,
        #[schema(value_type = Object)]
        output: Value,
    },
    /// Backstage: it failed.
    ToolOutputError { tool_call_id: String, error_text: String },
    /// Backstage: a remark for the operators.
    DataComment { text: String },
}

/// A step of a plan.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[serde(rename = "Step")]
#[schema(as = Step)]
pub struct PlanStepInput {
    pub title: String,
    pub state: StepState,
}

/// How a step stands.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    Open,
    Working,
    Done,
    Failed,
}

impl From<StepState> for session::StepState {
    fn from(state: StepState) -> Self {
        match state {
            StepState::Open => Self::Open,
            StepState::Working => Self::Working,
            StepState::Done => Self::Done,
            StepState::Failed => Self::Failed,
        }
    }
}

impl WrittenPart {
    /// The log's own parts. `name` makes the id of a text that has none: the same for what is sent again.
    fn into_log(self, name: impl FnOnce() -> String) -> Vec<session::Part> {
        use session::Part as Log;
        let one = match self {
            Self::Text { text } => {
                let id = name();
                return vec![
                    Log::TextStart { id: id.clone() },
                    Log::TextDelta { id: id.clone(), delta: text },
                    Log::TextEnd { id },
                ];
            }
            Self::TextStart { id } => Log::TextStart { id },
            Self::TextDelta { id, delta } => Log::TextDelta { id, delta },
            Self::TextEnd { id } => Log::TextEnd { id },
            Self::DataPlan { steps } => {
                let steps = steps.into_iter();
                Log::DataPlan {
                    steps: steps
                        .map(|PlanStepInput { title, state }| PlanStep { title, state: state.into() })
                        .collect(),
                }
            }
            Self::DataStep { id, title, detail, state } => {
                Log::DataStep { id, title, result: String::new(), detail, state: state.into() }
            }
            Self::ToolInputAvailable { tool_call_id, tool_name, input } => {
                Log::ToolInputAvailable { tool_call_id, tool_name, input }
            }
            Self::ToolOutputAvailable { tool_call_id, output } => {
                Log::ToolOutputAvailable { tool_call_id, output }
            }
            Self::ToolOutputError { tool_call_id, error_text } => {
                Log::ToolOutputError { tool_call_id, error_text }
            }
            Self::DataComment { text } => Log::DataComment { text },
        };
        vec![one]
    }
}

/// The parts of one call as the log has them, where all of them may be written there. `name` is unique to the call.
pub(crate) fn of_log(
    parts: Vec<WrittenPart>,
    stage: Stage,
    name: &str,
) -> Result<Vec<session::Part>, Problem> {
    let parts: Vec<session::Part> = parts
        .into_iter()
        .enumerate()
        .flat_map(|(place, part)| part.into_log(|| format!("{name}-{place}")))
        .collect();
    if parts.is_empty() {
        return Err(Problem::invalid("There is nothing in it."));
    }
    match parts.iter().all(|part| domain::runs::commands::may_append(stage, part)) {
        true => Ok(parts),
        false => Err(Problem::invalid(
            "Tool calls and remarks go backstage: send them in a call of their own, with \"backstage\": true.",
        )),
    }
}
