//! A client with everything that one can have, under a word that stands in all of it and nowhere else.

use std::path::Path;

use domain::{
    Actor, Role, Scope,
    accounts::{commands::invitations, passwords},
    agents::{self, NewAgent},
    billing::{InvoiceDraft, InvoiceLine, commands as billing},
    exports,
    files::{self, NewFile, store::Store},
    ids::{AgentId, CreditNoteId, ExportId, FileId, InvitationId, InvoiceId, MembershipId, SubscriptionId},
    money::Currency,
    offers::Offer,
    testing::{Fixture, TestClient},
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::work::{Asker, Work};

/// The password of every client's people.
pub const PASSWORD: &str = "a password of theirs";

pub struct Tenant {
    pub client: TestClient,
    /// What the client's own forms change, and what the desk's do: one must not use up what the other needs.
    pub portal: Work,
    pub desk: Work,
    pub file: FileId,
    pub agent: AgentId,
    pub subscription: SubscriptionId,
    /// To be paid, with its number; and one that is the operator's alone yet.
    pub issued: (InvoiceId, u64),
    pub draft: InvoiceId,
    /// One that was paid.
    pub paid: (InvoiceId, u64),
    /// A credit note, with its number.
    pub credit: (CreditNoteId, u64),
    /// One for the portal's forms, one for the desk's.
    pub invitations: [InvitationId; 2],
    /// A download that is ready.
    pub export: ExportId,
    /// Members that may be changed and removed, as many.
    pub spare: [MembershipId; 2],
}

/// The place of whoever acts.
pub fn membership(scope: &Scope) -> MembershipId {
    let Actor::Person { membership, .. } = &scope.actor else { panic!("only people have places") };
    *membership
}

/// Names a client's people, so that a page that shows one of them can be told.
async fn name(fixture: &Fixture, scope: &mut Scope, word: &str, hash: &str) {
    let Actor::Person { id, name, role, .. } = &mut scope.actor else { panic!("only people have names") };
    *name = format!("{word} {role:?}");
    sqlx::query("UPDATE person SET name = $2, email = $3, password_hash = $4 WHERE id = $1")
        .bind(id.0)
        .bind(name.as_str())
        .bind(format!("{role:?}@{word}.test").to_lowercase())
        .bind(hash)
        .execute(&fixture.pool)
        .await
        .unwrap();
}

/// A client and its people, with their names.
pub async fn bare(fixture: &Fixture, word: &str) -> TestClient {
    let mut client = fixture.client(&format!("{word} & Partners")).await;
    let hash = passwords::hash(passwords::HashPriority::Known, PASSWORD).await.unwrap();
    for scope in [&mut client.owner, &mut client.member, &mut client.billing] {
        name(fixture, scope, word, &hash).await;
    }
    client
}

impl Tenant {
    /// Its requests are numbered from `first` on, so that nobody else's have the same number.
    pub async fn new(fixture: &Fixture, offer: &Offer, word: &str, first: i64, store: &Path) -> Self {
        let client = bare(fixture, word).await;
        sqlx::query("UPDATE client SET next_request_number = $2, intake = $3, bill_to = $4 WHERE id = $1")
            .bind(client.id.0)
            .bind(first)
            .bind(serde_json::json!([{ "key": "a", "label": format!("{word} question"), "kind": "text", "answer": word }]))
            .bind(format!("{word}, 1 Quay Street"))
            .execute(&fixture.pool)
            .await
            .unwrap();
        let subscription = fixture.subscribe(&client, offer).await;
        let agent = NewAgent {
            name: format!("{word} agent"),
            persona: format!("{word}-backstage-persona"),
            client: Some(client.id),
        };
        let agent = agents::commands::create(&fixture.db, &fixture.operator, agent).await.unwrap();
        let spare = [
            membership(&fixture.person(Some(client.id), Role::Member, &format!("{word} spare")).await),
            membership(&fixture.person(Some(client.id), Role::Member, &format!("{word} other")).await),
        ];
        let asker = Asker { db: &fixture.db, operator: &fixture.operator, owner: &client.owner, word };
        Self {
            portal: asker.furnish(keep(fixture, &client, word, store).await).await,
            desk: asker.furnish(keep(fixture, &client, word, store).await).await,
            file: keep(fixture, &client, word, store).await,
            agent,
            subscription,
            issued: issue(fixture, &client, word).await,
            paid: paid(fixture, &client, word).await,
            credit: credit(fixture, &client, word).await,
            draft: draft(fixture, &client, &format!("{word}-backstage draft")).await,
            invitations: [invite(fixture, &client, word, 1).await, invite(fixture, &client, word, 2).await],
            spare,
            export: export(fixture, &client, store).await,
            client,
        }
    }

    /// What names its rows: every row with one of these in it is the client's.
    pub fn ids(&self) -> Vec<Uuid> {
        let people = [&self.client.owner, &self.client.member, &self.client.billing];
        let works = [&self.portal, &self.desk];
        let requests = works.into_iter().flat_map(Work::all);
        let streams = requests.flat_map(|asked| [asked.session, asked.backstage]);
        let people = people.into_iter().map(|scope| scope.person().unwrap().0);
        [self.client.id.0].into_iter().chain(people).chain(streams).collect()
    }
}

/// Keeps a file as an upload does.
async fn keep(fixture: &Fixture, client: &TestClient, word: &str, store: &Path) -> FileId {
    let bytes = format!("The file of {word}.");
    let sha256: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    let folder = store.join(fixture.workspace.to_string());
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(&sha256), &bytes).unwrap();
    let new = NewFile {
        name: format!("{word}.txt"),
        media_type: "text/plain".into(),
        label: "Text".into(),
        is_text: true,
        bytes: bytes.len() as u64,
        sha256,
        request: None,
    };
    files::commands::add(&fixture.db, &client.owner, new).await.unwrap()
}

