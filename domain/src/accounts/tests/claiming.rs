//! Strangers who sign up with somebody's address, and its own person.

use sqlx::PgPool;

use super::{GOOD, count, mails, token, workspace};
use crate::{
    Error, Role,
    accounts::{
        Membership,
        commands::{
            claims::Answers,
            confirmations,
            invitations::{self, Acceptance},
            resets::{self, ResetOutcome},
            sign_in,
            sign_up::{self, SignUpForm},
        },
    },
    ids::OfferId,
    mail,
    offers::Starts,
    testing::Fixture,
    workspaces::Workspace,
};

const VICTIM: &str = "victim@harborpine.test";
const STRANGERS: &str = "eleven quiet lamps";

/// Two companies signed up with one address: its own person's and, later, a stranger's.
struct TwoSignUps {
    fixture: Fixture,
    space: Workspace,
    own: Membership,
    stranger: Membership,
}

impl TwoSignUps {
    async fn new(pool: &PgPool) -> Self {
        let fixture = Fixture::new(pool).await;
        let (space, offer) = (workspace(&fixture).await, fixture.offer(Starts::AtOnce).await.id);
        let own = sign_up(&fixture, &space, offer, "Harbor & Pine Law", GOOD).await;
        fixture.wait(chrono::TimeDelta::minutes(1));
        let stranger = sign_up(&fixture, &space, offer, "Mallory Ltd", STRANGERS).await;
        fixture.wait(chrono::TimeDelta::minutes(1));
        Self { fixture, space, own, stranger }
    }

    async fn enters(&self, password: &str) -> Option<String> {
        let places = sign_in(&self.fixture.db, self.space.id, VICTIM, password, "").await.ok()?;
        assert_eq!(places.len(), 1, "{places:?}");
        places[0].client.clone().map(|(_, name)| name)
    }

    /// The address's own company is theirs, the stranger's is not.
    fn own_alone(&self) -> impl Fn(&str) -> Option<bool> + Sync + use<> {
        let own = format!("claim-{}", self.own.person);
        move |field: &str| Some(field == own)
    }

    async fn stranger_is_out(&self) {
        let left = sqlx::query_scalar::<_, i64>(
            "SELECT count(*) FROM membership WHERE client_id = $1 AND removed_at IS NULL",
        )
        .bind(self.stranger.client.as_ref().unwrap().0.0)
        .fetch_one(&self.fixture.pool)
        .await
        .unwrap();
        assert_eq!(left, 0, "nobody is left in the stranger's company");
        assert_eq!(self.enters(STRANGERS).await, None);
        let told = "SELECT count(*) FROM mail WHERE subject LIKE 'Mallory Ltd signed up with someone else%'";
        assert_eq!(count(&self.fixture, told).await, 1, "the operators know");
    }
}

fn unanswered(_: &str) -> Vec<String> {
    Vec::new()
}

async fn sign_up(
    fixture: &Fixture,
    space: &Workspace,
    offer: OfferId,
    company: &str,
    password: &str,
) -> Membership {
    let key = format!("a key of more than twenty letters for {company}");
    let form = SignUpForm {
        form_key: &key,
        offer: Some(offer),
        company,
        name: "Rosa Klein",
        email: VICTIM,
        password,
        answer: &unanswered,
        interval: "",
        code: "",
        bill_address: "14 Alder Street\nPortland, OR 97205",
        bill_region: "",
        bill_country: "US",
        bill_kind: "business",
        bill_tax_number: "",
        agreed: true,
    };
    sign_up::sign_up(&fixture.db, space, &form, "").await.unwrap()
}

#[sqlx::test(migrations = "../migrations")]
async fn a_later_claim_does_not_keep_the_first_one_out(pool: PgPool) {
    let town = TwoSignUps::new(&pool).await;
    assert_eq!(town.enters(GOOD).await.as_deref(), Some("Harbor & Pine Law"));
    assert_eq!(town.enters(STRANGERS).await.as_deref(), Some("Mallory Ltd"));
}

