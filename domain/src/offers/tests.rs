use sqlx::PgPool;

use super::{
    OfferDraft, OfferState, Starts,
    commands::{Direction, archive, create, duplicate, publish, reorder, update},
    queries::{get, list, list_published},
};
use crate::{
    Error, Scope,
    ids::OfferId,
    testing::{Fixture, draft},
};

async fn named(fixture: &Fixture, name: &str) -> OfferId {
    let draft = OfferDraft { name: name.into(), ..draft(Starts::AtOnce) };
    create(&fixture.db, &fixture.operator, &draft).await.unwrap()
}

async fn names(fixture: &Fixture) -> Vec<String> {
    list(&fixture.db, &fixture.operator).await.unwrap().into_iter().map(|offer| offer.name).collect()
}

#[sqlx::test(migrations = "../migrations")]
async fn the_storefront_shows_what_is_published_in_order(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let (one, two, three) =
        (named(&fixture, "One").await, named(&fixture, "Two").await, named(&fixture, "Three").await);
    let visitor = Scope::visitor(fixture.workspace);
    assert_eq!(list_published(&fixture.db, &visitor).await.unwrap(), []);
    for offer in [one, two, three] {
        publish(&fixture.db, &fixture.operator, offer).await.unwrap();
    }
    archive(&fixture.db, &fixture.operator, two).await.unwrap();
    reorder(&fixture.db, &fixture.operator, three, Direction::Up).await.unwrap();
    let shown: Vec<String> =
        list_published(&fixture.db, &visitor).await.unwrap().into_iter().map(|offer| offer.name).collect();
    assert_eq!(shown, ["Three", "One"]);
    assert_eq!(names(&fixture).await, ["Three", "One", "Two"]);
    assert!(matches!(get(&fixture.db, &visitor, two).await, Err(Error::NotFound)));
    reorder(&fixture.db, &fixture.operator, three, Direction::Up).await.unwrap();
    assert_eq!(names(&fixture).await, ["Three", "One", "Two"], "the first stays first");
}

#[sqlx::test(migrations = "../migrations")]
async fn a_copy_is_a_draft_of_its_own(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let offer = fixture.offer(Starts::OnPayment).await;
    let copy = duplicate(&fixture.db, &fixture.operator, offer.id).await.unwrap();
    let copy = fixture.get_offer(copy).await;
    assert_eq!((copy.name.as_str(), copy.state), ("Two at a time, copy", OfferState::Draft));
    assert_eq!((&copy.terms, &copy.intake), (&offer.terms, &offer.intake));
}

#[sqlx::test(migrations = "../migrations")]
async fn offers_are_the_operators_alone(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let stranger = Fixture::beside(&fixture.db, &pool).await.operator;
    let offer = named(&fixture, "One").await;
    let owner = fixture.client("Harbor").await.owner;
    let draft = draft(Starts::AtOnce);
    for scope in [&stranger, &owner, &Scope::visitor(fixture.workspace)] {
        assert!(matches!(update(&fixture.db, scope, offer, &draft).await, Err(Error::NotFound)));
        assert!(matches!(publish(&fixture.db, scope, offer).await, Err(Error::NotFound)));
        assert!(matches!(duplicate(&fixture.db, scope, offer).await, Err(Error::NotFound)));
        assert!(matches!(reorder(&fixture.db, scope, offer, Direction::Up).await, Err(Error::NotFound)));
        assert!(matches!(get(&fixture.db, scope, offer).await, Err(Error::NotFound)));
    }
    assert!(matches!(create(&fixture.db, &owner, &draft).await, Err(Error::NotFound)));
    assert!(matches!(list(&fixture.db, &owner).await, Err(Error::NotFound)));
    assert_eq!(list(&fixture.db, &stranger).await.unwrap(), []);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_bad_offer_is_not_kept(pool: PgPool) {
    let fixture = Fixture::new(&pool).await;
    let bad = OfferDraft { name: String::new(), ..draft(Starts::AtOnce) };
    assert!(matches!(create(&fixture.db, &fixture.operator, &bad).await, Err(Error::Fields(_))));
    let offer = named(&fixture, "One").await;
    assert!(matches!(update(&fixture.db, &fixture.operator, offer, &bad).await, Err(Error::Fields(_))));
    assert_eq!(names(&fixture).await, ["One"]);
}
