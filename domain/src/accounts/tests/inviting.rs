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
            invitations::{self, Accepted},
            sign_in,
        },
        queries,
    },
    testing::Ground,
};

const MINA: &str = "mina@cedar.test";

fn newcomer() -> Accepted<'static> {
    Accepted::As { name: "Mina Voss", password: GOOD }
}

#[sqlx::test(migrations = "../migrations")]
async fn an_invitation_works_once_however_many_try(pool: PgPool) {
    let ground = Ground::new(&pool).await;
    let house = ground.client("Cedar").await;
    invitations::invite(&ground.db, &house.owner, "Mina@Cedar.test", Role::Billing).await.unwrap();
    let link = token(&ground, MINA).await;
    let mut tries = JoinSet::new();
    for _ in 0..6 {
        let (db, link, workspace) = (ground.db.clone(), link.clone(), ground.workspace);
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
    assert_eq!(count(&ground, "SELECT count(*) FROM person WHERE email = 'mina@cedar.test'").await, 1);
    sign_in(&ground.db, ground.workspace, MINA, GOOD, "").await.unwrap();
    let again = invitations::invite(&ground.db, &house.owner, MINA, Role::Member).await;
    assert!(matches!(again, Err(Error::Fields(_))), "she is here already");
}

#[sqlx::test(migrations = "../migrations")]
async fn links_end_by_time_by_a_new_one_and_by_being_taken_back(pool: PgPool) {
    let ground = Ground::new(&pool).await;
    let house = ground.client("Cedar").await;
    let open = async |link: &str| invitations::open(&ground.db, ground.workspace, link, "").await;
    invitations::invite(&ground.db, &house.owner, MINA, Role::Member).await.unwrap();
    let first = token(&ground, MINA).await;
    ground.wait(TimeDelta::hours(2));
    let id = queries::people(&ground.db, &house.owner).await.unwrap().invited[0].id;
    invitations::resend(&ground.db, &house.owner, id).await.unwrap();
    let second = token(&ground, MINA).await;
    assert!(open(&first).await.is_err());
    assert_eq!(open(&second).await.unwrap().client.as_deref(), Some("Cedar"));
    invitations::revoke(&ground.db, &house.owner, id).await.unwrap();
    assert!(open(&second).await.is_err());
    assert!(matches!(invitations::resend(&ground.db, &house.owner, id).await, Err(Error::NotFound)));
    ground.wait(TimeDelta::hours(2));
    invitations::invite(&ground.db, &house.owner, MINA, Role::Member).await.unwrap();
    let third = token(&ground, MINA).await;
    ground.wait(TimeDelta::days(8));
    assert!(open(&third).await.is_err());
    assert!(
        invitations::accept(&ground.db, ground.workspace, &third, newcomer(), Answers::NONE, "")
            .await
            .is_err()
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn an_invitation_is_for_its_address_alone(pool: PgPool) {
    let ground = Ground::new(&pool).await;
    let house = ground.client("Cedar").await;
    create_operator(&ground.db, "olive@desk.test", "Olive Stone", Some(GOOD)).await.unwrap();
    invitations::invite(&ground.db, &house.owner, "olive@desk.test", Role::Member).await.unwrap();
    let link = token(&ground, "olive@desk.test").await;
    assert!(invitations::open(&ground.db, ground.workspace, &link, "").await.unwrap().known);
    let accept =
        async |by| invitations::accept(&ground.db, ground.workspace, &link, by, Answers::NONE, "").await;
    let stranger = house.member.person().unwrap();
    assert!(matches!(accept(Accepted::By(stranger)).await, Err(Error::Refused(_))));
    assert!(matches!(accept(newcomer()).await, Err(Error::Refused(_))), "nobody sets her password anew");
    assert!(matches!(accept(Accepted::With { password: "a wrong one" }).await, Err(Error::Fields(_))));
    let place = accept(Accepted::With { password: GOOD }).await.unwrap();
    assert_eq!(place.client.map(|(id, _)| id), Some(house.id));
}

#[sqlx::test(migrations = "../migrations")]
async fn only_those_who_manage_people_invite_and_only_into_their_own(pool: PgPool) {
    let ground = Ground::new(&pool).await;
    let (house, other) = (ground.client("Cedar").await, ground.client("Willow").await);
    for scope in [&house.member, &house.billing] {
        assert!(matches!(
            invitations::invite(&ground.db, scope, MINA, Role::Member).await,
            Err(Error::Refused(_))
        ));
    }
    let up = invitations::invite(&ground.db, &house.owner, MINA, Role::Operator).await;
    assert!(matches!(up, Err(Error::Fields(_))), "a client makes no operators");
    invitations::invite(&ground.db, &ground.operator, "zoe@desk.test", Role::Operator).await.unwrap();
    invitations::invite(&ground.db, &ground.operator.within(house.id), MINA, Role::Owner).await.unwrap();
    let id = queries::people(&ground.db, &house.owner).await.unwrap().invited[0].id;
    assert!(matches!(invitations::revoke(&ground.db, &other.owner, id).await, Err(Error::NotFound)));
    assert!(matches!(invitations::resend(&ground.db, &other.owner, id).await, Err(Error::NotFound)));
    let elsewhere = Ground::beside(&ground.db, &pool).await;
    assert!(matches!(invitations::revoke(&ground.db, &elsewhere.operator, id).await, Err(Error::NotFound)));
    let link = token(&ground, MINA).await;
    assert!(invitations::open(&ground.db, elsewhere.workspace, &link, "").await.is_err());
    assert_eq!(
        queries::people(&ground.db, &house.member).await.unwrap().invited,
        [],
        "a member sees no invitations"
    );
    assert_eq!(mails(&ground, "zoe@desk.test").await.len(), 1);
}
