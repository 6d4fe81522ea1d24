use chrono::TimeDelta;
use sqlx::PgPool;

use super::{ClientDetails, ClientFilter, NewClient, commands, queries};
use crate::{
    Error, Role, Scope, SystemRole,
    accounts::{self, queries::all_memberships_in},
    billing::{
        Recipient, SubscriptionState,
        commands::{self as billing, BillingDetails},
        queries as bills,
    },
    offers::Starts,
    requests::{self, Column, NewRequest, Priority},
    testing::Fixture,
};

/// An address for invoices.
fn quay() -> BillingDetails {
    let recipient = Recipient { address: "1 Quay".into(), ..Recipient::default() };
    BillingDetails { recipient, ..BillingDetails::default() }
}

fn named(name: &str) -> NewClient {
    NewClient { name: name.into(), ..NewClient::default() }
}

fn details(name: &str, billed: BillingDetails) -> ClientDetails {
    ClientDetails { name: name.into(), billed, room: String::new() }
}

#[sqlx::test(migrations = "../migrations")]
async fn a_client_by_hand_is_sold_billed_and_invited(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let (db, operator) = (&fixture.db, &fixture.operator);
    let offer = fixture.offer(Starts::AtOnce).await;
    let new = NewClient {
        name: "  Harbor  & Pine ".into(),
        offer: Some(offer.id),
        email: "Rosa@HarborPine.test".into(),
        billed: quay(),
    };
    let id = commands::create(db, operator, &new).await.unwrap();
    let client = queries::get(db, operator, id).await.unwrap();
    assert_eq!(client.name, "Harbor & Pine");
    let held = bills::find_subscription(db, operator, id).await.unwrap().unwrap();
    assert_eq!(held.state, SubscriptionState::Active);
    let invoices = bills::list(db, operator, Some(id), bills::InvoiceFilter::All, 1).await.unwrap();
    assert_eq!(invoices.invoices.len(), 1);
    let people = accounts::queries::people(db, &operator.within(id)).await.unwrap();
    assert_eq!(
        people.invited.iter().map(|one| one.email.as_str()).collect::<Vec<_>>(),
        ["rosa@harborpine.test"]
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn what_is_wrong_is_told_at_its_field_and_nothing_is_half_made(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let (db, operator) = (&fixture.db, &fixture.operator);
    let slips = NewClient { name: " ".into(), email: "rosa".into(), ..NewClient::default() };
    let Err(Error::Fields(errors)) = commands::create(db, operator, &slips).await else {
        panic!("it has slips")
    };
    assert!(errors.of("name").is_some() && errors.of("email").is_some());
    let gone = NewClient { offer: Some(crate::ids::OfferId::new()), ..named("Harbor & Pine") };
    let Err(Error::Fields(errors)) = commands::create(db, operator, &gone).await else {
        panic!("no such offer")
    };
    assert!(errors.of("offer").is_some());
    assert_eq!(queries::count(db, operator).await.unwrap(), 0);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_double_click_makes_one_client(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let offer = fixture.offer(Starts::AtOnce).await;
    let mut clicks = tokio::task::JoinSet::new();
    for name in ["Cedar Insurance", "cedar insurance", "Cedar Insurance", "CEDAR INSURANCE"] {
        let (db, operator) = (fixture.db.clone(), fixture.operator.clone());
        let new = NewClient { offer: Some(offer.id), ..named(name) };
        clicks.spawn(async move { commands::create(&db, &operator, &new).await });
    }
    let results = clicks.join_all().await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    assert!(results.iter().all(|result| matches!(result, Ok(_) | Err(Error::Fields(_)))));
    assert_eq!(queries::count(&fixture.db, &fixture.operator).await.unwrap(), 1);
}

#[sqlx::test(migrations = "../migrations")]
async fn who_leaves_is_parked_and_kept(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let (db, operator) = (&fixture.db, &fixture.operator);
    let offer = fixture.offer(Starts::AtOnce).await;
    let client = fixture.client("Willow Realty").await;
    let subscription = fixture.subscribe(&client, &offer).await;
    let asked = NewRequest {
        title: "Listing text".into(),
        brief: "For 14 Alder Street.".into(),
        priority: Priority::Normal,
        queue: true,
        files: Vec::new(),
        form_key: None,
    };
    let number = requests::commands::create(db, &client.owner, asked.clone()).await.unwrap();
    let column =
        async || requests::queries::by_number(db, operator, client.id, number).await.unwrap().card.column;
    assert_eq!(column().await, Column::InProgress);
    let why = commands::archive(db, operator, client.id).await;
    assert!(matches!(why, Err(Error::Refused(why)) if why.contains("Cancel it first")));

    billing::end_now(db, operator, subscription).await.unwrap();
    commands::archive(db, operator, client.id).await.unwrap();
    assert_eq!(column().await, Column::Backlog);
    assert_eq!(queries::list(db, operator, "", ClientFilter::Here, 1).await.unwrap().all, 0);
    assert_eq!(
        queries::list(db, operator, "wil", ClientFilter::Archived, 1).await.unwrap().rows[0].name,
        "Willow Realty"
    );
    let refused = requests::commands::create(db, &client.owner, asked).await;
    assert!(matches!(refused, Err(Error::Refused(_))));

    commands::restore(db, operator, client.id).await.unwrap();
    assert_eq!(queries::list(db, operator, "WILLOW", ClientFilter::Here, 1).await.unwrap().all, 1);
    assert_eq!(queries::list(db, operator, "100%", ClientFilter::Here, 1).await.unwrap().all, 0);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_name_that_was_given_away_is_not_brought_back(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let (db, operator) = (&fixture.db, &fixture.operator);
    let first = commands::create(db, operator, &named("Cedar")).await.unwrap();
    commands::archive(db, operator, first).await.unwrap();
    let second = commands::create(db, operator, &named("Cedar")).await.unwrap();
    assert!(matches!(commands::restore(db, operator, first).await, Err(Error::Fields(_))));
    assert!(matches!(
        commands::rename(db, operator, second, details("", BillingDetails::default())).await,
        Err(Error::Fields(_))
    ));
    commands::rename(db, operator, second, details("Cedar West", quay())).await.unwrap();
    commands::restore(db, operator, first).await.unwrap();
    assert_eq!(queries::get(db, operator, second).await.unwrap().bill_to, "Cedar West\n1 Quay");
}

#[sqlx::test(migrations = "../migrations")]
async fn the_list_is_the_operators_alone(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let client = fixture.client("Harbor & Pine").await;
    let other = Fixture::beside(&fixture.db, &pool).await;
    let db = &fixture.db;
    for scope in [&client.owner, &client.member, &client.billing] {
        assert!(matches!(queries::list(db, scope, "", ClientFilter::Here, 1).await, Err(Error::NotFound)));
        assert!(matches!(queries::search(db, scope, "", 9).await, Err(Error::NotFound)));
        assert!(matches!(queries::get(db, scope, client.id).await, Err(Error::NotFound)));
        assert!(matches!(commands::create(db, scope, &named("Mine")).await, Err(Error::NotFound)));
        assert!(matches!(commands::archive(db, scope, client.id).await, Err(Error::NotFound)));
        assert!(matches!(commands::restore(db, scope, client.id).await, Err(Error::NotFound)));
        assert!(matches!(
            commands::rename(db, scope, client.id, details("Ours", BillingDetails::default())).await,
            Err(Error::NotFound)
        ));
    }
    assert_eq!(queries::list(db, &other.operator, "", ClientFilter::Here, 1).await.unwrap().all, 0);
    assert!(matches!(queries::get(db, &other.operator, client.id).await, Err(Error::NotFound)));
    assert!(matches!(commands::archive(db, &other.operator, client.id).await, Err(Error::NotFound)));
}

/// Those of a client that has left read for ninety days, change nothing, and are let in no longer after that.
#[sqlx::test(migrations = "../migrations")]
async fn who_has_left_reads_for_ninety_days(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let client = fixture.client("Willow Realty").await;
    let (db, operator) = (&fixture.db, &fixture.operator);
    let role = async |of: &Scope| {
        let mut tx = db.begin_as(SystemRole::Auth).await.unwrap();
        let places = all_memberships_in(tx.conn(), of.person().unwrap()).await.unwrap();
        tx.commit().await.unwrap();
        places.first().map(|place| place.role)
    };
    commands::archive(db, operator, client.id).await.unwrap();
    for (of, left) in
        [(&client.owner, Role::Billing), (&client.billing, Role::Billing), (&client.member, Role::Reader)]
    {
        assert_eq!(role(of).await, Some(left));
        assert!(!left.may_work() && !left.may_manage_people());
    }
    fixture.wait(commands::READABLE - TimeDelta::hours(1));
    assert_eq!(commands::close_due(db).await.unwrap(), 0);
    fixture.wait(TimeDelta::hours(1));
    assert_eq!(commands::close_due(db).await.unwrap(), 1);
    let told: Vec<String> = sqlx::query_scalar("SELECT who FROM audit WHERE what = 'close_client'")
        .fetch_all(&fixture.pool)
        .await
        .unwrap();
    assert_eq!(told, ["The portal"]);
    assert_eq!(role(&client.owner).await, None);
    commands::restore(db, operator, client.id).await.unwrap();
    assert_eq!(role(&client.member).await, Some(Role::Member));
}
