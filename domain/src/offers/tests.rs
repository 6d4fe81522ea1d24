use sqlx::PgPool;

use super::{
    Draft, OfferState, Starts,
    commands::{Towards, archive, create, duplicate, publish, reorder, update},
    queries::{all, get, published},
};
use crate::{
    Error, Scope,
    ids::OfferId,
    testing::{Ground, draft},
};

async fn named(ground: &Ground, name: &str) -> OfferId {
    let draft = Draft { name: name.into(), ..draft(Starts::AtOnce) };
    create(&ground.db, &ground.operator, &draft).await.unwrap()
}

async fn names(ground: &Ground) -> Vec<String> {
    all(&ground.db, &ground.operator).await.unwrap().into_iter().map(|offer| offer.name).collect()
}

#[sqlx::test(migrations = "../migrations")]
async fn the_storefront_shows_what_is_published_in_order(pool: PgPool) {
    let ground = Ground::new(&pool).await;
    let (one, two, three) =
        (named(&ground, "One").await, named(&ground, "Two").await, named(&ground, "Three").await);
    let visitor = Scope::visitor(ground.workspace);
    assert_eq!(published(&ground.db, &visitor).await.unwrap(), []);
    for offer in [one, two, three] {
        publish(&ground.db, &ground.operator, offer).await.unwrap();
    }
    archive(&ground.db, &ground.operator, two).await.unwrap();
    reorder(&ground.db, &ground.operator, three, Towards::Up).await.unwrap();
    let shown: Vec<String> =
        published(&ground.db, &visitor).await.unwrap().into_iter().map(|offer| offer.name).collect();
    assert_eq!(shown, ["Three", "One"]);
    assert_eq!(names(&ground).await, ["Three", "One", "Two"]);
    assert!(matches!(get(&ground.db, &visitor, two).await, Err(Error::NotFound)));
    reorder(&ground.db, &ground.operator, three, Towards::Up).await.unwrap();
    assert_eq!(names(&ground).await, ["Three", "One", "Two"], "the first stays first");
}

#[sqlx::test(migrations = "../migrations")]
async fn a_copy_is_a_draft_of_its_own(pool: PgPool) {
    let ground = Ground::new(&pool).await;
    let offer = ground.offer(Starts::OnPayment).await;
    let copy = duplicate(&ground.db, &ground.operator, offer.id).await.unwrap();
    let copy = ground.get_offer(copy).await;
    assert_eq!((copy.name.as_str(), copy.state), ("Two at a time, copy", OfferState::Draft));
    assert_eq!((&copy.terms, &copy.intake), (&offer.terms, &offer.intake));
}

#[sqlx::test(migrations = "../migrations")]
async fn offers_are_the_operators_alone(pool: PgPool) {
    let ground = Ground::new(&pool).await;
    let stranger = Ground::beside(&ground.db, &pool).await.operator;
    let offer = named(&ground, "One").await;
    let owner = ground.client("Harbor").await.owner;
    let draft = draft(Starts::AtOnce);
    for scope in [&stranger, &owner, &Scope::visitor(ground.workspace)] {
        assert!(matches!(update(&ground.db, scope, offer, &draft).await, Err(Error::NotFound)));
        assert!(matches!(publish(&ground.db, scope, offer).await, Err(Error::NotFound)));
        assert!(matches!(duplicate(&ground.db, scope, offer).await, Err(Error::NotFound)));
        assert!(matches!(reorder(&ground.db, scope, offer, Towards::Up).await, Err(Error::NotFound)));
        assert!(matches!(get(&ground.db, scope, offer).await, Err(Error::NotFound)));
    }
    assert!(matches!(create(&ground.db, &owner, &draft).await, Err(Error::NotFound)));
    assert!(matches!(all(&ground.db, &owner).await, Err(Error::NotFound)));
    assert_eq!(all(&ground.db, &stranger).await.unwrap(), []);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_bad_offer_is_not_kept(pool: PgPool) {
    let ground = Ground::new(&pool).await;
    let bad = Draft { name: String::new(), ..draft(Starts::AtOnce) };
    assert!(matches!(create(&ground.db, &ground.operator, &bad).await, Err(Error::Fields(_))));
    let offer = named(&ground, "One").await;
    assert!(matches!(update(&ground.db, &ground.operator, offer, &bad).await, Err(Error::Fields(_))));
    assert_eq!(names(&ground).await, ["One"]);
}
