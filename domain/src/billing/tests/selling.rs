//! First prices, setup fees, trials, prices for a year, and codes.

use chrono::TimeDelta;
use sqlx::PgPool;
use tokio::task::JoinSet;

use crate::{
    Error,
    billing::{
        DiscountCodeForm, InvoiceLine, InvoiceState, PlanChoice, SubscriptionState,
        commands::{
            self, PlanChange, apply_code, choose, choose_with_code, create_code, end_code, end_now,
            mark_paid, renew_due, set_client_price,
        },
        queries,
    },
    ids::{DiscountCodeId, OfferId},
    offers::{self, FirstPrice, Interval, OfferDraft, PricingOptions, Starts, Trial},
    testing::{Fixture, TestClient, draft},
};

async fn sold(fixture: &Fixture, pricing: PricingOptions) -> OfferId {
    let mut draft = draft(Starts::AtOnce);
    draft.terms.pricing = pricing;
    let offer = offers::commands::create(&fixture.db, &fixture.operator, &draft).await.unwrap();
    offers::commands::publish(&fixture.db, &fixture.operator, offer).await.unwrap();
    offer
}

fn line(what: &str, minor: i64) -> InvoiceLine {
    InvoiceLine { what: what.into(), minor }
}

async fn renew(fixture: &Fixture, client: &TestClient) {
    let (_, end) = fixture.held(client).await.period.unwrap();
    fixture.wait(end - fixture.db.now());
    renew_due(&fixture.db).await.unwrap();
}

async fn totals(fixture: &Fixture, client: &TestClient) -> Vec<i64> {
    fixture.bills(client).await.iter().map(|bill| bill.total.minor).collect()
}

fn code(code: &str, value: &str) -> DiscountCodeForm {
    DiscountCodeForm {
        code: code.into(),
        kind: "percent".into(),
        value: value.into(),
        ..DiscountCodeForm::default()
    }
}

async fn made(fixture: &Fixture, form: &DiscountCodeForm) -> DiscountCodeId {
    create_code(&fixture.db, &fixture.operator, form).await.unwrap()
}

