//! Any story of pauses, changes, payments, credits and codes bills every second that was worked under once, and loses no money.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use sqlx::{PgPool, Row};

use crate::{
    billing::{
        DiscountCodeForm, InvoiceState, SubscriptionState,
        commands::{
            BalanceForm, adjust_balance, apply_code, change_now, choose, create_code, end_now, mark_paid,
            pause, renew_due, resume,
        },
    },
    ids::OfferId,
    money::{Currency::USD, Money},
    offers::{self, PricingOptions, Starts, Trial},
    testing::{Fixture, TestClient, draft},
};

/// How many stories are told; more where `THROUGHLINE_STORIES` says so.
const STORIES: usize = 40;

#[derive(Clone, Copy, Debug)]
enum Step {
    Wait(i64),
    Pause,
    Resume,
    ChangeNow(usize),
    ChangeNext(usize),
    Pay,
    Give(i64),
    Take(i64),
    Code,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (1..3_000_000_000_i64).prop_map(Step::Wait),
        2 => (1..2_000_i64).prop_map(Step::Wait),
        2 => Just(Step::Pause),
        3 => Just(Step::Resume),
        4 => (0..3_usize).prop_map(Step::ChangeNow),
        1 => (0..3_usize).prop_map(Step::ChangeNext),
        6 => Just(Step::Pay),
        1 => (1..900_000_i64).prop_map(Step::Give),
        1 => (1..900_000_i64).prop_map(Step::Take),
        1 => Just(Step::Code),
    ];
    prop::collection::vec(step, 5..40)
}

struct Tale<'a> {
    fixture: &'a Fixture,
    client: TestClient,
    offers: &'a [OfferId],
    /// Time during which the subscription was active.
    used: TimeDelta,
    since: DateTime<Utc>,
    /// Time of the trial, and time that a change gave back as credit.
    free: TimeDelta,
    back: TimeDelta,
    /// Each pause keeps whole seconds alone.
    pauses: i32,
}

impl Tale<'_> {
    async fn take(&mut self, step: Step) {
        let (db, owner, operator) = (&self.fixture.db, &self.client.owner, &self.fixture.operator);
        let held = self.fixture.held(&self.client).await;
        if held.state == SubscriptionState::Active {
            self.used += db.now() - self.since;
        }
        self.since = db.now();
        match step {
            Step::Wait(millis) => self.fixture.wait(TimeDelta::milliseconds(millis)),
            Step::Pause => self.pauses += i32::from(pause(db, owner, held.id).await.is_ok()),
            Step::Resume => drop(resume(db, owner, held.id).await),
            Step::ChangeNow(offer) => {
                let left = held.period.map(|(_, end)| end - db.now());
                let changed = change_now(db, owner, self.client.id, self.offers[offer].into()).await;
                if changed.is_ok_and(|change| change == crate::billing::commands::PlanChange::Now) {
                    self.back += left.unwrap();
                }
            }
            Step::ChangeNext(offer) => {
                choose(db, owner, self.client.id, self.offers[offer]).await.unwrap();
            }
            Step::Pay => {
                let bills = self.fixture.bills(&self.client).await;
                if let Some(open) = bills.iter().find(|bill| bill.state == InvoiceState::Issued) {
                    mark_paid(db, operator, open.id).await.unwrap();
                }
            }
            Step::Give(minor) => drop(self.adjust(minor, false).await),
            Step::Take(minor) => drop(self.adjust(minor, true).await),
            Step::Code => apply_code(db, operator, held.id, "TALE-20").await.unwrap(),
        }
        renew_due(db).await.unwrap();
    }

    async fn adjust(&self, minor: i64, takes: bool) -> crate::Result<()> {
        let amount = Money::new(minor, USD).to_string();
        let form = BalanceForm { amount, takes, note: "As it goes".into() };
        adjust_balance(&self.fixture.db, &self.fixture.operator, self.client.id, &form).await
    }

    async fn check(&self, told: &[Step]) {
        let held = self.fixture.held(&self.client).await;
        let now = self.fixture.db.now();
        let active = held.state == SubscriptionState::Active;
        let left = super::time_left(&held, now);
        let used = self.used + if active { now - self.since } else { TimeDelta::zero() };
        let bills = self.fixture.bills(&self.client).await;
        let billed: TimeDelta = bills.iter().filter_map(|bill| bill.period).map(|(from, to)| to - from).sum();
        let sold = billed + self.free - self.back;
        let lost = TimeDelta::seconds(self.pauses.into());
        assert!(used + left <= sold, "worked {used}, left {left}, and only {sold} was billed: {told:?}");
        assert!(
            used + left + lost >= sold,
            "{sold} was billed, and only {used} worked, {left} left: {told:?}"
        );
        self.check_money(told).await;
    }

    /// The balance is never below zero; what it took stands in payments; no invoice takes more than it comes to, and is paid
    /// exactly if all of it is there.
    async fn check_money(&self, told: &[Step]) {
        let ledger = sqlx::query(
            "SELECT coalesce(sum(amount_minor), 0)::bigint,
                    coalesce(-sum(amount_minor) FILTER (WHERE reason = 'invoice'), 0)::bigint,
                    (SELECT coalesce(sum(applied_minor), 0)::bigint FROM payment WHERE client_id = $1 AND method = 'balance')
             FROM balance_entry WHERE client_id = $1",
        )
        .bind(self.client.id.0)
        .fetch_one(&self.fixture.pool)
        .await
        .unwrap();
        let (sum, used, paid): (i64, i64, i64) = (ledger.get(0), ledger.get(1), ledger.get(2));
        assert!(sum >= 0, "a balance of {sum}: {told:?}");
        assert_eq!(used, paid, "what the balance lost is what it paid: {told:?}");
        let odd: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM invoice i
             CROSS JOIN LATERAL (SELECT coalesce(sum(applied_minor), 0) AS paid FROM payment p
                                 WHERE p.invoice_id = i.id AND p.withdrawn_at IS NULL) AS p
             WHERE i.client_id = $1 AND (p.paid > i.total_minor OR (i.state = 'paid') <> (p.paid = i.total_minor))",
        )
        .bind(self.client.id.0)
        .fetch_one(&self.fixture.pool)
        .await
        .unwrap();
        assert_eq!(odd, 0, "an invoice does not fit its payments: {told:?}");
    }
}

