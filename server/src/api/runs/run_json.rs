//! Makes what the API tells of a run out of what the domain knows.

use domain::{
    Db,
    approvals::{self, Approval, ApprovalState},
    controls::{ControlKind, PendingControl},
    deliverables::FullVersion,
    files::File,
    offers::IntakeAnswer,
    runs::{self, PulledRun},
    session::{self, RunState},
};
use sessions::Offset;

use super::{
    cursor::Cursor,
    model::{
        Deliverable, FileOf, Intake, Numbers, QuestionStatus, Run, RunAgent, RunClient, RunQuestion,
        RunRequest, RunStatus, Steer, SubRun, SubRunTask,
    },
};

impl Run {
    /// Reads it all. The streams' ends are taken first: what comes later is among the signals, and may be told twice.
    pub(super) async fn read(db: &Db, run: &PulledRun) -> domain::Result<Self> {
        let backstage = db.engine().head(run.backstage).await?.next;
        let reading = session::queries::read(db, &run.scope, run.session.0).await?;
        let pending = run.pending(db).await?;
        let (session, behind) = runs::queries::next_numbers(db, run).await?;
        let of = run.assignment(db).await?;
        let sub_runs = runs::queries::sub_runs(db, &run.latest()).await?;
        let questions = approvals::queries::of_run(db, &run.scope, run.run).await?;
        let entries = reading.conversation.entries.iter();
        let conversation = entries.filter_map(|entry| serde_json::to_value(entry).ok()).collect();
        let after = Cursor { session: Offset::from_value(reading.next), backstage };
        Ok(Self {
            run: run.run.to_string(),
            attempt: run.attempt,
            state: run.state.into(),
            lease_until: run.lease_until.map(|at| at.timestamp_millis()),
            after: after.to_string(),
            next: Numbers { session, backstage: behind },
            session: run.session.to_string(),
            backstage: run.backstage.to_string(),
            stop: pending
                .iter()
                .find(|control| control.kind == ControlKind::Stop)
                .map(|stop| stop.id.to_string()),
            steers: pending
                .into_iter()
                .filter(|control| control.kind == ControlKind::Steer)
                .map(Steer::from)
                .collect(),
            agent: RunAgent {
                name: run.agent_name().to_owned(),
                persona: of.persona,
                workspace: of.workspace,
                zone: of.zone.to_string(),
            },
            client: RunClient {
                id: run.client.to_string(),
                name: of.client,
                trade: of.vertical,
                intake: of.intake.into_iter().map(Intake::from).collect(),
            },
            request: RunRequest {
                id: run.request.to_string(),
                number: run.number,
                title: of.title,
                brief: of.brief,
            },
            task: run.parent.zip(of.task).map(|(parent, task)| SubRunTask {
                run: parent.to_string(),
                by: task.by,
                words: task.words,
            }),
            sub_runs: sub_runs.into_iter().map(SubRun::from).collect(),
            files: of.files.into_iter().map(|file| FileOf::new(run, file)).collect(),
            deliverables: of.delivered.into_iter().map(Deliverable::from).collect(),
            questions: questions.into_iter().map(RunQuestion::from).collect(),
            conversation,
        })
    }
}

impl FileOf {
    fn new(run: &PulledRun, file: File) -> Self {
        Self {
            url: format!("/v1/runs/{}/files/{}", run.run, file.id),
            id: file.id.to_string(),
            name: file.name,
            media_type: file.media_type,
            bytes: file.bytes,
        }
    }
}

impl From<runs::SubRun> for SubRun {
    fn from(of: runs::SubRun) -> Self {
        Self {
            run: of.run.to_string(),
            agent: of.agent,
            task: of.task,
            state: of.state.into(),
            result: of.result,
            failure: of.failure,
        }
    }
}

impl From<IntakeAnswer> for Intake {
    fn from(answer: IntakeAnswer) -> Self {
        Self { label: answer.label, answer: answer.answer }
    }
}

impl From<FullVersion> for Deliverable {
    fn from(of: FullVersion) -> Self {
        Self { title: of.title, version: of.version, body: of.body }
    }
}

impl From<Approval> for RunQuestion {
    fn from(of: Approval) -> Self {
        Self {
            approval: of.id.to_string(),
            question: of.question,
            state: match of.state {
                ApprovalState::Open => QuestionStatus::Open,
                ApprovalState::Answered => QuestionStatus::Answered,
                ApprovalState::Expired => QuestionStatus::Expired,
                ApprovalState::Withdrawn => QuestionStatus::Withdrawn,
            },
            answer: of.answer,
            answered_by: of.answered_by,
            expires: of.expires_at,
        }
    }
}

impl From<PendingControl> for Steer {
    fn from(of: PendingControl) -> Self {
        Self { control: of.id.to_string(), text: of.text, by: of.by }
    }
}

impl From<RunState> for RunStatus {
    fn from(state: RunState) -> Self {
        match state {
            RunState::Queued => Self::Queued,
            RunState::Working => Self::Working,
            RunState::Suspended => Self::Suspended,
            RunState::Completed => Self::Completed,
            RunState::Cancelled => Self::Cancelled,
            RunState::Failed => Self::Failed,
        }
    }
}
