use sqlx::PgPool;
use tokio::task::JoinSet;

use super::{GOOD, count, mails, shape, token, workspace};
use crate::{
    Error,
    accounts::commands::{
        claims::Answers,
        confirmations, sign_in,
        sign_up::{self, SignUpForm},
    },
    ids::OfferId,
    offers::Starts,
    testing::Fixture,
};

fn unanswered(_: &str) -> Vec<String> {
    Vec::new()
}

fn form<'a>(key: &'a str, offer: OfferId, email: &'a str) -> SignUpForm<'a> {
    SignUpForm {
        form_key: key,
        offer: Some(offer),
        company: "Harbor & Pine Law",
        name: "Rosa Klein",
        email,
        password: GOOD,
        answer: &unanswered,
        interval: "",
        code: "",
        bill_address: "14 Alder Street\nPortland, OR 97205",
        bill_region: "",
        bill_country: "US",
        bill_kind: "business",
        bill_tax_number: "",
        agreed: true,
    }
}

const KEY: &str = "a key of more than twenty letters";

#[sqlx::test(migrations = "../migrations")]
async fn eight_clicks_make_one_account(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let (space, offer) = (workspace(&fixture).await, fixture.offer(Starts::AtOnce).await.id);
    let mut clicks = JoinSet::new();
    for _ in 0..8 {
        let (db, space) = (fixture.db.clone(), space.clone());
        clicks.spawn(async move {
            sign_up::sign_up(&db, &space, &form(KEY, offer, "rosa@harborpine.test"), "203.0.113.7")
                .await
                .unwrap()
        });
    }
    let places = clicks.join_all().await;
    assert!(places.iter().all(|place| place.membership == places[0].membership));
    for table in [
        "SELECT count(*) FROM client",
        "SELECT count(*) FROM subscription",
        "SELECT count(*) FROM invoice",
        "SELECT count(*) FROM membership WHERE role = 'owner'",
        "SELECT count(*) FROM stream WHERE kind = 'board'",
    ] {
        assert_eq!(count(&fixture, table).await, 1, "{table}");
    }
    let about: Vec<String> =
        mails(&fixture, "rosa@harborpine.test").await.into_iter().map(|mail| mail.0).collect();
    assert_eq!(about.len(), 2, "one to confirm the address, and the invoice: {about:?}");
}

