//! Two workspaces on one install: Fernworth with two clients, and Saltmarsh, which has nothing to do with them.

use std::path::Path;

use agents::external::ToolGateway;
use domain::{
    Actor, Role, Scope,
    accounts::commands::invitations,
    billing::DiscountCodeForm,
    clients, erasures,
    ids::{
        DiscountCodeId, InvitationId, MembershipId, OfferId, ProposalId, TaxRateId, TokenId, WebhookEventId,
        WebhookId,
    },
    offers::{self, Offer, Starts},
    proposals::{self, Action},
    tax::{self, RateForm},
    testing::{Fixture, TestClient, draft},
    tokens::{self, NewToken, Right},
    webhooks::{self, EventKind, NewWebhook},
};
use server::{
    live::{Live, Pace},
    router,
    shutdown::Shutdown,
};
use sqlx::PgPool;
use uuid::Uuid;

use super::{
    shared,
    tenant::{self, Tenant, invited, membership},
};

/// Where Fernworth and Saltmarsh are served.
pub const OURS: &str = "ours.test";
pub const THEIRS: &str = "saltmarsh.test";

pub struct Town {
    pub ours: Fixture,
    pub theirs: Fixture,
    /// The client whose things the walk is about.
    pub quill: Tenant,
    /// Another one of the same workspace.
    pub bracken: Tenant,
    /// One of the other workspace.
    pub marsh: Tenant,
    /// A client of ours to be archived.
    pub leaving: TestClient,
    /// Archived ones: to be erased, and to be kept after all.
    pub going: [TestClient; 2],
    /// An offer on the storefront.
    pub offer: OfferId,
    /// A discount code.
    pub code: DiscountCodeId,
    /// Someone who was the client's, and someone who was an operator.
    pub removed: [Scope; 2],
    /// Operators who may be changed and removed, and one who is asked to come.
    pub colleagues: [MembershipId; 2],
    pub candidate: InvitationId,
    /// A program's key, of the client's alone.
    pub token: TokenId,
    /// Where what happens here is sent, and something that is.
    pub tax_rate: TaxRateId,
    pub webhook: (WebhookId, WebhookEventId),
    /// What a program proposed.
    pub proposal: ProposalId,
    pub router: axum::Router,
    /// Where the bytes of files lie, as long as the town stands.
    files: tempfile::TempDir,
}

impl Town {
    pub async fn new(pool: &PgPool) -> Self {
        let files = tempfile::tempdir().unwrap();
        let ours = Fixture::new(pool).await;
        let theirs = Fixture::beside(&ours.db, pool).await;
        found(&ours, "Fernworth", None, 701).await;
        found(&theirs, "Saltmarsh", Some(THEIRS), 1).await;
        let (at_ours, at_theirs) = (sell(&ours).await, sell(&theirs).await);
        let quill = Tenant::new(&ours, &at_ours, "quillhaven", 401, files.path()).await;
        let bracken = Tenant::new(&ours, &at_ours, "brackenmoor", 1, files.path()).await;
        let marsh = Tenant::new(&theirs, &at_theirs, "marshwater", 101, files.path()).await;
        // Nobody but operators knows of it.
        offers::commands::create(&ours.db, &ours.operator, &hidden()).await.unwrap();
        let app = shared::product(&ours.db, &format!("http://{OURS}"), files.path());
        let token = token(&ours, &quill).await;
        Self {
            leaving: tenant::bare(&ours, "quillhaven-leaving").await,
            going: going(&ours).await,
            removed: [leaves(&ours, Some(&quill)).await, leaves(&ours, None).await],
            colleagues: [colleague(&ours).await, colleague(&ours).await],
            candidate: candidate(&ours).await,
            tax_rate: tax_rate(&ours).await,
            webhook: webhook(&ours, &quill).await,
            token,
            proposal: proposed(&ours, &quill, token).await,
            router: router::routes(
                app,
                Live::new(Shutdown::default(), Pace::default()),
                &ToolGateway::of(([127, 0, 0, 1], 0).into()),
            ),
            offer: at_ours.id,
            code: code(&ours).await,
            ours,
            theirs,
            quill,
            bracken,
            marsh,
            files,
        }
    }

    /// The folder of the file store.
    pub fn files(&self) -> &Path {
        self.files.path()
    }

    /// Names every row of our workspace.
    pub fn ids(&self) -> Vec<Uuid> {
        let mut ids = self.quill.ids();
        ids.extend(self.bracken.ids());
        ids.extend([self.ours.workspace.0, self.ours.operator.person().unwrap().0]);
        ids
    }

    /// Puts the offer back on the storefront: one of the deeds takes it off.
    pub async fn sell(&self) {
        sqlx::query("UPDATE offer SET state = 'published' WHERE id = $1")
            .bind(self.offer.0)
            .execute(&self.ours.pool)
            .await
            .unwrap();
    }
}

