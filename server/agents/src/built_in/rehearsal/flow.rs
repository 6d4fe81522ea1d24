//! The way of a rehearsal, from reading to handing in. Each part has an id of its own, so that another attempt goes on
//! behind what was finished.

use std::{collections::BTreeSet, time::Duration};

use domain::{
    runs::Task,
    session::{PlanStep, StepState},
};

use super::{
    asks,
    draft::{Origin, Point, RehearsalDraft},
    facts::bearing,
    material::Material,
    pace::RehearsalPace,
    question, speech,
};
use crate::{AttemptContext, AttemptEnd, AttemptFailure, Settlement, Steer, StepTitle};

/// The time that a look at something takes.
const LOOK: Duration = Duration::from_millis(900);

/// How much of what it helps with a rehearsal says, in characters.
const HELP: usize = 160;

/// How many points of the brief have a line of their own in the plan.
const PLANNED: usize = 3;

/// A part of the work that a line of the plan stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum FlowStage {
    Read,
    Point(usize),
    Open,
    Draft,
}

struct Flow<'a> {
    context: &'a mut AttemptContext,
    pace: RehearsalPace,
    material: Material,
    points: Vec<Point>,
    done: BTreeSet<FlowStage>,
    now: Option<FlowStage>,
}

/// Goes the whole way, or what is left of it.
pub(super) async fn go(
    context: &mut AttemptContext,
    pace: RehearsalPace,
) -> Result<AttemptEnd, AttemptFailure> {
    context.mark_rehearsal().await?;
    if let Some(task) = context.task().cloned() {
        return help(context, pace, &task).await;
    }
    if context.history().has_delivered() {
        return Ok(AttemptEnd::Review);
    }
    let material = Material::gather(context).await?;
    let mut flow = Flow { context, pace, points: Vec::new(), material, done: BTreeSet::new(), now: None };
    // What waits to be heard is taken up on the way, like what is said from now on.
    let open = flow.context.take_steers();
    flow.points = flow.points_so_far(&open);
    flow.read().await?;
    for steer in open {
        flow.take_up_steer(steer).await?;
    }
    let settled = flow.settle().await?;
    flow.work(&settled).await?;
    flow.hand_in().await
}

/// Goes through what a helping agent does.
async fn help(
    context: &mut AttemptContext,
    pace: RehearsalPace,
    task: &Task,
) -> Result<AttemptEnd, AttemptFailure> {
    let asked = short(&task.words);
    pace.write(context, "helps", &format!("I’m looking into this for {}: {asked}", task.by)).await?;
    Ok(AttemptEnd::Answer(format!("This was a rehearsal, so no one looked into it. The ask was: {asked}")))
}

fn short(words: &str) -> String {
    let line = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let short: String = line.chars().take(HELP).collect();
    if short.len() < line.len() { format!("{short}…") } else { short }
}