#[sqlx::test(migrations = "../migrations")]
async fn a_reset_leads_to_ones_own_company_and_takes_the_address_from_strangers(pool: PgPool) {
    let town = TwoSignUps::new(&pool).await;
    let db = &town.fixture.db;
    resets::ask(db, &town.space, VICTIM, "").await.unwrap();
    let link = token(&town.fixture, VICTIM).await;
    let asked = resets::open(db, &link, "").await.unwrap().claims;
    let companies: Vec<&str> = asked.iter().map(|claim| claim.company.as_str()).collect();
    assert_eq!(companies, ["Mallory Ltd", "Harbor & Pine Law"], "one is asked of each by name");
    let new = "twelve loud lamps";
    let silent = resets::set(db, town.space.id, &link, new, Answers::NONE, "").await;
    assert!(matches!(silent, Err(Error::Fields(errors)) if errors.of(&asked[0].field()).is_some()));
    let done = resets::set(db, town.space.id, &link, new, Answers(&town.own_alone()), "").await.unwrap();
    let ResetOutcome::Set(places) = done else { panic!("there is a password to set") };
    assert_eq!(places.len(), 1);
    assert_eq!(town.enters(new).await.as_deref(), Some("Harbor & Pine Law"));
    assert_eq!(town.enters(GOOD).await, None, "the old password is no more");
    town.stranger_is_out().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn somebody_who_signed_up_nothing_takes_the_address_back(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let (space, offer) = (workspace(&fixture).await, fixture.offer(Starts::AtOnce).await.id);
    sign_up(&fixture, &space, offer, "Mallory Ltd", STRANGERS).await;
    resets::ask(&fixture.db, &space, VICTIM, "").await.unwrap();
    let link = token(&fixture, VICTIM).await;
    let done = resets::set(&fixture.db, space.id, &link, "", Answers(&|_| Some(false)), "").await;
    assert_eq!(done.unwrap(), ResetOutcome::TakenBack);
    assert!(sign_in(&fixture.db, space.id, VICTIM, STRANGERS, "").await.is_err());
    // And the mail after a sign-up says it with one press.
    sign_up(&fixture, &space, offer, "Mallory Two", STRANGERS).await;
    let link = token(&fixture, VICTIM).await;
    assert_eq!(
        confirmations::open(&fixture.db, &link, "").await.unwrap().company.as_deref(),
        Some("Mallory Two")
    );
    confirmations::disown(&fixture.db, &link, "").await.unwrap();
    assert!(sign_in(&fixture.db, space.id, VICTIM, STRANGERS, "").await.is_err());
    assert!(matches!(confirmations::disown(&fixture.db, &link, "").await, Err(Error::NotFound)));
}

#[sqlx::test(migrations = "../migrations")]
async fn confirming_takes_the_address_from_strangers(pool: PgPool) {
    let town = TwoSignUps::new(&pool).await;
    let db = &town.fixture.db;
    confirmations::resend(db, &town.space, town.own.person, "").await.unwrap();
    let link = token(&town.fixture, VICTIM).await;
    let by = Some(town.own.person);
    let silent = confirmations::confirm(db, town.space.id, &link, by, "", Answers::NONE, "").await;
    assert!(matches!(silent, Err(Error::Fields(_))), "the other company is asked about");
    confirmations::confirm(db, town.space.id, &link, by, "", Answers(&town.own_alone()), "").await.unwrap();
    assert_eq!(town.enters(GOOD).await.as_deref(), Some("Harbor & Pine Law"));
    town.stranger_is_out().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn being_invited_takes_the_address_from_strangers(pool: PgPool) {
    let town = TwoSignUps::new(&pool).await;
    let (db, house) = (&town.fixture.db, town.fixture.client("Cedar").await);
    invitations::invite(db, &house.owner, VICTIM, Role::Member).await.unwrap();
    let link = token(&town.fixture, VICTIM).await;
    let by = Acceptance::As { name: "Victoria Im", password: "twelve loud lamps" };
    let place =
        invitations::accept(db, town.space.id, &link, by, Answers(&town.own_alone()), "").await.unwrap();
    assert_eq!(place.client.map(|(id, _)| id), Some(house.id));
    let places = sign_in(db, town.space.id, VICTIM, "twelve loud lamps", "").await.unwrap();
    assert_eq!(places.len(), 2, "Cedar, and what she had signed up herself");
    town.stranger_is_out().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn who_signed_up_and_is_invited_accepts_as_who_they_are(pool: PgPool) {
    let town = TwoSignUps::new(&pool).await;
    let (db, house) = (&town.fixture.db, town.fixture.client("Cedar").await);
    invitations::invite(db, &house.owner, VICTIM, Role::Member).await.unwrap();
    let link = token(&town.fixture, VICTIM).await;
    let by = Acceptance::By(town.own.person);
    let place =
        invitations::accept(db, town.space.id, &link, by, Answers(&|_| Some(false)), "").await.unwrap();
    assert_eq!(place.person, town.own.person);
    let state: String = sqlx::query_scalar("SELECT state FROM subscription WHERE client_id = $1")
        .bind(town.own.client.as_ref().unwrap().0.0)
        .fetch_one(&town.fixture.pool)
        .await
        .unwrap();
    assert_eq!(state, "active", "what waited for a confirmed address begins");
    assert_eq!(sign_in(db, town.space.id, VICTIM, GOOD, "").await.unwrap().len(), 2);
    town.stranger_is_out().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn who_is_not_confirmed_invites_nobody(pool: PgPool) {
    let town = TwoSignUps::new(&pool).await;
    let scope = town.stranger.scope();
    let refused = invitations::invite(&town.fixture.db, &scope, "second@mallory.test", Role::Owner).await;
    assert!(matches!(refused, Err(Error::Refused(why)) if why.contains("Confirm your email address")));
    assert_eq!(count(&town.fixture, "SELECT count(*) FROM invitation").await, 0);
}

#[sqlx::test(migrations = "../migrations")]
async fn an_address_that_nobody_confirmed_reads_no_stranger_s_words(pool: PgPool) {
    let town = TwoSignUps::new(&pool).await;
    let (fixture, space) = (&town.fixture, &town.space);
    let typed = ["Mallory", "Rosa Klein", "Harbor", "Cedar", "Owner"];
    resets::ask(&fixture.db, space, VICTIM, "").await.unwrap();
    let house = fixture.client("Cedar").await;
    invitations::invite(&fixture.db, &house.owner, VICTIM, Role::Member).await.unwrap();
    let mut tx = fixture.db.begin(&fixture.operator).await.unwrap();
    let client = town.stranger.client.as_ref().unwrap().0;
    mail::commands::queue_to_members_in(&mut tx, &fixture.operator, client, "About Mallory", "Mallory")
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let all = mails(fixture, VICTIM).await;
    assert!(all.len() >= 6, "two to confirm, two invoices, a reset, an invitation: {}", all.len());
    for (subject, body) in all {
        for word in typed {
            assert!(!subject.contains(word) && !body.contains(word), "{word:?} in {subject}: {body}");
        }
    }
    // An operator is no stranger, and whoever has confirmed knows the portal.
    invitations::invite(&fixture.db, &fixture.operator.within(house.id), "new@cedar.test", Role::Member)
        .await
        .unwrap();
    assert!(mails(fixture, "new@cedar.test").await[0].0.contains("Cedar at Northlight"));
}

#[sqlx::test(migrations = "../migrations")]
async fn the_owner_of_an_address_reads_which_company_it_is_about(pool: PgPool) {
    let town = TwoSignUps::new(&pool).await;
    let (fixture, space) = (&town.fixture, &town.space);
    confirmations::resend(&fixture.db, space, town.own.person, "").await.unwrap();
    let link = token(fixture, VICTIM).await;
    let by = Some(town.own.person);
    confirmations::confirm(&fixture.db, space.id, &link, by, "", Answers(&|_| Some(false)), "")
        .await
        .unwrap();
    resets::ask(&fixture.db, space, VICTIM, "").await.unwrap();
    let (_, body) = mails(fixture, VICTIM).await.pop().unwrap();
    assert!(body.contains("Hi Rosa,") && body.contains("Harbor & Pine Law"), "{body}");
    let offer = fixture.offer(Starts::AtOnce).await.id;
    sign_up(fixture, space, offer, "Mallory Two", STRANGERS).await;
    let about = mails(fixture, VICTIM).await;
    let (_, body) = about.iter().find(|(subject, _)| subject == "You already have an account").unwrap();
    assert!(body.contains("“Mallory Two”"), "{body}");
}
