use chrono::TimeDelta;
use sqlx::PgPool;

use super::{
    Action, Decision, ProposalState,
    commands::{approve, decline, propose},
    queries::get,
};
use crate::{
    Error, Role, Scope,
    audit::{self, ActedThrough, AuditOutcome, AuditQuery},
    billing::{self, InvoiceDraft, InvoiceLine, InvoiceState, SubscriptionState},
    desk,
    ids::{InvoiceId, TokenId},
    money::Currency,
    offers::Starts,
    testing::{Fixture, TestClient},
    tokens::{self, NewToken, Right},
};

struct SystemRole {
    fixture: Fixture,
    client: TestClient,
    token: TokenId,
    /// The program that comes with the token.
    program: Scope,
}

async fn office(pool: &PgPool) -> SystemRole {
    let fixture = Fixture::new(pool).await;
    let client = fixture.client("Harbor & Pine Law").await;
    let new = NewToken { name: "Atlas".into(), agent: None, client: None, rights: Right::ALL[1..].to_vec() };
    let (token, text) = tokens::commands::create(&fixture.db, &fixture.operator, new).await.unwrap();
    let program = tokens::commands::authenticate(&fixture.db, &text).await.unwrap().scope;
    SystemRole { fixture, client, token, program }
}

impl SystemRole {
    async fn invoice(&self) -> InvoiceId {
        let lines = vec![InvoiceLine { what: "Setting up".into(), minor: 50_000 }];
        let draft = InvoiceDraft { lines, currency: Currency::USD, note: String::new() };
        billing::commands::draft(&self.fixture.db, &self.fixture.operator, self.client.id, &draft)
            .await
            .unwrap()
    }

    async fn state(&self, invoice: InvoiceId) -> InvoiceState {
        billing::queries::get(&self.fixture.db, &self.fixture.operator, invoice).await.unwrap().state
    }

