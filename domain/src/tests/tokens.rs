//! Tokens: who acts follows from the text alone, and what is revoked opens nothing.

use std::time::Duration;

use chrono::TimeDelta;
use sqlx::PgPool;

use super::world::World;
use crate::{
    Actor, Error, Role,
    agents::{self, NewAgent},
    runs,
    tokens::{self, NewToken, Right},
};

fn new(name: &str, rights: &[Right]) -> NewToken {
    NewToken { name: name.into(), agent: None, client: None, rights: rights.to_vec() }
}

#[sqlx::test(migrations = "../migrations")]
async fn a_token_says_who_acts(pool: PgPool) {
    let world = World::new(pool).await;
    let db = &world.db;
    let house = world.client("Harbor & Pine Law", 1).await;
    let own = NewAgent { name: "Juno".into(), persona: String::new(), client: Some(house.id) };
    let juno = agents::commands::create(db, &world.operator, own).await.unwrap();

    let of_agent = NewToken { agent: Some(juno), ..new("Juno's", &[]) };
    let (_, text) = tokens::commands::create(db, &world.operator, of_agent).await.unwrap();
    let bearer = tokens::commands::authenticate(db, &text).await.unwrap();
    assert_eq!(bearer.scope.client, Some(house.id));
    assert_eq!(bearer.scope.actor, Actor::Agent { id: juno, name: "Juno".into() });
    assert!(bearer.may(Right::Work) && !bearer.may(Right::Read));

    let desk = new("Atlas", &[Right::Write, Right::Read, Right::Read]);
    let (_, text) = tokens::commands::create(db, &world.operator, desk).await.unwrap();
    let bearer = tokens::commands::authenticate(db, &text).await.unwrap();
    assert!(bearer.scope.is_wide() && !bearer.may(Right::Work) && !bearer.may(Right::Dangerous));
    assert!(
        matches!(&bearer.scope.actor, Actor::Person { id, name, role: Role::Operator, .. }
            if Some(*id) == world.operator.person() && name == "Atlas"),
        "{bearer:?}"
    );

    let narrow = NewToken { client: Some(house.id), ..new("One client's", &[Right::Read]) };
    let (_, text) = tokens::commands::create(db, &world.operator, narrow).await.unwrap();
    let bearer = tokens::commands::authenticate(db, &text).await.unwrap();
    assert!(!bearer.scope.is_wide() && bearer.scope.client == Some(house.id));
}

#[sqlx::test(migrations = "../migrations")]
async fn what_is_revoked_opens_nothing(pool: PgPool) {
    let world = World::new(pool).await;
    let db = &world.db;
    let (id, text) =
        tokens::commands::create(db, &world.operator, new("Atlas", &[Right::Read])).await.unwrap();
    let kept: Vec<u8> = sqlx::query_scalar("SELECT hash FROM token").fetch_one(&world.pool).await.unwrap();
    assert!(
        kept.len() == 32 && !text.as_bytes().windows(8).any(|part| kept.windows(8).any(|own| own == part))
    );
    tokens::commands::authenticate(db, &text).await.unwrap();
    let listed = tokens::queries::list(db, &world.operator).await.unwrap();
    assert!(listed[0].used_at.is_some() && listed[0].revoked_at.is_none());

    let beside = world.beside().await;
    assert!(matches!(tokens::commands::revoke(db, &beside.operator, id).await, Err(Error::NotFound)));
    assert!(tokens::queries::list(db, &beside.operator).await.unwrap().is_empty());
    let house = world.client("Harbor & Pine Law", 1).await;
    assert!(matches!(tokens::queries::list(db, &house.owner).await, Err(Error::NotFound)));
    assert!(matches!(tokens::commands::revoke(db, &house.owner, id).await, Err(Error::NotFound)));

    tokens::commands::revoke(db, &world.operator, id).await.unwrap();
    assert!(matches!(tokens::commands::revoke(db, &world.operator, id).await, Err(Error::NotFound)));
    for text in [text.as_str(), "tl_", "", "tl_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
        assert!(matches!(tokens::commands::authenticate(db, text).await, Err(Error::NotFound)), "{text:?}");
    }
}

