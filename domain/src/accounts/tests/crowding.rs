//! Many who try, and the one whom that must not keep out.

use sqlx::PgPool;

use super::{GOOD, count, mails, token, workspace};
use crate::{
    Db, Error, Result, Role,
    accounts::{
        Membership,
        commands::{
            claims::Answers,
            confirmations, create_operator, invitations, profile,
            resets::{self, ResetOutcome},
            set_up::{self, SetUpForm},
            sign_in,
            sign_up::{self, SignUpForm},
        },
        devices::{Device, Source},
        limits,
    },
    ids::WorkspaceId,
    offers::Starts,
    secret,
    testing::{Fixture, bare},
};

const OLIVE: &str = "olive@desk.test";
const KEY: &str = "the install's";

/// Guesses at Olive's password from everywhere, until no stranger may try any more.
async fn flood(fixture: &Fixture) {
    let _ = sign_in(&fixture.db, fixture.workspace, OLIVE, "a guess", "198.51.100.1").await;
    let counted = "SELECT hits FROM rate_limit WHERE key = 'sign_in/email/olive@desk.test'";
    let counted: i32 = sqlx::query_scalar(counted).fetch_one(&fixture.pool).await.unwrap();
    // Each is counted as that one was; hashing for all of them would only take long.
    for _ in counted..limits::SIGN_IN_EMAIL.most {
        limits::hit(&fixture.db, limits::SIGN_IN_EMAIL, OLIVE).await.unwrap();
    }
}

fn from<'a>(network: &'a str, cookie: &'a str) -> Source<'a> {
    Source { network, device: Device { cookie, key: KEY } }
}

async fn enter(db: &Db, space: WorkspaceId, password: &str, from: Source<'_>) -> Result<Vec<Membership>> {
    sign_in(db, space, OLIVE, password, from).await
}

fn is_shut(tried: Result<impl Sized>) -> bool {
    matches!(tried, Err(Error::TooMany { .. }))
}

#[sqlx::test(migrations = "../migrations")]
async fn a_flood_at_an_account_does_not_keep_out_its_owner(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let (db, space) = (&fixture.db, fixture.workspace);
    create_operator(db, OLIVE, "Olive Stone", Some(GOOD)).await.unwrap();
    let olive = enter(db, space, GOOD, from("203.0.113.7", "")).await.unwrap()[0].person;
    let known = Device { cookie: "", key: KEY }.with(olive);

    // From one network: only that one is shut.
    for _ in 0..30 {
        let _ = sign_in(db, space, OLIVE, "a guess", "192.0.2.1").await;
    }
    assert!(is_shut(sign_in(db, space, OLIVE, GOOD, "192.0.2.1").await));
    enter(db, space, GOOD, from("203.0.113.9", "")).await.expect("from anywhere else she comes in");
    enter(db, space, GOOD, from("192.0.2.1", &known)).await.expect("and in her browser even from there");

    // From everywhere: a browser that is not known is shut, hers is not, and says that a slip is one.
    flood(&fixture).await;
    assert!(is_shut(enter(db, space, GOOD, from("203.0.113.9", "")).await));
    let slip = enter(db, space, "a slip of hers", from("203.0.113.7", &known)).await;
    assert!(matches!(slip, Err(Error::Refused(_))), "{slip:?}");
    enter(db, space, GOOD, from("203.0.113.7", &known)).await.unwrap();

    // A known browser has tries of its own, and they run out too.
    for _ in 0..limits::SIGN_IN_DEVICE.most {
        let _ = enter(db, space, "a guess", from("203.0.113.7", &known)).await;
    }
    assert!(is_shut(enter(db, space, GOOD, from("203.0.113.7", &known)).await));
}

#[sqlx::test(migrations = "../migrations")]
async fn a_reset_gives_the_right_to_sign_in(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let (db, space) = (&fixture.db, workspace(&fixture).await);
    create_operator(db, OLIVE, "Olive Stone", Some(GOOD)).await.unwrap();
    flood(&fixture).await;
    assert!(is_shut(sign_in(db, space.id, OLIVE, GOOD, "203.0.113.7").await));
    resets::ask(db, &space, OLIVE, "203.0.113.7").await.unwrap();
    let link = token(&fixture, OLIVE).await;
    let done = resets::set(db, space.id, &link, "eleven quiet lamps", Answers::NONE, "203.0.113.7").await;
    assert!(matches!(done, Ok(ResetOutcome::Set(places)) if places.len() == 1));
    sign_in(db, space.id, OLIVE, "eleven quiet lamps", "203.0.113.8").await.expect("from anywhere");
}

