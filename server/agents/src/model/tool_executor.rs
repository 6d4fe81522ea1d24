//! Does what the model calls for.

use domain::{
    approvals::{Audience, Question},
    runs::SubRun,
    session::{Choice, Part, PlanStep, StepState},
    words,
};
use serde_json::{Value, json};

use super::{
    answer::ToolCall,
    notes,
    prompt::cut,
    tools::{self, ParsedToolCall},
};
use crate::{AttemptContext, AttemptFailure, Delegation, StepTitle};

/// How much of a file one call reads, and how much of a call is kept backstage, in bytes.
const READ: usize = 16_000;
const KEPT: usize = 32_000;
/// How much of what others came to one call tells, in bytes.
const HELPED: usize = 32_000;
/// How many questions one attempt asks.
const QUESTIONS: usize = 3;
/// How long the operators may take: two days.
const OPEN_SECONDS: i64 = 2 * 86_400;

/// What the tools have done so far.
#[derive(Debug, Default)]
pub(super) struct ToolExecutor {
    plan: Vec<PlanStep>,
    questions: usize,
    approvals: usize,
    pub(super) used: bool,
    pub(super) delivered: bool,
    pub(super) finished: bool,
    /// Calls in a row that were not understood.
    pub(super) mistakes: u32,
}

impl ToolExecutor {
    /// Where earlier attempts left it.
    pub(super) fn of(context: &AttemptContext) -> Self {
        let plan = context.history().plan().map(<[PlanStep]>::to_vec).unwrap_or_default();
        Self { used: !plan.is_empty(), plan, ..Self::default() }
    }

    /// Does one call, and answers what the model is told. The raw call and its result go backstage.
    pub(super) async fn perform(
        &mut self,
        context: &mut AttemptContext,
        call: &ToolCall,
    ) -> Result<String, AttemptFailure> {
        let input = serde_json::from_str(&call.arguments)
            .unwrap_or_else(|_| Value::String(cut(&call.arguments, KEPT)));
        let input =
            if call.arguments.len() > KEPT { json!({ "cut": cut(&call.arguments, KEPT) }) } else { input };
        let (id, tool_name) = (call.id.clone(), call.name.chars().take(60).collect());
        context
            .append_backstage(vec![Part::ToolInputAvailable { tool_call_id: id.clone(), tool_name, input }])
            .await?;
        let offered = tools::allowed(context, &call.name);
        let read = if offered { tools::read(call) } else { Err(tools::unknown(&call.name)) };
        let result = match read {
            Ok(tool) => self.act(context, tool, &call.id).await?,
            Err(why) => Err(why),
        };
        let (told, kept) = match result {
            Ok(told) => {
                self.mistakes = 0;
                self.used = true;
                let output = Value::String(cut(&told, KEPT));
                (told, Part::ToolOutputAvailable { tool_call_id: id, output })
            }
            Err(why) => {
                self.mistakes += 1;
                (format!("Error: {why}"), Part::ToolOutputError { tool_call_id: id, error_text: why })
            }
        };
        context.append_backstage(vec![kept]).await?;
        Ok(told)
    }

    async fn act(
        &mut self,
        context: &mut AttemptContext,
        tool: ParsedToolCall,
        call: &str,
    ) -> Result<Result<String, String>, AttemptFailure> {
        match tool {
            ParsedToolCall::MakePlan { steps } => {
                self.plan =
                    steps.into_iter().map(|title| PlanStep { title, state: StepState::Open }).collect();
                context.plan(&self.plan).await?;
                Ok(Ok("The client sees the plan.".to_owned()))
            }
            ParsedToolCall::UpdatePlan { step, state } => self.update(context, step, state).await,
            ParsedToolCall::AskClient { question, detail, options } => {
                self.ask(context, question, detail, options).await
            }
            ParsedToolCall::RequestApproval { question, detail, options } => {
                self.request(context, question, detail, options).await
            }
            ParsedToolCall::ReadFile { name, line } => read_file(context, &name, line, call).await,
            ParsedToolCall::Deliver { title, markdown } => match context.deliver(&title, &markdown).await? {
                Ok(version) => {
                    self.delivered = true;
                    Ok(Ok(format!("Delivered as version {version}.")))
                }
                Err(why) => Ok(Err(why)),
            },
            ParsedToolCall::Notes(call) => notes::perform(context, call).await,
            ParsedToolCall::Delegate { tasks } => delegate(context, &tasks).await,
            ParsedToolCall::Finish if self.delivered => {
                self.finished = true;
                Ok(Ok("Done.".to_owned()))
            }
            ParsedToolCall::Finish => Ok(Err("nothing is delivered yet: call deliver first".to_owned())),
        }
    }