/// One who has left, and a client that is archived, take their tokens along.
#[sqlx::test(migrations = "../migrations")]
async fn a_token_goes_with_whoever_it_acts_for(pool: PgPool) {
    let world = World::new(pool).await;
    let db = &world.db;
    let house = world.client("Harbor & Pine Law", 1).await;
    let narrow = NewToken { client: Some(house.id), ..new("One client's", &[Right::Read]) };
    let (_, narrow) = tokens::commands::create(db, &world.operator, narrow).await.unwrap();
    let (_, wide) =
        tokens::commands::create(db, &world.operator, new("Atlas", &[Right::Read])).await.unwrap();
    let (_, works) = tokens::commands::create(
        db,
        &world.operator,
        NewToken { agent: Some(world.agent), ..new("Mina's", &[]) },
    )
    .await
    .unwrap();
    sqlx::query("UPDATE client SET archived_at = now()").execute(&world.pool).await.unwrap();
    assert!(matches!(tokens::commands::authenticate(db, &narrow).await, Err(Error::NotFound)));
    assert!(tokens::commands::authenticate(db, &wide).await.is_ok());
    let gone = "UPDATE membership SET removed_at = now() WHERE role = 'operator'";
    sqlx::query(gone).execute(&world.pool).await.unwrap();
    assert!(matches!(tokens::commands::authenticate(db, &wide).await, Err(Error::NotFound)));
    assert!(tokens::commands::authenticate(db, &works).await.is_ok(), "an agent goes on");
}

#[sqlx::test(migrations = "../migrations")]
async fn a_token_is_refused_beside_its_field(pool: PgPool) {
    let world = World::new(pool).await;
    let foreign = world.beside().await;
    for (new, field) in [
        (new(" ", &[Right::Read]), "name"),
        (new("Atlas", &[]), "rights"),
        (new("Atlas", &[Right::Work]), "agent"),
        (NewToken { agent: Some(foreign.agent), ..new("Atlas", &[]) }, "agent"),
    ] {
        match tokens::commands::create(&world.db, &world.operator, new).await {
            Err(Error::Fields(errors)) => assert!(errors.of(field).is_some(), "{errors:?}"),
            other => panic!("{other:?}"),
        }
    }
}

/// The server's own for a program: of one attempt at one run, and no longer than that.
#[sqlx::test(migrations = "../migrations")]
async fn a_program_at_work_has_its_run_and_no_more(pool: PgPool) {
    let world = World::new(pool).await;
    let db = &world.db;
    let house = world.client("Harbor & Pine Law", 1).await;
    world.ask(&house, "A letter").await;
    let lease = Duration::from_secs(30);
    let claimed = runs::commands::claim_due(db, "a worker", lease).await.unwrap().unwrap();
    let (id, text) = tokens::commands::create_for_attempt(db, &claimed).await.unwrap();
    assert!(!claimed.redact(&format!("It is {text}.")).contains(&text));
    let bearer = tokens::commands::authenticate(db, &text).await.unwrap();
    assert_eq!((bearer.token, bearer.run), (id, Some((claimed.run, 1))));
    assert_eq!(bearer.scope, claimed.scope);
    assert!(bearer.may(Right::Work) && bearer.rights.len() == 1);
    assert_eq!(tokens::queries::list(db, &world.operator).await.unwrap(), [], "no person made it");
    assert!(matches!(tokens::commands::revoke(db, &world.operator, id).await, Err(Error::NotFound)));

    db.clock().advance(TimeDelta::seconds(31));
    let gone =
        async |text: &str| matches!(tokens::commands::authenticate(db, text).await, Err(Error::NotFound));
    assert!(gone(&text).await, "the lease is out");
    runs::commands::heartbeat(db, &claimed, lease).await.unwrap();
    assert!(!gone(&text).await);
    runs::commands::release(db, &claimed).await.unwrap();
    assert!(gone(&text).await);
    let next = runs::commands::claim_due(db, "another", lease).await.unwrap().unwrap();
    assert!(gone(&text).await, "another attempt has the run");
    let (id, text) = tokens::commands::create_for_attempt(db, &next).await.unwrap();
    assert!(!gone(&text).await);
    tokens::commands::revoke_for_attempt(db, &next, id).await.unwrap();
    assert!(gone(&text).await);
    let (_, text) = tokens::commands::create_for_attempt(db, &next).await.unwrap();
    runs::commands::fail(db, &next, "It did not work.").await.unwrap();
    assert!(gone(&text).await, "the run is over");
}