/// A claimant of Olive's address has a known browser, but gets no tries at her password by it.
#[sqlx::test(migrations = "../migrations")]
async fn claiming_an_address_gives_no_more_guesses_at_its_owner(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let (space, offer) = (workspace(&fixture).await, fixture.offer(Starts::AtOnce).await.id);
    create_operator(&fixture.db, OLIVE, "Olive Stone", Some(GOOD)).await.unwrap();
    let form = sign_up_form("a key of more than twenty letters", offer, OLIVE);
    let claimant = sign_up::sign_up(&fixture.db, &space, &form, "192.0.2.1").await.unwrap().person;
    flood(&fixture).await;
    let theirs = Device { cookie: "", key: KEY }.with(claimant);
    let guess = enter(&fixture.db, space.id, GOOD, from("192.0.2.1", &theirs)).await;
    assert!(guess.is_err(), "Olive's password from the claimant's browser, past the limit");
    sign_in(&fixture.db, space.id, OLIVE, "eleven quiet lamps", from("192.0.2.1", &theirs))
        .await
        .expect("their own still lets them in");
}

/// Signing up with a known address and its password leads into the account, so it must be no other place to guess in.
#[sqlx::test(migrations = "../migrations")]
async fn a_sign_up_is_no_way_around_the_limit(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let (space, offer) = (workspace(&fixture).await, fixture.offer(Starts::AtOnce).await.id);
    let own = sign_up_form("a key of more than twenty letters", offer, OLIVE);
    let first = sign_up::sign_up(&fixture.db, &space, &own, "203.0.113.7").await.unwrap();
    flood(&fixture).await;
    let guess = sign_up_form("another key of twenty letters", offer, OLIVE);
    let led = sign_up::sign_up(&fixture.db, &space, &guess, "192.0.2.1").await.unwrap();
    assert_ne!(led.person, first.person, "the right password opens nothing while guesses have run out");
}

#[sqlx::test(migrations = "../migrations")]
async fn strangers_do_not_spend_the_mails_of_others(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let (db, space) = (&fixture.db, workspace(&fixture).await);
    create_operator(db, OLIVE, "Olive Stone", Some(GOOD)).await.unwrap();
    for asked in 0..limits::RESET_PAIR.most {
        resets::ask(db, &space, OLIVE, "192.0.2.1").await.unwrap_or_else(|_| panic!("ask {asked}"));
    }
    assert!(is_shut(resets::ask(db, &space, OLIVE, "192.0.2.1").await));
    let before = mails(&fixture, OLIVE).await.len();
    resets::ask(db, &space, OLIVE, "203.0.113.7").await.unwrap();
    assert_eq!(mails(&fixture, OLIVE).await.len(), before + 1, "she gets one of her own");

    // From everywhere: the mailbox is not filled, nobody is told to wait, and a link that is in it opens.
    for asked in 0..12 {
        resets::ask(db, &space, OLIVE, &*format!("198.51.100.{asked}")).await.unwrap();
    }
    let written = mails(&fixture, OLIVE).await.len();
    assert!(written <= usize::try_from(limits::RESET_EMAIL.most).unwrap(), "{written} mails");
    fixture.wait(chrono::TimeDelta::minutes(limits::RESET_EMAIL.minutes - 1));
    resets::open(db, &token(&fixture, OLIVE).await, "203.0.113.7").await.unwrap();
}

#[sqlx::test(migrations = "../migrations")]
async fn links_that_open_nothing_close_the_way_for_none_that_do(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let (db, space, house) = (&fixture.db, workspace(&fixture).await, fixture.client("Cedar").await);
    create_operator(db, OLIVE, "Olive Stone", Some(GOOD)).await.unwrap();
    resets::ask(db, &space, OLIVE, "192.0.2.1").await.unwrap();
    invitations::invite(db, &house.owner, "mina@cedar.test", Role::Member).await.unwrap();
    for _ in 0..200 {
        assert!(matches!(resets::open(db, "x", "192.0.2.1").await, Err(Error::NotFound)));
    }
    assert_eq!(count(&fixture, "SELECT count(*) FROM rate_limit WHERE key LIKE 'missed/%'").await, 0);
    for _ in 0..limits::MISSED_NETWORK.most {
        let missed = invitations::open(db, space.id, &secret::random_token(), "192.0.2.1").await;
        assert!(matches!(missed, Err(Error::NotFound)));
    }
    assert!(is_shut(confirmations::open(db, &secret::random_token(), "192.0.2.1").await), "guessing ends");
    resets::open(db, &token(&fixture, OLIVE).await, "192.0.2.1").await.unwrap();
    invitations::open(db, space.id, &token(&fixture, "mina@cedar.test").await, "192.0.2.1").await.unwrap();
}