impl Flow<'_> {
    /// The change that was asked for, the brief, and what was said until now, except what is taken up on the way.
    fn points_so_far(&self, open: &[Steer]) -> Vec<Point> {
        let history = self.context.history();
        let open: Vec<_> = open.iter().map(|steer| steer.control).collect();
        let change = history.change_asked().map(|(reason, _)| asks::read(reason, reason)).unwrap_or_default();
        let change = change.asks.into_iter().map(|words| Point { words, origin: Origin::Change });
        let brief = self
            .material
            .brief
            .asks
            .iter()
            .map(|words| Point { words: words.clone(), origin: Origin::Brief });
        let said = history.steers(&open).into_iter();
        let said =
            said.map(|(by, words)| Point { words: words.to_owned(), origin: Origin::Said(by.to_owned()) });
        change.chain(brief).chain(said).collect()
    }

    async fn read(&mut self) -> Result<(), AttemptFailure> {
        let opening = speech::opening(self.context.history().requester());
        self.pace.write(self.context, "opening", &opening).await?;
        self.take_up_steers().await?;
        self.begin(FlowStage::Read).await?;
        let words = domain::words::count(self.material.brief.words as i64, "word");
        let brief = StepTitle::with_result("Read your request", words);
        let asks: Vec<String> = self.material.brief.asks.iter().map(|ask| format!("- {ask}")).collect();
        self.step("brief", "Reading your request", brief, &asks.join("\n")).await?;
        let found = format!("{} found", self.material.answers.len());
        let answers = StepTitle::with_result("Checked your sign-up answers", found);
        let detail: Vec<String> =
            self.material.answers.iter().map(|(label, answer)| format!("- {label}: {answer}")).collect();
        self.step("answers", "Checking your sign-up answers", answers, &detail.join("\n")).await?;
        for file in self.material.files.clone() {
            self.take_up_steers().await?;
            let (title, detail) = speech::file_read(&file);
            self.step(&format!("file-{}", file.id), &format!("Reading {}", file.name), title, &detail)
                .await?;
        }
        self.take_up_steers().await?;
        let found = speech::found(&self.material);
        self.pace.write(self.context, "found", &found).await?;
        self.finish(FlowStage::Read).await?;
        self.take_up_steers().await
    }

    /// Asks once in a request's life; a change that is asked for says itself what matters.
    async fn settle(&mut self) -> Result<Option<Settlement>, AttemptFailure> {
        let question = question::question(self.context, &self.material);
        // By the answers' keys: its words may have been others.
        let known =
            question.options.first().and_then(|first| self.context.history().settlement_of(&first.key));
        if known.is_some() || self.context.history().change_asked().is_some() {
            return Ok(known);
        }
        let settled = self.context.ask(question).await?;
        Ok(Some(settled))
    }

    async fn work(&mut self, settled: &Option<Settlement>) -> Result<(), AttemptFailure> {
        if let Some(settled) = settled
            && self.context.history().change_asked().is_none()
        {
            let words = speech::settled(settled.label.as_deref(), &settled.by);
            self.pace.write(self.context, "settled", &words).await?;
        }
        self.take_up_steers().await?;
        let first = settled.as_ref().and_then(|settled| self.chosen(settled.label.as_deref()?));
        for point in first.into_iter().chain(0..self.points.len()) {
            self.point(point).await?;
        }
        Ok(())
    }

    /// The point that an answer names.
    fn chosen(&self, label: &str) -> Option<usize> {
        self.points
            .iter()
            .position(|point| point.origin == Origin::Brief && asks::short(&point.words) == label)
    }

    async fn point(&mut self, at: usize) -> Result<(), AttemptFailure> {
        let stage = FlowStage::Point(at);
        if self.done.contains(&stage) {
            return Ok(());
        }
        self.begin(stage).await?;
        let words = self.points[at].words.clone();
        let facts = bearing(&self.material.facts, &words);
        let (said, found) = (speech::on_point(self.material.locale, &words, &facts), facts.len());
        let detail: Vec<String> =
            facts.iter().map(|fact| format!("- “{}” ({})", fact.words, fact.source)).collect();
        let short = asks::cut(&asks::short(&words), 48);
        let done = StepTitle::with_result(format!("Gathered notes on “{short}”"), format!("{found} found"));
        self.step(
            &format!("point-{at}"),
            &format!("Looking for “{short}” in what you sent"),
            done,
            &detail.join("\n"),
        )
        .await?;
        self.pace.write(self.context, &format!("on-{at}"), &said).await?;
        self.finish(stage).await?;
        self.take_up_steers().await
    }

    async fn hand_in(&mut self) -> Result<AttemptEnd, AttemptFailure> {
        self.begin(FlowStage::Open).await?;
        self.finish(FlowStage::Open).await?;
        self.begin(FlowStage::Draft).await?;
        // The last moment at which something can still go into the draft.
        self.take_up_steers().await?;
        for point in 0..self.points.len() {
            self.point(point).await?;
        }
        let (title, markdown, closing) = self.draft();
        self.step("draft", "Putting the draft together", "Put together the draft", "").await?;
        self.pace.write(self.context, "closing", &closing).await?;
        self.finish(FlowStage::Draft).await?;
        match self.context.deliver(&title, &markdown).await? {
            Ok(_) => Ok(AttemptEnd::Review),
            Err(why) => Err(AttemptFailure::ours(why)),
        }
    }

    /// The deliverable's title, its text, and what is said of it.
    fn draft(&self) -> (String, String, String) {
        let (work, history) = (self.context.assignment(), self.context.history());
        let title = format!("Draft: {}", work.title);
        let before =
            work.delivered.iter().find(|delivered| delivered.title == title).map_or(0, |last| last.version);
        let questions = history.questions();
        let settled = questions.iter().filter_map(|(question, settled)| {
            let settled = settled.as_ref()?;
            Some((*question, settled.label.as_deref(), settled.by.as_str()))
        });
        let lately = history
            .settled_lately()
            .iter()
            .map(|(question, settled)| (question.as_str(), settled.label.as_deref(), settled.by.as_str()));
        let draft = RehearsalDraft {
            title: &work.title,
            client: &work.client,
            version: before + 1,
            material: &self.material,
            points: self
                .points
                .iter()
                .map(|point| (point, bearing(&self.material.facts, &point.words)))
                .collect(),
            settled: settled.chain(lately).collect(),
            change: history.change_asked(),
        };
        (title, draft.markdown(), speech::closing(before + 1, draft.open().len()))
    }

    async fn take_up_steers(&mut self) -> Result<(), AttemptFailure> {
        for steer in self.context.take_steers() {
            self.take_up_steer(steer).await?;
        }
        Ok(())
    }

    /// What is said on the way becomes a point of its own.
    async fn take_up_steer(&mut self, steer: Steer) -> Result<(), AttemptFailure> {
        self.points.push(Point { words: steer.text.clone(), origin: Origin::Said(steer.by.clone()) });
        self.show_plan().await?;
        self.pace
            .write(self.context, &format!("heard-{}", steer.control), &speech::steer_taken_up(&steer.text))
            .await?;
        self.context.answer_steer(&steer, "Added. It’ll be in the draft.").await
    }

    /// Shows a step being done and done, unless an earlier attempt did it.
    async fn step(
        &self,
        id: &str,
        doing: &str,
        done: impl Into<StepTitle>,
        detail: &str,
    ) -> Result<(), AttemptFailure> {
        if self.context.history().has_done(id) {
            return Ok(());
        }
        self.context.step(id, doing, "", StepState::Working).await?;
        self.pace.pause(LOOK).await;
        self.context.step(id, done, detail, StepState::Done).await
    }

    async fn begin(&mut self, stage: FlowStage) -> Result<(), AttemptFailure> {
        self.now = Some(stage);
        self.show_plan().await
    }

    async fn finish(&mut self, stage: FlowStage) -> Result<(), AttemptFailure> {
        self.done.insert(stage);
        self.now = None;
        self.show_plan().await
    }

    async fn show_plan(&self) -> Result<(), AttemptFailure> {
        self.context.plan(&self.plan()).await
    }

    /// Four lines or more: reading, the points, and handing in.
    fn plan(&self) -> Vec<PlanStep> {
        let said = |point: &Point| matches!(point.origin, Origin::Said(_));
        let given: Vec<usize> = (0..self.points.len()).filter(|at| !said(&self.points[*at])).collect();
        let title = |at: usize| asks::short(&self.points[at].words);
        let mut lines = vec![self.line("Read your request, answers, and files", &[FlowStage::Read])];
        let own = if given.len() > PLANNED { PLANNED - 1 } else { given.len() };
        lines.extend(given[..own].iter().map(|at| self.line(&title(*at), &[FlowStage::Point(*at)])));
        if let rest @ [_, ..] = &given[own..] {
            let stages: Vec<FlowStage> = rest.iter().map(|at| FlowStage::Point(*at)).collect();
            lines.push(self.line(&format!("The other {} items", rest.len()), &stages));
        }
        let heard = (0..self.points.len()).filter(|at| said(&self.points[*at]));
        lines.extend(heard.map(|at| self.line(&format!("Also: {}", title(at)), &[FlowStage::Point(at)])));
        if given.len() == 1 {
            lines.push(self.line("List open questions", &[FlowStage::Open]));
        }
        lines.push(self.line("Put together a draft for your review", &[FlowStage::Draft]));
        lines
    }

    fn line(&self, title: &str, stages: &[FlowStage]) -> PlanStep {
        let state = if stages.iter().all(|stage| self.done.contains(stage)) {
            StepState::Done
        } else if stages.iter().any(|stage| self.now == Some(*stage) || self.done.contains(stage)) {
            StepState::Working
        } else {
            StepState::Open
        };
        PlanStep { title: title.to_owned(), state }
    }
}