#[sqlx::test(migrations = "../migrations")]
async fn who_signs_up_again_comes_into_the_client_that_there_is(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let (space, offer) = (workspace(&fixture).await, fixture.offer(Starts::AtOnce).await.id);
    let first =
        sign_up::sign_up(&fixture.db, &space, &form(KEY, offer, "rosa@harborpine.test"), "").await.unwrap();
    sqlx::query("UPDATE subscription SET state = 'ended', ended_at = created_at")
        .execute(&pool)
        .await
        .unwrap();
    let anew = SignUpForm {
        company: "harbor & pine law",
        ..form("another key of twenty letters", offer, "rosa@harborpine.test")
    };
    for _ in 0..2 {
        let again = sign_up::sign_up(&fixture.db, &space, &anew, "").await.unwrap();
        assert_eq!(again.membership, first.membership);
    }
    assert_eq!(count(&fixture, "SELECT count(*) FROM client").await, 1);
    assert_eq!(
        count(&fixture, "SELECT count(*) FROM subscription WHERE state = 'awaiting_payment'").await,
        1
    );
    // Another business of the same person is another client.
    let other = SignUpForm {
        company: "Pine Notary",
        ..form("a third key of twenty letters", offer, "rosa@harborpine.test")
    };
    sign_up::sign_up(&fixture.db, &space, &other, "").await.unwrap();
    assert_eq!(count(&fixture, "SELECT count(*) FROM client").await, 2);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_used_form_lets_nobody_else_in(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let (space, offer) = (workspace(&fixture).await, fixture.offer(Starts::AtOnce).await.id);
    sign_up::sign_up(&fixture.db, &space, &form(KEY, offer, "rosa@harborpine.test"), "").await.unwrap();
    let guess = SignUpForm { password: "another sentence", ..form(KEY, offer, "rosa@harborpine.test") };
    assert!(matches!(sign_up::sign_up(&fixture.db, &space, &guess, "").await, Err(Error::Refused(_))));
    let other = form(KEY, offer, "theo@cedar.test");
    assert!(matches!(sign_up::sign_up(&fixture.db, &space, &other, "").await, Err(Error::Refused(_))));
}

#[sqlx::test(migrations = "../migrations")]
async fn a_known_address_signs_up_like_a_new_one(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let (space, offer) = (workspace(&fixture).await, fixture.offer(Starts::AtOnce).await.id);
    let known = "rosa@harborpine.test";
    let first = sign_up::sign_up(&fixture.db, &space, &form(KEY, offer, known), "").await.unwrap();
    confirmations::confirm(
        &fixture.db,
        space.id,
        &token(&fixture, known).await,
        Some(first.person),
        "",
        Answers::NONE,
        "",
    )
    .await
    .unwrap();

    let other =
        SignUpForm { password: "eleven quiet lamps", ..form("another key of twenty letters", offer, known) };
    let again = sign_up::sign_up(&fixture.db, &space, &other, "").await.unwrap();
    assert_eq!(shape(&first), shape(&again), "the page is the same");
    assert_ne!(first.person, again.person, "and shows nothing of the account that there was");
    // Both passwords lead where they led; neither tells of the other.
    let entered = sign_in(&fixture.db, space.id, known, "eleven quiet lamps", "").await.unwrap();
    assert_eq!(entered.len(), 1);
    assert_eq!(entered[0].membership, again.membership);
    let entered = sign_in(&fixture.db, space.id, known, GOOD, "").await.unwrap();
    assert_eq!(entered[0].membership, first.membership);

    // The mail says so, and the first account's password joins the two.
    let (subject, _) = mails(&fixture, known).await.pop().unwrap();
    assert_eq!(subject, "You already have an account");
    let link = token(&fixture, known).await;
    let refused = confirmations::confirm(
        &fixture.db,
        space.id,
        &link,
        Some(again.person),
        "eleven quiet lamps",
        Answers::NONE,
        "",
    )
    .await;
    assert!(matches!(refused, Err(Error::Fields(_))), "the sign-up's own password proves nothing");
    let places =
        confirmations::confirm(&fixture.db, space.id, &link, None, GOOD, Answers::NONE, "").await.unwrap();
    assert_eq!(places.len(), 1, "the business is there once");
    assert_eq!(places[0].membership, first.membership);
    assert_eq!(count(&fixture, "SELECT count(*) FROM client WHERE archived_at IS NULL").await, 1);
    assert_eq!(
        count(&fixture, "SELECT count(*) FROM subscription WHERE state <> 'ended'").await,
        1,
        "the plan that there was goes on, the other is off"
    );
    assert_eq!(count(&fixture, "SELECT count(*) FROM invoice WHERE state = 'issued'").await, 1);
    assert!(sign_in(&fixture.db, space.id, known, "eleven quiet lamps", "").await.is_err());
}

#[sqlx::test(migrations = "../migrations")]
async fn a_click_in_a_mail_confirms_nothing_by_itself(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let (space, offer) = (workspace(&fixture).await, fixture.offer(Starts::AtOnce).await.id);
    // Somebody signs up with another's address and hopes that its owner clicks.
    sign_up::sign_up(&fixture.db, &space, &form(KEY, offer, "victim@harborpine.test"), "").await.unwrap();
    let link = token(&fixture, "victim@harborpine.test").await;
    let clicked = confirmations::confirm(&fixture.db, space.id, &link, None, "", Answers::NONE, "").await;
    assert!(matches!(clicked, Err(Error::Fields(_))));
    assert_eq!(
        count(&fixture, "SELECT count(*) FROM person WHERE email = 'victim@harborpine.test' AND confirmed")
            .await,
        0
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn every_mistake_stands_at_its_field_and_nothing_is_made(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let (space, offer) = (workspace(&fixture).await, fixture.offer(Starts::AtOnce).await.id);
    sqlx::query(
        r#"UPDATE offer SET intake = '[{"key": "tone", "label": "Tone", "kind": "choice", "options": ["Plain"], "required": true}]'"#,
    )
    .execute(&pool)
    .await
    .unwrap();
    let bad = SignUpForm {
        company: " ",
        name: "",
        email: "rosa@",
        password: "short",
        interval: "",
        code: "",
        bill_address: "",
        agreed: false,
        ..form(KEY, offer, "")
    };
    let Err(Error::Fields(errors)) = sign_up::sign_up(&fixture.db, &space, &bad, "").await else {
        panic!("refused by fields")
    };
    let fields: Vec<&str> = errors.iter().map(|(field, _)| field).collect();
    assert_eq!(fields, ["company", "name", "email", "password", "bill_address", "intake-tone", "terms"]);
    sqlx::query("UPDATE offer SET state = 'archived'").execute(&pool).await.unwrap();
    let Err(Error::Fields(errors)) =
        sign_up::sign_up(&fixture.db, &space, &form(KEY, offer, "a@b.test"), "").await
    else {
        panic!("no longer sold")
    };
    assert!(errors.of("offer").is_some());
    assert_eq!(count(&fixture, "SELECT count(*) FROM client").await, 0);
    assert_eq!(count(&fixture, "SELECT count(*) FROM sign_up").await, 0);
}