#[sqlx::test(migrations = "../migrations")]
async fn a_first_price_holds_for_its_periods_and_a_fee_once(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let client = fixture.client("Harbor").await;
    let first_price = Some(FirstPrice { minor: 9_900, periods: 2 });
    let offer =
        sold(&fixture, PricingOptions { first_price, setup_fee_minor: 20_000, ..PricingOptions::default() })
            .await;
    choose(&fixture.db, &fixture.operator, client.id, offer).await.unwrap();
    let first = fixture.bills(&client).await.remove(0);
    assert_eq!(
        first.lines,
        [
            line("Two at a time, 23 November to 23 December 2026 (introductory price)", 9_900),
            line("Setup fee", 20_000),
        ]
    );
    renew(&fixture, &client).await;
    renew(&fixture, &client).await;
    assert_eq!(totals(&fixture, &client).await, [29_900, 9_900, 500_000]);
    // Who had one already begins as everybody goes on.
    end_now(&fixture.db, &fixture.operator, fixture.held(&client).await.id).await.unwrap();
    choose(&fixture.db, &fixture.operator, client.id, offer).await.unwrap();
    assert_eq!(totals(&fixture, &client).await[3], 500_000);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_trial_is_worked_in_and_billed_at_its_end(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let client = fixture.client("Harbor").await;
    let trial = Some(Trial { days: 14, needs_card: false });
    let offer =
        sold(&fixture, PricingOptions { trial, setup_fee_minor: 1_000, ..PricingOptions::default() }).await;
    assert_eq!(choose(&fixture.db, &fixture.operator, client.id, offer).await.unwrap(), PlanChange::Begun);
    let held = fixture.held(&client).await;
    assert_eq!(held.state, SubscriptionState::Active);
    assert_eq!(held.trial_ends_at, Some(fixture.db.now() + TimeDelta::days(14)));
    assert_eq!(fixture.bills(&client).await, []);
    renew(&fixture, &client).await;
    let bill = fixture.bills(&client).await.remove(0);
    assert_eq!((bill.state, bill.total.minor), (InvoiceState::Issued, 501_000));
    assert_eq!(bill.period.unwrap().0, held.trial_ends_at.unwrap());
    let (start, end) = fixture.held(&client).await.period.unwrap();
    assert_eq!((end - start).num_days(), 31, "from 7 December to 7 January");
}

#[sqlx::test(migrations = "../migrations")]
async fn a_trial_with_a_card_begins_once_one_is_there(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let client = fixture.client("Harbor").await;
    let trial = Some(Trial { days: 14, needs_card: true });
    let offer = sold(&fixture, PricingOptions { trial, ..PricingOptions::default() }).await;
    assert_eq!(choose(&fixture.db, &client.owner, client.id, offer).await.unwrap(), PlanChange::Sold);
    let held = fixture.held(&client).await;
    assert_eq!(
        (held.state, held.needs_card, held.trial_days),
        (SubscriptionState::AwaitingPayment, true, Some(14))
    );
    assert_eq!(fixture.bills(&client).await, []);
    assert_eq!(renew_due(&fixture.db).await.unwrap(), 0, "there is none yet");
    sqlx::query(
        "INSERT INTO payment_card (id, workspace_id, client_id, reference, brand, last4, exp_month, exp_year, added_at)
         VALUES (gen_random_uuid(), $1, $2, 'pm_1', 'visa', '4242', 12, 2030, now())",
    )
    .bind(fixture.workspace.0)
    .bind(client.id.0)
    .execute(&pool)
    .await
    .unwrap();
    assert_eq!(renew_due(&fixture.db).await.unwrap(), 1);
    let held = fixture.held(&client).await;
    assert_eq!((held.state, held.needs_card), (SubscriptionState::Active, false));
    assert_eq!(held.trial_ends_at, Some(fixture.db.now() + TimeDelta::days(14)));
}

#[sqlx::test(migrations = "../migrations")]
async fn a_year_is_chosen_beside_a_month(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let client = fixture.client("Harbor").await;
    let offer =
        sold(&fixture, PricingOptions { year_price_minor: Some(5_000_000), ..PricingOptions::default() })
            .await;
    let by = |interval| PlanChoice { offer, interval: Some(interval) };
    let quarter = choose(&fixture.db, &fixture.operator, client.id, by(Interval::Quarter)).await;
    assert!(matches!(quarter, Err(Error::Fields(_))), "{quarter:?}");
    choose(&fixture.db, &fixture.operator, client.id, by(Interval::Year)).await.unwrap();
    let held = fixture.held(&client).await;
    assert_eq!((held.terms.interval, held.terms.price.minor), (Interval::Year, 5_000_000));
    assert_eq!(totals(&fixture, &client).await, [5_000_000]);
    let year = choose(&fixture.db, &client.owner, client.id, by(Interval::Year)).await.unwrap();
    assert_eq!(year, PlanChange::Same);
    let month = choose(&fixture.db, &client.owner, client.id, by(Interval::Month)).await.unwrap();
    assert_eq!(month, PlanChange::Next);
    renew(&fixture, &client).await;
    assert_eq!(totals(&fixture, &client).await[1], 500_000);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_founding_price_is_kept(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let client = fixture.client("Harbor").await;
    let first_price = Some(FirstPrice { minor: 9_900, periods: 2 });
    let id = sold(&fixture, PricingOptions { first_price, ..PricingOptions::default() }).await;
    choose(&fixture.db, &fixture.operator, client.id, id).await.unwrap();
    let mut draft = OfferDraft::from(&fixture.get_offer(id).await);
    draft.terms.price.minor = 900_000;
    draft.terms.pricing = PricingOptions::default();
    offers::commands::update(&fixture.db, &fixture.operator, id, &draft).await.unwrap();
    for _ in 0..2 {
        renew(&fixture, &client).await;
    }
    assert_eq!(totals(&fixture, &client).await, [9_900, 9_900, 500_000]);
}

#[sqlx::test(migrations = "../migrations")]
async fn one_client_has_a_price_of_its_own(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let (client, other) = (fixture.subscriber("Harbor").await, fixture.subscriber("Cedar").await);
    let held = fixture.held(&client).await;
    set_client_price(&fixture.db, &fixture.operator, held.id, "4,500").await.unwrap();
    let refused = set_client_price(&fixture.db, &client.owner, held.id, "1").await;
    assert!(matches!(refused, Err(Error::NotFound)), "{refused:?}");
    renew(&fixture, &client).await;
    assert_eq!(totals(&fixture, &client).await, [500_000, 450_000]);
    assert_eq!(totals(&fixture, &other).await, [500_000, 500_000]);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_code_takes_its_part_off_as_long_as_it_says(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let client = fixture.client("Harbor").await;
    let offer = fixture.offer(Starts::AtOnce).await;
    made(&fixture, &DiscountCodeForm { periods: "2".into(), ..code("welcome-20", "20%") }).await;
    let choice = PlanChoice::from(offer.id);
    let wrong = choose_with_code(&fixture.db, &fixture.operator, client.id, choice, "WELCOME-30").await;
    assert!(matches!(wrong, Err(Error::Fields(_))), "{wrong:?}");
    choose_with_code(&fixture.db, &fixture.operator, client.id, choice, " Welcome-20 ").await.unwrap();
    let first = fixture.bills(&client).await.remove(0);
    assert_eq!(first.lines[1], line("Discount WELCOME-20, 20% off", -100_000));
    renew(&fixture, &client).await;
    renew(&fixture, &client).await;
    assert_eq!(totals(&fixture, &client).await, [400_000, 400_000, 500_000]);
    let codes = queries::list_codes(&fixture.db, &fixture.operator).await.unwrap();
    assert_eq!((codes[0].code.as_str(), codes[0].uses), ("WELCOME-20", 1));
}

#[sqlx::test(migrations = "../migrations")]
async fn nothing_to_pay_needs_no_invoice_and_the_operator_adds_and_takes_codes(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let client = fixture.subscriber("Harbor").await;
    let held = fixture.held(&client).await;
    let free = made(&fixture, &code("free-month", "100")).await;
    apply_code(&fixture.db, &fixture.operator, held.id, "free-month").await.unwrap();
    renew(&fixture, &client).await;
    assert_eq!(totals(&fixture, &client).await, [500_000], "the second month is free");
    end_code(&fixture.db, &fixture.operator, free).await.unwrap();
    renew(&fixture, &client).await;
    assert_eq!(totals(&fixture, &client).await, [500_000], "who used it keeps it");
    apply_code(&fixture.db, &fixture.operator, held.id, "").await.unwrap();
    let again = apply_code(&fixture.db, &fixture.operator, held.id, "free-month").await;
    assert!(matches!(again, Err(Error::Fields(_))), "{again:?}");
    renew(&fixture, &client).await;
    assert_eq!(totals(&fixture, &client).await, [500_000, 500_000]);
    let refused = apply_code(&fixture.db, &client.owner, held.id, "").await;
    assert!(matches!(refused, Err(Error::NotFound)), "{refused:?}");
}

#[sqlx::test(migrations = "../migrations")]
async fn the_last_use_of_a_code_is_one_client_s(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let offer = fixture.offer(Starts::AtOnce).await;
    made(&fixture, &DiscountCodeForm { most_uses: "3".into(), ..code("three", "50") }).await;
    let mut tasks = JoinSet::new();
    for n in 0..8 {
        let client = fixture.client(&format!("Client {n}")).await;
        let (db, scope, offer) = (fixture.db.clone(), fixture.operator.clone(), offer.id);
        tasks.spawn(
            async move { choose_with_code(&db, &scope, client.id, offer.into(), "THREE").await.is_ok() },
        );
    }
    let mut got = 0;
    while let Some(done) = tasks.join_next().await {
        got += usize::from(done.unwrap());
    }
    assert_eq!(got, 3);
    // Whoever did not get it bought nothing.
    let held: i64 = sqlx::query_scalar("SELECT count(*) FROM subscription").fetch_one(&pool).await.unwrap();
    assert_eq!(held, 3);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_code_is_over_with_its_last_day(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let offer = fixture.offer(Starts::AtOnce).await;
    made(&fixture, &DiscountCodeForm { ends_on: "2026-11-30".into(), ..code("november", "10") }).await;
    let twice = create_code(&fixture.db, &fixture.operator, &code("November", "5")).await;
    assert!(matches!(twice, Err(Error::Fields(_))), "{twice:?}");
    let (early, late) = (fixture.client("Harbor").await, fixture.client("Cedar").await);
    let choose = async |client: &TestClient| {
        choose_with_code(&fixture.db, &fixture.operator, client.id, offer.id.into(), "november").await
    };
    // The last hour of the day in Berlin.
    fixture.wait("2026-11-30T22:30:00Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap() - fixture.db.now());
    choose(&early).await.unwrap();
    fixture.wait(TimeDelta::hours(1));
    assert!(matches!(choose(&late).await, Err(Error::Fields(_))));
}

#[sqlx::test(migrations = "../migrations")]
async fn what_a_trial_leaves_is_no_money(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let client = fixture.client("Harbor").await;
    let trial = Some(Trial { days: 14, needs_card: false });
    let trying = sold(&fixture, PricingOptions { trial, ..PricingOptions::default() }).await;
    let other = fixture.offer(Starts::AtOnce).await;
    choose(&fixture.db, &fixture.operator, client.id, trying).await.unwrap();
    fixture.wait(TimeDelta::days(1));
    commands::change_now(&fixture.db, &fixture.operator, client.id, other.id.into()).await.unwrap();
    assert_eq!(queries::balance(&fixture.db, &client.owner, client.id).await.unwrap().entries, []);
    assert_eq!(totals(&fixture, &client).await, [500_000]);
    let bill = fixture.bills(&client).await.remove(0);
    mark_paid(&fixture.db, &fixture.operator, bill.id).await.unwrap();
}