async fn sold(fixture: &Fixture, name: &str, minor: i64, trial: Option<Trial>) -> OfferId {
    let mut draft = draft(Starts::AtOnce);
    draft.name = name.into();
    draft.terms.price = Money::new(minor, USD);
    draft.terms.pricing = PricingOptions { trial, ..PricingOptions::default() };
    let offer = offers::commands::create(&fixture.db, &fixture.operator, &draft).await.unwrap();
    offers::commands::publish(&fixture.db, &fixture.operator, offer).await.unwrap();
    offer
}

#[sqlx::test(migrations = "../migrations")]
async fn no_story_bills_a_second_twice_or_not_at_all(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let trial = Some(Trial { days: 10, needs_card: false });
    let offers = [
        sold(&fixture, "Small", 99_900, None).await,
        sold(&fixture, "Middle", 500_000, trial).await,
        sold(&fixture, "Large", 1_234_567, None).await,
    ];
    let form = DiscountCodeForm {
        code: "TALE-20".into(),
        kind: "percent".into(),
        value: "20".into(),
        periods: "2".into(),
        ..DiscountCodeForm::default()
    };
    create_code(&fixture.db, &fixture.operator, &form).await.unwrap();
    let stories = std::env::var("THROUGHLINE_STORIES").ok().and_then(|n| n.parse().ok()).unwrap_or(STORIES);
    let mut runner = TestRunner::deterministic();
    for n in 0..stories {
        let told = steps().new_tree(&mut runner).unwrap().current();
        let client = fixture.client(&format!("Client {n}")).await;
        choose(&fixture.db, &fixture.operator, client.id, offers[n % 3]).await.unwrap();
        let free = if n % 3 == 1 { TimeDelta::days(10) } else { TimeDelta::zero() };
        let since = fixture.db.now();
        let mut tale = Tale {
            fixture: &fixture,
            client,
            offers: &offers,
            used: TimeDelta::zero(),
            since,
            free,
            back: TimeDelta::zero(),
            pauses: 0,
        };
        for step in &told {
            tale.take(*step).await;
            tale.check(&told).await;
        }
        let held = fixture.held(&tale.client).await;
        end_now(&fixture.db, &fixture.operator, held.id).await.unwrap();
    }
    let numbers: Vec<i64> =
        sqlx::query_scalar("SELECT number FROM invoice ORDER BY number").fetch_all(&pool).await.unwrap();
    assert!(numbers.iter().zip(1..).all(|(number, expected)| *number == expected), "a gap in {numbers:?}");
}