/// Gives a workspace its name, its address and something that is nobody else's to see.
async fn found(fixture: &Fixture, name: &str, host: Option<&str>, invoices: i64) {
    sqlx::query(
        "UPDATE workspace SET name = $2, host = $3, next_invoice_number = $4,
            next_credit_number = $4, sender = $5 WHERE id = $1",
    )
    .bind(fixture.workspace.0)
    .bind(name)
    .bind(host)
    .bind(invoices)
    .bind(format!("{name}-backstage-sender"))
    .execute(&fixture.pool)
    .await
    .unwrap();
}

/// An offer that lets as many requests be worked at once as there can be.
async fn sell(fixture: &Fixture) -> Offer {
    let mut draft = draft(Starts::AtOnce);
    draft.terms.active_limit = 20;
    let id = offers::commands::create(&fixture.db, &fixture.operator, &draft).await.unwrap();
    offers::commands::publish(&fixture.db, &fixture.operator, id).await.unwrap();
    fixture.get_offer(id).await
}

fn hidden() -> offers::OfferDraft {
    offers::OfferDraft { name: "fernworth-backstage offer".into(), ..draft(Starts::AtOnce) }
}

/// Someone whose place was taken away while a browser of theirs was signed in.
async fn leaves(fixture: &Fixture, client: Option<&Tenant>) -> Scope {
    let role = if client.is_some() { Role::Owner } else { Role::Operator };
    let scope = fixture.person(client.map(|tenant| tenant.client.id), role, "Gone").await;
    let Actor::Person { membership, .. } = &scope.actor else { panic!("a person") };
    sqlx::query("UPDATE membership SET removed_at = now() WHERE id = $1")
        .bind(membership.0)
        .execute(&fixture.pool)
        .await
        .unwrap();
    scope
}

/// Two clients that have left; the second one is set to be erased. The first one's name, which the form of erasing asks for and
/// gives back to whoever typed it, has none of the words that nobody else may read.
async fn going(fixture: &Fixture) -> [TestClient; 2] {
    let (db, operator) = (&fixture.db, &fixture.operator);
    let going = [tenant::bare(fixture, "partingway").await, tenant::bare(fixture, "quillhaven-gone").await];
    for client in &going {
        clients::commands::archive(db, operator, client.id).await.unwrap();
    }
    erasures::commands::schedule(db, operator, going[1].id, "quillhaven-gone & Partners").await.unwrap();
    going
}

async fn colleague(fixture: &Fixture) -> MembershipId {
    membership(&fixture.person(None, Role::Operator, "Colleague").await)
}

async fn candidate(fixture: &Fixture) -> InvitationId {
    let email = "candidate@fernworth.test";
    invitations::invite(&fixture.db, &fixture.operator, email, Role::Operator).await.unwrap();
    invited(fixture, email).await
}

async fn token(fixture: &Fixture, quill: &Tenant) -> TokenId {
    let (client, rights) = (Some(quill.client.id), vec![Right::Read]);
    let new = NewToken { name: "quillhaven-backstage".into(), agent: None, client, rights };
    tokens::commands::create(&fixture.db, &fixture.operator, new).await.unwrap().0
}

/// A rate of a country where nobody of the town lives.
async fn tax_rate(fixture: &Fixture) -> TaxRateId {
    let typed = RateForm {
        country: "IS".into(),
        kind: "standard".into(),
        name: "VSK".into(),
        percent: "24".into(),
        ..RateForm::default()
    };
    tax::commands::add_rate(&fixture.db, &fixture.operator, &typed).await.unwrap()
}

async fn webhook(fixture: &Fixture, quill: &Tenant) -> (WebhookId, WebhookEventId) {
    let url = "https://fernworth-backstage.test/hook".to_owned();
    let new = NewWebhook { url, events: EventKind::ALL.to_vec() };
    let (webhook, _) = webhooks::commands::create(&fixture.db, &fixture.operator, &new).await.unwrap();
    shared::ask(fixture, &quill.client).await;
    while webhooks::outbox::spread(&fixture.db).await.unwrap() > 0 {}
    let sent = webhooks::queries::deliveries(&fixture.db, &fixture.operator, webhook).await.unwrap();
    (webhook, sent[0].event)
}

async fn proposed(fixture: &Fixture, quill: &Tenant, token: TokenId) -> ProposalId {
    let pause = Action::PauseSubscription { client: quill.client.id };
    proposals::commands::propose(&fixture.db, &fixture.operator, token, &pause, "quillhaven-backstage")
        .await
        .unwrap()
        .0
}

/// One that a deed ends, and one that stays to be used.
async fn code(fixture: &Fixture) -> DiscountCodeId {
    let form = |code: &str| DiscountCodeForm {
        code: code.into(),
        kind: "percent".into(),
        value: "20".into(),
        ..DiscountCodeForm::default()
    };
    let create = domain::billing::commands::create_code;
    create(&fixture.db, &fixture.operator, &form("WINTER-5")).await.unwrap();
    create(&fixture.db, &fixture.operator, &form("AUTUMN-20")).await.unwrap()
}
