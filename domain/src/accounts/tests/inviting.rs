use chrono::TimeDelta;
use sqlx::PgPool;
use tokio::task::JoinSet;

use super::{GOOD, count, mails, token};
use crate::{
    Error, Role,
    accounts::{
        commands::{
            claims::Answers,
            create_operator,
            invitations::{self, Acceptance},
            sign_in,
        },
        limits, queries,
    },
    testing::Fixture,
};

const MINA: &str = "mina@cedar.test";

fn newcomer() -> Acceptance<'static> {
    Acceptance::As { name: "Mina Voss", password: GOOD }
}

#[sqlx::test(migrations = "../migrations")]
async fn an_invitation_works_once_however_many_try(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let house = fixture.client("Cedar").await;
    invitations::invite(&fixture.db, &house.owner, "Mina@Cedar.test", Role::Billing).await.unwrap();
    let link = token(&fixture, MINA).await;
    let mut tries = JoinSet::new();
    for _ in 0..6 {
        let (db, link, workspace) = (fixture.db.clone(), link.clone(), fixture.workspace);
        tries.spawn(async move {
            invitations::accept(&db, workspace, &link, newcomer(), Answers::NONE, "").await
        });
    }
    let done = tries.join_all().await;
    let places: Vec<_> = done.into_iter().filter_map(Result::ok).collect();
    assert_eq!(places.len(), 1);
    assert_eq!(
        (places[0].role, places[0].client.as_ref().map(|(id, _)| *id)),
        (Role::Billing, Some(house.id))
    );
    assert_eq!(count(&fixture, "SELECT count(*) FROM person WHERE email = 'mina@cedar.test'").await, 1);
    sign_in(&fixture.db, fixture.workspace, MINA, GOOD, "").await.unwrap();
    let again = invitations::invite(&fixture.db, &house.owner, MINA, Role::Member).await;
    assert!(matches!(again, Err(Error::Fields(_))), "she is here already");
}

#[sqlx::test(migrations = "../migrations")]
async fn links_end_by_time_by_a_new_one_and_by_being_taken_back(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let house = fixture.client("Cedar").await;
    let open = async |link: &str| invitations::open(&fixture.db, fixture.workspace, link, "").await;
    invitations::invite(&fixture.db, &house.owner, MINA, Role::Member).await.unwrap();
    let first = token(&fixture, MINA).await;
    fixture.wait(TimeDelta::hours(2));
    let id = queries::people(&fixture.db, &house.owner).await.unwrap().invited[0].id;
    invitations::resend(&fixture.db, &house.owner, id).await.unwrap();
    let second = token(&fixture, MINA).await;
    assert!(open(&first).await.is_err());
    assert_eq!(open(&second).await.unwrap().client.as_deref(), Some("Cedar"));
    invitations::revoke(&fixture.db, &house.owner, id).await.unwrap();
    assert!(open(&second).await.is_err());
    assert!(matches!(invitations::resend(&fixture.db, &house.owner, id).await, Err(Error::NotFound)));
    fixture.wait(TimeDelta::hours(2));
    invitations::invite(&fixture.db, &house.owner, MINA, Role::Member).await.unwrap();
    let third = token(&fixture, MINA).await;
    fixture.wait(TimeDelta::days(8));
    assert!(open(&third).await.is_err());
    assert!(
        invitations::accept(&fixture.db, fixture.workspace, &third, newcomer(), Answers::NONE, "")
            .await
            .is_err()
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn an_invitation_is_for_its_address_alone(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let house = fixture.client("Cedar").await;
    create_operator(&fixture.db, "olive@desk.test", "Olive Stone", Some(GOOD)).await.unwrap();
    invitations::invite(&fixture.db, &house.owner, "olive@desk.test", Role::Member).await.unwrap();
    let link = token(&fixture, "olive@desk.test").await;
    assert!(invitations::open(&fixture.db, fixture.workspace, &link, "").await.unwrap().known);
    let accept =
        async |by| invitations::accept(&fixture.db, fixture.workspace, &link, by, Answers::NONE, "").await;
    let stranger = house.member.person().unwrap();
    assert!(matches!(accept(Acceptance::By(stranger)).await, Err(Error::Refused(_))));
    assert!(matches!(accept(newcomer()).await, Err(Error::Refused(_))), "nobody sets her password anew");
    assert!(matches!(accept(Acceptance::With { password: "a wrong one" }).await, Err(Error::Fields(_))));
    let place = accept(Acceptance::With { password: GOOD }).await.unwrap();
    assert_eq!(place.client.map(|(id, _)| id), Some(house.id));
}

#[sqlx::test(migrations = "../migrations")]
async fn only_those_who_manage_people_invite_and_only_into_their_own(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let (house, other) = (fixture.client("Cedar").await, fixture.client("Willow").await);
    for scope in [&house.member, &house.billing] {
        assert!(matches!(
            invitations::invite(&fixture.db, scope, MINA, Role::Member).await,
            Err(Error::Refused(_))
        ));
    }
    let up = invitations::invite(&fixture.db, &house.owner, MINA, Role::Operator).await;
    assert!(matches!(up, Err(Error::Fields(_))), "a client makes no operators");
    invitations::invite(&fixture.db, &fixture.operator, "zoe@desk.test", Role::Operator).await.unwrap();
    invitations::invite(&fixture.db, &fixture.operator.within(house.id), MINA, Role::Owner).await.unwrap();
    let id = queries::people(&fixture.db, &house.owner).await.unwrap().invited[0].id;
    assert!(matches!(invitations::revoke(&fixture.db, &other.owner, id).await, Err(Error::NotFound)));
    assert!(matches!(invitations::resend(&fixture.db, &other.owner, id).await, Err(Error::NotFound)));
    let elsewhere = Fixture::beside(&fixture.db, &pool).await;
    assert!(matches!(invitations::revoke(&fixture.db, &elsewhere.operator, id).await, Err(Error::NotFound)));
    let link = token(&fixture, MINA).await;
    assert!(invitations::open(&fixture.db, elsewhere.workspace, &link, "").await.is_err());
    assert_eq!(
        queries::people(&fixture.db, &house.member).await.unwrap().invited,
        [],
        "a member sees no invitations"
    );
    assert_eq!(mails(&fixture, "zoe@desk.test").await.len(), 1);
}

/// Nobody sends mails by the hundred in the portal's name.
#[sqlx::test(migrations = "../migrations")]
async fn invitations_have_an_end_for_each_address_and_for_each_hour(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let (house, other) = (fixture.client("Cedar").await, fixture.client("Harbor").await);
    let invite = async |who: &crate::Scope, email: &str| {
        invitations::invite(&fixture.db, who, email, Role::Member).await
    };
    for _ in 0..limits::INVITATION_PAIR.most {
        invite(&house.owner, MINA).await.unwrap();
    }
    assert!(matches!(invite(&house.owner, MINA).await, Err(Error::TooMany { .. })));
    for n in 0..limits::INVITATIONS.most {
        let _ = invite(&house.owner, &format!("colleague-{n}@cedar.test")).await;
    }
    let before = count(&fixture, "SELECT count(*) FROM mail").await;
    let refused = invite(&house.owner, "one-more@cedar.test").await;
    assert!(matches!(refused, Err(Error::TooMany { .. })), "{refused:?}");
    assert_eq!(count(&fixture, "SELECT count(*) FROM mail").await, before, "no mail is written");
    invite(&other.owner, "someone@harbor.test").await.unwrap();
}
