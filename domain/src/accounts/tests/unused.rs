//! Sign-ups that come to nothing leave no second client behind, and tell nobody anything.

use chrono::TimeDelta;
use sqlx::PgPool;

use super::{GOOD, count, token, workspace};
use crate::{
    accounts::{
        Membership,
        commands::{
            claims::Answers,
            confirmations, sign_in,
            sign_up::{self, SignUpForm},
            unused_sign_ups,
        },
    },
    ids::OfferId,
    offers::Starts,
    requests::{self, NewRequest, Priority},
    testing::Fixture,
    workspaces::Workspace,
};

const ROSA: &str = "rosa@harborpine.test";
const OTHER: &str = "eleven quiet lamps";

struct SignUps {
    fixture: Fixture,
    space: Workspace,
    offer: OfferId,
    first: Membership,
}

impl SignUps {
    /// Rosa is a client here, and has shown that the address is hers.
    async fn new(pool: &PgPool) -> Self {
        let fixture = Fixture::new(pool).await;
        let (space, offer) = (workspace(&fixture).await, fixture.offer(Starts::OnPayment).await.id);
        let first = sign_up(&fixture, &space, offer, ("Harbor & Pine Law", ROSA, GOOD)).await;
        let link = token(&fixture, ROSA).await;
        let by = Some(first.person);
        confirmations::confirm(&fixture.db, space.id, &link, by, "", Answers::NONE, "").await.unwrap();
        fixture.wait(TimeDelta::minutes(1));
        Self { fixture, space, offer, first }
    }

    async fn again(&self, company: &str) -> Membership {
        sign_up(&self.fixture, &self.space, self.offer, (company, ROSA, OTHER)).await
    }

    async fn living(&self) -> i64 {
        count(&self.fixture, "SELECT count(*) FROM client WHERE archived_at IS NULL").await
    }

    async fn enters(&self, email: &str, password: &str) -> usize {
        sign_in(&self.fixture.db, self.space.id, email, password, "").await.map_or(0, |places| places.len())
    }

    async fn join(&self) -> Vec<Membership> {
        let link = token(&self.fixture, ROSA).await;
        confirmations::confirm(&self.fixture.db, self.space.id, &link, None, GOOD, Answers::NONE, "")
            .await
            .unwrap()
    }
}

fn unanswered(_: &str) -> Vec<String> {
    Vec::new()
}

async fn sign_up(
    fixture: &Fixture,
    space: &Workspace,
    offer: OfferId,
    (company, email, password): (&str, &str, &str),
) -> Membership {
    let key = format!("a key of more than twenty letters for {company} {email} {password}");
    let form = SignUpForm {
        form_key: &key,
        offer: Some(offer),
        company,
        name: "Rosa Klein",
        email,
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
async fn joining_leads_the_new_plan_into_the_client_that_there_is(pool: PgPool) {
    let street = SignUps::new(&pool).await;
    sqlx::query("UPDATE subscription SET state = 'ended', ended_at = created_at")
        .execute(&pool)
        .await
        .unwrap();
    street.again("harbor & pine law").await;
    assert_eq!(street.living().await, 2, "until somebody reads the mail, nothing tells that it is known");
    let places = street.join().await;
    assert_eq!(places.len(), 1);
    assert_eq!(places[0].membership, street.first.membership);
    assert_eq!(street.living().await, 1);
    let first = street.first.client.as_ref().unwrap().0;
    let held: Vec<(uuid::Uuid, String)> =
        sqlx::query_as("SELECT client_id, state FROM subscription WHERE state <> 'ended'")
            .fetch_all(&pool)
            .await
            .unwrap();
    assert_eq!(held, [(first.0, "awaiting_payment".to_owned())], "what was chosen waits to be paid there");
    assert_eq!(street.enters(ROSA, OTHER).await, 0);
}

#[sqlx::test(migrations = "../migrations")]
async fn another_business_of_the_same_person_stays_a_client(pool: PgPool) {
    let street = SignUps::new(&pool).await;
    street.again("Pine Notary").await;
    assert_eq!(street.join().await.len(), 2);
    assert_eq!(street.living().await, 2);
}

#[sqlx::test(migrations = "../migrations")]
async fn what_was_written_in_the_second_one_is_not_lost(pool: PgPool) {
    let street = SignUps::new(&pool).await;
    let second = street.again("Harbor & Pine Law").await;
    let new = NewRequest {
        title: "A lease".into(),
        brief: "Two years".into(),
        priority: Priority::Normal,
        queue: true,
        files: Vec::new(),
        form_key: None,
    };
    requests::commands::create(&street.fixture.db, &second.scope(), new).await.unwrap();
    assert_eq!(street.join().await.len(), 2);
    assert_eq!(street.living().await, 2);
}

#[sqlx::test(migrations = "../migrations")]
async fn whose_it_is_not_finds_no_second_client_on_the_desk(pool: PgPool) {
    let street = SignUps::new(&pool).await;
    street.again("Harbor & Pine Law").await;
    let link = token(&street.fixture, ROSA).await;
    confirmations::disown(&street.fixture.db, &link, "").await.unwrap();
    assert_eq!(street.living().await, 1);
    assert_eq!(street.enters(ROSA, OTHER).await, 0);
    assert_eq!(street.enters(ROSA, GOOD).await, 1, "nobody else's client is touched");
    assert_eq!(
        count(&street.fixture, "SELECT count(*) FROM mail WHERE body LIKE '%so we archived this one%'").await,
        1
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn a_sign_up_that_nobody_confirms_goes_after_a_month_known_or_not(pool: PgPool) {
    let street = SignUps::new(&pool).await;
    street.again("Harbor & Pine Law").await;
    let new = ("Cedar Dental", "theo@cedar.test", OTHER);
    sign_up(&street.fixture, &street.space, street.offer, new).await;
    let db = &street.fixture.db;
    street.fixture.wait(TimeDelta::days(29));
    assert_eq!(unused_sign_ups::expire(db).await.unwrap(), 0);
    assert_eq!((street.enters(ROSA, OTHER).await, street.enters("theo@cedar.test", OTHER).await), (1, 1));
    street.fixture.wait(TimeDelta::days(2));
    assert_eq!(unused_sign_ups::expire(db).await.unwrap(), 2);
    assert_eq!((street.enters(ROSA, OTHER).await, street.enters("theo@cedar.test", OTHER).await), (0, 0));
    assert_eq!(street.living().await, 1);
    assert_eq!(street.enters(ROSA, GOOD).await, 1);
    assert_eq!(
        count(&street.fixture, "SELECT count(*) FROM invoice WHERE state = 'issued'").await,
        1,
        "what they would have paid is void"
    );
    assert_eq!(unused_sign_ups::expire(db).await.unwrap(), 0, "once");
}