#[sqlx::test(migrations = "../migrations")]
async fn forms_that_do_not_hold_are_not_counted(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let (space, offer) = (workspace(&fixture).await, fixture.offer(Starts::AtOnce).await.id);
    let empty =
        SignUpForm { company: "", ..sign_up_form("a key of more than twenty letters", offer, "rosa@x.test") };
    for _ in 0..100 {
        let refused = sign_up::sign_up(&fixture.db, &space, &empty, "192.0.2.1").await;
        assert!(matches!(refused, Err(Error::Fields(_))));
        let refused = sign_in(&fixture.db, space.id, "", "", "192.0.2.1").await;
        assert!(matches!(refused, Err(Error::Refused(_))));
        let refused = sign_in(&fixture.db, space.id, "no address", "a password", "192.0.2.1").await;
        assert!(matches!(refused, Err(Error::Refused(_))));
    }
    assert_eq!(count(&fixture, "SELECT count(*) FROM rate_limit").await, 0);
    let good = sign_up_form("a key of more than twenty letters", offer, "rosa@harborpine.test");
    sign_up::sign_up(&fixture.db, &space, &good, "192.0.2.1").await.unwrap();
}

/// Somebody signs up with another's address again and again.
#[sqlx::test(migrations = "../migrations")]
async fn nobody_spends_the_sign_ups_of_another_address(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let (space, offer) = (workspace(&fixture).await, fixture.offer(Starts::OnPayment).await.id);
    let sign_up = async |at: i32, network: &str| {
        let key = format!("a key of more than twenty letters {network} {at}");
        // With the same password it would be the same person, who comes into the client that there is.
        let password = format!("eleven quiet lamps of {network} and {at}");
        let form = SignUpForm { password: &password, ..sign_up_form(&key, offer, "rosa@harborpine.test") };
        sign_up::sign_up(&fixture.db, &space, &form, network).await
    };
    for at in 0..limits::SIGN_UP_PAIR.most {
        sign_up(at, "192.0.2.1").await.unwrap();
    }
    assert!(is_shut(sign_up(99, "192.0.2.1").await));
    sign_up(0, "203.0.113.7").await.expect("its own person signs up from elsewhere");
    let confirming = "SELECT count(*) FROM mail WHERE subject = 'Confirm your email'";
    assert_eq!(count(&fixture, confirming).await, i64::from(limits::CONFIRM_EMAIL.most), "no flood of mails");
}

#[sqlx::test(migrations = "../migrations")]
async fn who_is_signed_in_changes_a_password_during_a_flood(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    create_operator(&fixture.db, OLIVE, "Olive Stone", Some(GOOD)).await.unwrap();
    let olive = sign_in(&fixture.db, fixture.workspace, OLIVE, GOOD, "").await.unwrap()[0].person;
    flood(&fixture).await;
    profile::change_password(&fixture.db, olive, GOOD, "eleven quiet lamps", b"here").await.unwrap();
    for _ in 0..limits::PASSWORD_PERSON.most {
        let _ = profile::change_password(&fixture.db, olive, "a guess", GOOD, b"here").await;
    }
    let shut = profile::change_password(&fixture.db, olive, "eleven quiet lamps", GOOD, b"here").await;
    assert!(is_shut(shut), "a browser left open is no place to guess in");
}

#[sqlx::test(migrations = "../migrations")]
async fn wrong_codes_do_not_keep_out_the_one_at_the_terminal(pool: PgPool) {
    let db = bare(&pool).await;
    let code = set_up::setup_code(&db).await.unwrap().unwrap();
    let form = |code: &str| {
        let code = code.to_owned();
        let db = db.clone();
        async move {
            let form = SetUpForm {
                code: &code,
                business: "Northlight",
                zone: "Europe/Berlin",
                locale: "",
                currency: "EUR",
                bill_address: "",
                bill_country: "",
                bill_tax_number: "",
                bill_bank: "",
                bill_tax_note: "",
                name: "Olive Stone",
                email: OLIVE,
                password: GOOD,
            };
            set_up::set_up(&db, &form, "192.0.2.1").await
        }
    };
    for _ in 0..limits::MISSED_NETWORK.most {
        assert!(matches!(form("AAAA-AAAA-AAAA").await, Err(Error::Fields(_))));
    }
    assert!(is_shut(form("AAAA-AAAA-AAAA").await));
    form(&code).await.unwrap();
}

fn unanswered(_: &str) -> Vec<String> {
    Vec::new()
}

fn sign_up_form<'a>(key: &'a str, offer: crate::ids::OfferId, email: &'a str) -> SignUpForm<'a> {
    SignUpForm {
        form_key: key,
        offer: Some(offer),
        company: "Harbor & Pine Law",
        name: "Rosa Klein",
        email,
        password: "eleven quiet lamps",
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
