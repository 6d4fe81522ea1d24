//! Any story of pauses, resumes, work and answers gives no more time than was sold.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use sqlx::PgPool;

use crate::{
    agents::{self, NewAgent},
    approvals::{self, Audience, Question},
    billing::{
        SubscriptionState,
        commands::{pause, renew_due, resume},
    },
    ids::ApprovalId,
    offers::Starts,
    requests::{self, NewRequest, Priority},
    runs::{self, ClaimedRun},
    session::Choice,
    testing::{Fixture, TestClient},
};

#[derive(Clone, Copy, Debug)]
enum StoryStep {
    Wait(i64),
    Pause,
    Resume,
    Ask,
    Claim,
    Question,
    Answer,
    Complete,
}

fn steps() -> impl Strategy<Value = Vec<StoryStep>> {
    let step = prop_oneof![
        3 => (1..3_000_000_000_i64).prop_map(StoryStep::Wait),
        2 => (1..2_000_i64).prop_map(StoryStep::Wait),
        4 => Just(StoryStep::Pause),
        4 => Just(StoryStep::Resume),
        1 => Just(StoryStep::Ask),
        3 => Just(StoryStep::Claim),
        1 => Just(StoryStep::Question),
        1 => Just(StoryStep::Answer),
        2 => Just(StoryStep::Complete),
    ];
    prop::collection::vec(step, 5..40)
}

/// What is known of one client's story.
struct Tale<'a> {
    fixture: &'a Fixture,
    client: TestClient,
    claimed: Option<ClaimedRun>,
    open: Option<ApprovalId>,
    /// Time during which the subscription was active.
    used: TimeDelta,
    since: DateTime<Utc>,
}

impl Tale<'_> {
    async fn take(&mut self, step: StoryStep) {
        let (db, owner) = (&self.fixture.db, &self.client.owner);
        let held = self.fixture.held(&self.client).await;
        // What was active until now was active in between: nothing but the clock moved.
        if held.state == SubscriptionState::Active {
            self.used += db.now() - self.since;
        }
        self.since = db.now();
        match step {
            StoryStep::Wait(millis) => self.fixture.wait(TimeDelta::milliseconds(millis)),
            StoryStep::Pause => drop(pause(db, owner, held.id).await),
            StoryStep::Resume => drop(resume(db, owner, held.id).await),
            StoryStep::Ask => {
                let new = NewRequest {
                    title: "A lease".into(),
                    brief: "Soon.".into(),
                    priority: Priority::Normal,
                    queue: true,
                    files: Vec::new(),
                    form_key: None,
                };
                requests::commands::create(db, owner, new).await.unwrap();
            }
            StoryStep::Claim if self.claimed.is_none() => {
                let lease = std::time::Duration::from_secs(10_000_000);
                self.claimed = runs::commands::claim_due(db, "worker", lease).await.unwrap();
            }
            StoryStep::Question => {
                if let Some(claimed) = &self.claimed {
                    let question = Question {
                        question: "So?".into(),
                        detail: String::new(),
                        options: vec![Choice { key: "yes".into(), label: "Yes".into() }],
                        open_for: 5_000_000,
                        audience: Audience::Client,
                    };
                    self.open = approvals::commands::ask(db, claimed, question).await.ok().or(self.open);
                }
            }
            StoryStep::Answer => {
                if let Some(open) = self.open.take() {
                    drop(approvals::commands::answer(db, owner, open, "yes").await);
                }
            }
            StoryStep::Complete => {
                if let Some(claimed) = self.claimed.take() {
                    drop(runs::commands::complete(db, &claimed).await);
                }
            }
            StoryStep::Claim => {}
        }
        renew_due(db).await.unwrap();
    }

    /// Time that is used or still to be had, against time that was sold; and who works while nothing may be worked on.
    async fn check(&self, told: &[StoryStep]) {
        let held = self.fixture.held(&self.client).await;
        let now = self.fixture.db.now();
        let active = held.state == SubscriptionState::Active;
        let left = super::time_left(&held, now);
        let used = self.used + if active { now - self.since } else { TimeDelta::zero() };
        let bills = self.fixture.bills(&self.client).await;
        let sold: TimeDelta = bills.iter().filter_map(|bill| bill.period).map(|(from, to)| to - from).sum();
        assert!(used + left <= sold, "used {used}, left {left}, sold {sold} after {told:?}");
        let working: i64 =
            sqlx::query_scalar("SELECT count(*) FROM run WHERE client_id = $1 AND state = 'working'")
                .bind(self.client.id.0)
                .fetch_one(&self.fixture.pool)
                .await
                .unwrap();
        assert!(active || working == 0, "{working} at work while {:?} after {told:?}", held.state);
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn no_story_gives_more_time_than_was_sold(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let new = NewAgent { name: "Mina".into(), persona: String::new(), client: None };
    agents::commands::create(&fixture.db, &fixture.operator, new).await.unwrap();
    let offer = fixture.offer(Starts::AtOnce).await;
    let mut runner = TestRunner::deterministic();
    for n in 0..40 {
        let told = steps().new_tree(&mut runner).unwrap().current();
        let client = fixture.client(&format!("Client {n}")).await;
        fixture.subscribe(&client, &offer).await;
        let since = fixture.db.now();
        let mut tale =
            Tale { fixture: &fixture, client, claimed: None, open: None, used: TimeDelta::zero(), since };
        for step in &told {
            tale.take(*step).await;
            tale.check(&told).await;
        }
        // The next client's work is nobody else's.
        sqlx::query("UPDATE agent SET state = 'ready'").execute(&pool).await.unwrap();
        let held = fixture.held(&tale.client).await;
        crate::billing::commands::end_now(&fixture.db, &fixture.operator, held.id).await.unwrap();
    }
}