    async fn update(
        &mut self,
        context: &AttemptContext,
        step: usize,
        state: StepState,
    ) -> Result<Result<String, String>, AttemptFailure> {
        let Some(line) = step.checked_sub(1).and_then(|at| self.plan.get_mut(at)) else {
            return Ok(Err(format!("the plan has {} steps, counted from 1", self.plan.len())));
        };
        line.state = state;
        context.plan(&self.plan).await?;
        Ok(Ok("Marked.".to_owned()))
    }

    async fn ask(
        &mut self,
        context: &mut AttemptContext,
        question: String,
        detail: String,
        options: Vec<String>,
    ) -> Result<Result<String, String>, AttemptFailure> {
        self.questions += 1;
        if self.questions > QUESTIONS && context.history().settlement(&question).is_none() {
            return Ok(Err(
                "that is enough questions: decide yourself, and note it under open questions".to_owned()
            ));
        }
        let until = context.assignment().answer_by - chrono::TimeDelta::minutes(1);
        let open_for = Question::open_until(context.now(), until);
        let options = choices(options);
        let question = Question { question, detail, options, open_for, audience: Audience::Client };
        let nobody = "No one answered in time. Proceed in the way that doesn’t commit the client to anything, and note it under \
                      open questions.";
        answered(context, question, nobody).await
    }

    /// Asks the operators, backstage.
    async fn request(
        &mut self,
        context: &mut AttemptContext,
        question: String,
        detail: String,
        options: Vec<String>,
    ) -> Result<Result<String, String>, AttemptFailure> {
        self.approvals += 1;
        if self.approvals > QUESTIONS && context.history().settlement(&question).is_none() {
            return Ok(Err(
                "that is enough approvals: leave out what was not approved, and note it under open questions"
                    .to_owned(),
            ));
        }
        let (options, open_for) = (choices(options), OPEN_SECONDS);
        let question = Question { question, detail, options, open_for, audience: Audience::Operator };
        let nobody =
            "No one answered in time, so it isn’t approved. Do without it, and note it under open questions.";
        answered(context, question, nobody).await
    }

    /// Marks what is left of the plan as done: the work has been handed in.
    pub(super) async fn tick_off(&mut self, context: &AttemptContext) -> Result<(), AttemptFailure> {
        if self.plan.iter().all(|step| matches!(step.state, StepState::Done | StepState::Failed)) {
            return Ok(());
        }
        for step in self.plan.iter_mut().filter(|step| step.state != StepState::Failed) {
            step.state = StepState::Done;
        }
        context.plan(&self.plan).await
    }
}

/// Has others help, and tells what it came to.
async fn delegate(
    context: &mut AttemptContext,
    tasks: &[Delegation],
) -> Result<Result<String, String>, AttemptFailure> {
    let begun = match context.delegate(tasks).await? {
        Ok(begun) => begun,
        Err(why) => return Ok(Err(why)),
    };
    let helped = context.wait_for_sub_runs(&begun).await?;
    let came: Vec<String> =
        helped.iter().map(|sub| cut(&came_to(sub), HELPED / helped.len().max(1))).collect();
    Ok(Ok(came.join("\n\n")))
}

fn came_to(sub: &SubRun) -> String {
    let SubRun { agent, task, result, failure, .. } = sub;
    let asked = cut(task, 200);
    match (result, failure) {
        (Some(result), _) => format!("{agent} ({asked}):\n{result}"),
        (None, Some(failure)) => format!("{agent} ({asked}) could not do it: {failure}"),
        (None, None) => format!("{agent} ({asked}) was taken off it."),
    }
}

/// What came of a question, and what the model is told where nobody answered.
async fn answered(
    context: &mut AttemptContext,
    question: Question,
    nobody: &str,
) -> Result<Result<String, String>, AttemptFailure> {
    let settled = context.ask(question).await?;
    Ok(Ok(match settled.label {
        Some(label) => format!("{} answered: {label}", settled.by),
        None => nobody.to_owned(),
    }))
}

fn choices(options: Vec<String>) -> Vec<Choice> {
    let options = options.into_iter().enumerate();
    options.map(|(i, label)| Choice { key: (i + 1).to_string(), label }).collect()
}

async fn read_file(
    context: &AttemptContext,
    name: &str,
    line: usize,
    call: &str,
) -> Result<Result<String, String>, AttemptFailure> {
    let files = &context.assignment().files;
    let Some(file) = files.iter().find(|file| file.name == name.trim()) else {
        let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
        return Ok(Err(format!("there is no such file; there are: {}", names.join(", "))));
    };
    let Some(text) = context.read_text(file).await? else {
        return Ok(Err(format!("{} is no text ({})", file.name, file.label)));
    };
    let lines = text.lines().count();
    let rest: Vec<&str> = text.lines().skip(line - 1).collect();
    let lines = words::count(i64::try_from(lines).unwrap_or(i64::MAX), "line");
    let title = StepTitle::with_result(format!("Read {}", file.name), lines);
    context.step(&format!("read-{call}-{}", file.id), title, "", StepState::Done).await?;
    Ok(Ok(cut(&rest.join("\n"), READ)))
}