async fn draft(fixture: &Fixture, client: &TestClient, words: &str) -> InvoiceId {
    let lines = vec![InvoiceLine { what: format!("{words} line"), minor: 12_345 }];
    let draft = InvoiceDraft { lines, currency: Currency::USD, note: format!("{words} note") };
    billing::draft(&fixture.db, &fixture.operator, client.id, &draft).await.unwrap()
}

async fn issue(fixture: &Fixture, client: &TestClient, word: &str) -> (InvoiceId, u64) {
    let id = draft(fixture, client, word).await;
    billing::issue(&fixture.db, &fixture.operator, id).await.unwrap();
    let invoice = domain::billing::queries::get(&fixture.db, &fixture.operator, id).await.unwrap();
    (id, invoice.number.unwrap())
}

async fn paid(fixture: &Fixture, client: &TestClient, word: &str) -> (InvoiceId, u64) {
    let (invoice, number) = issue(fixture, client, word).await;
    billing::mark_paid(&fixture.db, &fixture.operator, invoice).await.unwrap();
    (invoice, number)
}

async fn credit(fixture: &Fixture, client: &TestClient, word: &str) -> (CreditNoteId, u64) {
    let lines = vec![InvoiceLine { what: format!("{word} goodwill"), minor: -500 }];
    let draft = InvoiceDraft { lines, currency: Currency::USD, note: String::new() };
    let id = billing::draft(&fixture.db, &fixture.operator, client.id, &draft).await.unwrap();
    let billing::IssueOutcome::Credit(credit) =
        billing::issue(&fixture.db, &fixture.operator, id).await.unwrap()
    else {
        panic!("no credit note")
    };
    let note =
        domain::billing::queries::get_credit_note(&fixture.db, &fixture.operator, credit).await.unwrap();
    (credit, note.number)
}

/// Asked for long enough ago that another one may be.
async fn export(fixture: &Fixture, client: &TestClient, store: &Path) -> ExportId {
    let files = Store::folder(store).unwrap();
    exports::commands::start(&fixture.db, &files, &client.owner, domain::calendar::zone("UTC").unwrap())
        .await
        .unwrap();
    exports::commands::pack_due(&fixture.db, &files).await.unwrap();
    sqlx::query("UPDATE client_export SET created_at = created_at - interval '2 hours' WHERE client_id = $1")
        .bind(client.id.0)
        .execute(&fixture.pool)
        .await
        .unwrap();
    exports::queries::view(&fixture.db, &client.owner).await.unwrap().ready.unwrap().id
}

async fn invite(fixture: &Fixture, client: &TestClient, word: &str, number: u8) -> InvitationId {
    let email = format!("guest-{number}@{word}.test");
    invitations::invite(&fixture.db, &client.owner, &email, Role::Member).await.unwrap();
    invited(fixture, &email).await
}

/// The open invitation of an address.
pub async fn invited(fixture: &Fixture, email: &str) -> InvitationId {
    let id = sqlx::query_scalar("SELECT id FROM invitation WHERE email = $1")
        .bind(email)
        .fetch_one(&fixture.pool)
        .await;
    InvitationId(id.unwrap())
}
