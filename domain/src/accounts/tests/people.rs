use sqlx::PgPool;

use crate::{
    Actor, Error, Role, Scope,
    accounts::{commands::people, queries},
    ids::MembershipId,
    testing::Fixture,
};

fn place(scope: &Scope) -> MembershipId {
    match &scope.actor {
        Actor::Person { membership, .. } => *membership,
        other => panic!("no person: {other:?}"),
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn an_owner_decides_who_may_what(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let house = fixture.client("Cedar").await;
    people::set_role(&fixture.db, &house.owner, place(&house.member), Role::Billing).await.unwrap();
    let here = queries::people(&fixture.db, &house.owner).await.unwrap().colleagues;
    assert_eq!(here.iter().filter(|colleague| colleague.role == Role::Billing).count(), 2);
    let up = people::set_role(&fixture.db, &house.owner, place(&house.member), Role::Operator).await;
    assert!(matches!(up, Err(Error::NotFound)));
    let by_member = people::remove(&fixture.db, &house.member, place(&house.billing)).await;
    assert!(matches!(by_member, Err(Error::Refused(_))));
    let other = fixture.client("Willow").await;
    let foreign = people::remove(&fixture.db, &other.owner, place(&house.member)).await;
    assert!(matches!(foreign, Err(Error::NotFound)));
    people::remove(&fixture.db, &fixture.operator.within(house.id), place(&house.member)).await.unwrap();
}

#[sqlx::test(migrations = "../migrations")]
async fn two_owners_never_remove_each_other(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let house = fixture.client("Cedar").await;
    let alone = people::set_role(&fixture.db, &house.owner, place(&house.owner), Role::Member).await;
    assert!(matches!(alone, Err(Error::Refused(_))), "the last owner stays one");
    people::set_role(&fixture.db, &house.owner, place(&house.member), Role::Owner).await.unwrap();
    let (one, two) = tokio::join!(
        people::remove(&fixture.db, &house.owner, place(&house.member)),
        people::remove(&fixture.db, &house.owner, place(&house.owner)),
    );
    assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
    let last = people::remove(&fixture.db, &fixture.operator, place(&fixture.operator)).await;
    assert!(matches!(last, Err(Error::Refused(_))), "the last operator stays");
}
