//! Requests at every point of the job, so that every form of a request's page has one that takes it.

use domain::{
    Db, Scope,
    approvals::{self, Audience, Question},
    deliverables::{self, Content},
    ids::{ApprovalId, DeliverableId, FileId, RequestId},
    requests::{Detail, NewRequest, Priority, commands, queries},
    reviews,
    runs::{self, ClaimedRun},
    session::{Choice, Event, Part, PlanStep, StepState},
    testing::LEASE,
};
use sessions::{Offset, StreamId};
use uuid::Uuid;

/// A request, as its address and its streams name it.
#[derive(Clone, Copy)]
pub struct Asked {
    pub id: RequestId,
    pub number: u64,
    pub session: Uuid,
    pub backstage: Uuid,
}

/// One request for every point of the job.
pub struct Work {
    pub done: Asked,
    /// Before the client, with what was delivered.
    pub review: (Asked, DeliverableId),
    /// What was said there: the owner's comment, and the operator's note backstage.
    pub said: [String; 2],
    /// A question to the client is open.
    pub waiting: (Asked, ApprovalId),
    /// A question to the operators is open.
    pub backstage: (Asked, ApprovalId),
    pub failed: Asked,
    pub working: Asked,
    /// Nobody has started on them.
    pub later: [Asked; 2],
}

/// Who asks for the work of a set, and under which word: it stands in everything that they write.
pub struct Asker<'a> {
    pub db: &'a Db,
    pub operator: &'a Scope,
    pub owner: &'a Scope,
    pub word: &'a str,
}

impl Asker<'_> {
    /// A whole set; `file`: one of the owner's that hangs on nothing yet.
    pub async fn furnish(&self, file: FileId) -> Work {
        let review = self.review().await;
        let said = self.write_words(&review.0, file).await;
        Work {
            said,
            done: self.done().await,
            review,
            waiting: self.question(Audience::Client).await,
            backstage: self.question(Audience::Operator).await,
            failed: self.failed().await,
            working: self.begin().await.0,
            later: [self.ask("kept for later", false).await, self.ask("kept as well", false).await],
        }
    }

    async fn ask(&self, what: &str, queue: bool) -> Asked {
        let word = self.word;
        let new = NewRequest {
            title: format!("{word} title, {what}"),
            brief: format!("The brief of **{word}**."),
            priority: Priority::Normal,
            queue,
            files: Vec::new(),
            form_key: None,
        };
        let number = commands::create(self.db, self.owner, new).await.unwrap();
        let detail = self.detail(number).await;
        Asked {
            id: detail.card.id,
            number,
            session: detail.session_stream,
            backstage: detail.backstage_stream.unwrap(),
        }
    }

    async fn detail(&self, number: u64) -> Detail {
        let client = self.owner.client.unwrap();
        queries::by_number(self.db, &self.operator.within(client), client, number).await.unwrap()
    }

    /// Asked for, taken up, and under way; its tools are called backstage.
    async fn begin(&self) -> (Asked, ClaimedRun) {
        let (db, word) = (self.db, self.word);
        let asked = self.ask("at work", true).await;
        let holder = format!("holder-{word}-backstage");
        let claimed = runs::commands::claim_due(db, &holder, LEASE).await.unwrap().expect("a free place");
        assert_eq!(claimed.request, asked.id, "nothing else is queued");
        let raw = vec![
            Part::ToolInputAvailable {
                tool_call_id: "1".into(),
                tool_name: format!("{word}-backstage-tool"),
                input: serde_json::json!({ "path": format!("{word}-backstage-input") }),
            },
            Part::ToolOutputAvailable {
                tool_call_id: "1".into(),
                output: format!("{word}-backstage-output").into(),
            },
            Part::DataComment { text: format!("{word}-backstage-remark") },
        ];
        runs::commands::append_backstage(db, &claimed, raw).await.unwrap();
        runs::commands::append_events(db, &claimed, self.words()).await.unwrap();
        (asked, claimed)
    }

    fn words(&self) -> Vec<Part> {
        let word = self.word;
        vec![
            Part::DataPlan {
                steps: vec![PlanStep { title: format!("{word} plan"), state: StepState::Working }],
            },
            Part::DataStep {
                id: "step".into(),
                title: format!("{word} step"),
                result: String::new(),
                detail: format!("{word} detail"),
                state: StepState::Done,
            },
            Part::TextStart { id: "words".into() },
            Part::TextDelta { id: "words".into(), delta: format!("The words of *{word}*.") },
            Part::TextEnd { id: "words".into() },
        ]
    }

    async fn review(&self) -> (Asked, DeliverableId) {
        let (asked, claimed) = self.begin().await;
        let (title, body) = (format!("{} deliverable", self.word), format!("# {}\n\nDone.", self.word));
        deliverables::commands::put(self.db, &claimed, &title, Content::Body(body)).await.unwrap();
        deliverables::commands::submit_for_review(self.db, &claimed).await.unwrap();
        (asked, self.detail(asked.number).await.deliverables[0].id)
    }

    async fn done(&self) -> Asked {
        let (asked, _) = self.review().await;
        reviews::commands::approve(self.db, self.owner, asked.id).await.unwrap();
        asked
    }

    async fn question(&self, audience: Audience) -> (Asked, ApprovalId) {
        let (asked, claimed) = self.begin().await;
        let inside = if audience == Audience::Operator { "-backstage" } else { "" };
        let words = |what: &str| format!("{}{inside} {what}", self.word);
        let question = Question {
            question: words("question?"),
            detail: words("detail"),
            options: vec![Choice { key: "yes".into(), label: words("yes") }],
            open_for: 86_400,
            audience,
        };
        (asked, approvals::commands::ask(self.db, &claimed, question).await.unwrap())
    }

    async fn failed(&self) -> Asked {
        let (asked, claimed) = self.begin().await;
        runs::commands::fail(self.db, &claimed, &format!("{} could not be reached.", self.word))
            .await
            .unwrap();
        asked
    }

    /// People's words and a file, and a note that stays inside.
    async fn write_words(&self, on: &Asked, file: FileId) -> [String; 2] {
        let word = self.word;
        commands::comment(self.db, self.owner, on.id, &format!("{word} comment"), &[file]).await.unwrap();
        let note = format!("{word}-backstage-note");
        commands::note(self.db, self.operator, on.id, &note).await.unwrap();
        [self.last_words(on.session).await, self.last_words(on.backstage).await]
    }

    /// The newest comment of a log.
    async fn last_words(&self, stream: Uuid) -> String {
        let page = self.db.engine().read(StreamId(stream), Offset::ZERO, 1_000).await.unwrap();
        let events = page.records.iter().map(|record| Event::from_json(record.json()).unwrap());
        events.filter(|event| matches!(event.part, Part::DataComment { .. })).last().unwrap().id
    }
}

impl Work {
    pub fn all(&self) -> [Asked; 8] {
        let [one, other] = self.later;
        [self.done, self.review.0, self.waiting.0, self.backstage.0, self.failed, self.working, one, other]
    }
}