    /// What the log says, oldest first.
    async fn log(&self) -> Vec<(String, String, AuditOutcome)> {
        let page = audit::queries::list(&self.fixture.db, &self.fixture.operator, &AuditQuery::default())
            .await
            .unwrap();
        // Without what the test itself needed first.
        let needed = ["create_token", "create_offer", "publish_offer", "start_subscription", "draft_invoice"];
        let own =
            |entry: &audit::AuditEntry| entry.who != "The portal" && !needed.contains(&entry.what.as_str());
        let entries = page.entries.into_iter().filter(own);
        entries.rev().map(|entry| (entry.who, entry.what, entry.outcome)).collect()
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn of_two_who_approve_one_wins_and_it_is_done_once(pool: PgPool) {
    let office = office(&pool).await;
    let (db, operator) = (&office.fixture.db, &office.fixture.operator);
    let second = office.fixture.person(None, Role::Operator, "Second").await;
    let invoice = office.invoice().await;
    let (id, deed) =
        propose(db, &office.program, office.token, &Action::IssueInvoice { invoice }, "It is due")
            .await
            .unwrap();
    assert_eq!(deed.target, "Issue an invoice for $500 to Harbor & Pine Law and email it");
    assert_eq!(office.state(invoice).await, InvoiceState::Draft);
    let today = desk::queries::today(db, operator).await.unwrap();
    assert_eq!((today.to_decide.shown.len(), today.to_decide.shown[0].by.as_str()), (1, "Atlas"));

    let by = ActedThrough::default();
    let (one, other) = tokio::join!(approve(db, operator, &by, id), approve(db, &second, &by, id));
    let mut decided = [one.unwrap(), other.unwrap()];
    decided.sort_by_key(|decided| *decided != Decision::Won);
    assert_eq!(decided[0], Decision::Won);
    assert!(matches!(&decided[1], Decision::Lost { state: ProposalState::Done, .. }), "{decided:?}");
    assert_eq!(office.state(invoice).await, InvoiceState::Issued);
    let next: i64 = sqlx::query_scalar("SELECT next_invoice_number FROM workspace WHERE id = $1")
        .bind(office.fixture.workspace.0)
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(next, 2);
    assert_eq!(desk::queries::today(db, operator).await.unwrap().to_decide.shown, []);
    let late = decline(db, operator, &by, id).await.unwrap();
    assert!(matches!(late, Decision::Lost { state: ProposalState::Done, .. }), "{late:?}");
    assert_eq!(office.log().await.len(), 1);
    assert_eq!(get(db, &office.program, id).await.unwrap().state, ProposalState::Done);
}

#[sqlx::test(migrations = "../migrations")]
async fn what_is_declined_or_too_late_is_not_done(pool: PgPool) {
    let office = office(&pool).await;
    let (db, operator, by) = (&office.fixture.db, &office.fixture.operator, ActedThrough::default());
    let invoice = office.invoice().await;
    let action = Action::IssueInvoice { invoice };
    let (first, _) = propose(db, &office.program, office.token, &action, "").await.unwrap();
    assert_eq!(decline(db, operator, &by, first).await.unwrap(), Decision::Won);
    assert!(matches!(approve(db, operator, &by, first).await.unwrap(), Decision::Lost { .. }));
    let (second, _) = propose(db, &office.program, office.token, &action, "").await.unwrap();
    office.fixture.wait(TimeDelta::days(8));
    assert_eq!(get(db, operator, second).await.unwrap().state, ProposalState::Expired);
    assert_eq!(approve(db, operator, &by, second).await.unwrap(), Decision::Expired);
    assert_eq!(office.state(invoice).await, InvoiceState::Draft);
    let log = office.log().await;
    assert_eq!(log, [("Operator".into(), "issue_invoice".into(), AuditOutcome::Declined)]);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_rule_that_says_no_undoes_all_of_it(pool: PgPool) {
    let office = office(&pool).await;
    let (db, operator, by) = (&office.fixture.db, &office.fixture.operator, ActedThrough::default());
    let offer = office.fixture.offer(Starts::AtOnce).await;
    office.fixture.subscribe(&office.client, &offer).await;
    let client = office.client.id;
    let archive = Action::ArchiveClient { client };
    let (id, _) = propose(db, &office.program, office.token, &archive, "").await.unwrap();
    let decided = approve(db, operator, &by, id).await.unwrap();
    assert!(matches!(&decided, Decision::Failed(why) if !why.is_empty()), "{decided:?}");
    let proposal = get(db, operator, id).await.unwrap();
    assert_eq!(proposal.state, ProposalState::Failed);
    assert_eq!(office.log().await, [("Operator".into(), "archive_client".into(), AuditOutcome::Refused)]);

    let pause = Action::PauseSubscription { client };
    let (id, _) = propose(db, &office.program, office.token, &pause, "").await.unwrap();
    assert_eq!(approve(db, operator, &by, id).await.unwrap(), Decision::Won);
    let held = billing::queries::find_subscription(db, operator, client).await.unwrap().unwrap();
    assert_eq!(held.state, SubscriptionState::Paused);
}

#[sqlx::test(migrations = "../migrations")]
async fn strangers_see_and_decide_nothing(pool: PgPool) {
    let office = office(&pool).await;
    let (db, by) = (&office.fixture.db, ActedThrough::default());
    let archive = Action::ArchiveClient { client: office.client.id };
    let (id, _) = propose(db, &office.program, office.token, &archive, "").await.unwrap();
    let abroad = Fixture::beside(db, &pool).await.operator;
    let other = office.fixture.client("Hill Insurance").await;
    let narrowed = office.fixture.operator.within(other.id);
    for stranger in [&abroad, &office.client.owner, &narrowed] {
        assert!(matches!(get(db, stranger, id).await, Err(Error::NotFound)));
        assert!(matches!(approve(db, stranger, &by, id).await, Err(Error::NotFound)));
        assert!(matches!(decline(db, stranger, &by, id).await, Err(Error::NotFound)));
    }
    let theirs = propose(db, &narrowed, office.token, &archive, "").await;
    assert!(matches!(theirs, Err(Error::NotFound)), "{theirs:?}");
}
