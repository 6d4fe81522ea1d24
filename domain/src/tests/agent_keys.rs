//! An agent's key: set by an operator, read by the server's own work, seen by nobody.

use sqlx::PgPool;

use super::world::World;
use crate::{
    Db, Error, Scope, SystemRole, agents,
    sealed::{self, Keyring, UnopenedSecrets},
};

const PLANTED: &str = "sk-planted-4711";

async fn rows(db: &Db, scope: &Scope) -> i64 {
    let mut tx = db.begin(scope).await.unwrap();
    sqlx::query_scalar("SELECT count(*) FROM agent_key").fetch_one(tx.conn()).await.unwrap()
}

#[sqlx::test(migrations = "../migrations")]
async fn a_key_goes_in_and_only_the_server_takes_it_out(pool: PgPool) {
    let world = World::new(pool).await;
    let db = &world.db;
    let house = world.client("Harbor & Pine Law", 1).await;
    world.ask(&house, "Draft a lease").await;
    let claimed = world.claim().await;
    assert_eq!(agents::queries::reach(db, &claimed).await.unwrap().key, None);

    agents::commands::set_key(db, &world.operator, claimed.agent, "sk-older").await.unwrap();
    agents::commands::set_key(db, &world.operator, claimed.agent, &format!(" {PLANTED}\n")).await.unwrap();
    assert!(agents::queries::has_key(db, &world.operator, claimed.agent).await.unwrap());
    let reach = agents::queries::reach(db, &claimed).await.unwrap();
    assert_eq!(reach.key.as_deref(), Some(PLANTED));
    assert!(!format!("{reach:?}").contains(PLANTED));

    let dump: String = sqlx::query_scalar("SELECT string_agg(row_to_json(k)::text, '') FROM agent_key k")
        .fetch_one(&world.pool)
        .await
        .unwrap();
    let hex: String = PLANTED.bytes().map(|byte| format!("{byte:02x}")).collect();
    assert!(!dump.contains(PLANTED) && !dump.contains(&hex), "{dump}");

    for (scope, seen) in [
        (&world.operator, 1),
        (&Scope::system(world.workspace), 1),
        (&world.operator.within(house.id), 0),
        (&claimed.scope, 0),
        (&house.owner, 0),
        (&house.billing, 0),
        (&Scope::visitor(world.workspace), 0),
        (&world.beside().await.operator, 0),
    ] {
        assert_eq!(rows(db, scope).await, seen, "{scope:?}");
    }

    agents::commands::remove_key(db, &world.operator, claimed.agent).await.unwrap();
    assert_eq!(agents::queries::reach(db, &claimed).await.unwrap().key, None);
}

#[sqlx::test(migrations = "../migrations")]
async fn who_may_not_is_not_told_that_there_is_one(pool: PgPool) {
    let world = World::new(pool).await;
    let db = &world.db;
    let house = world.client("Harbor & Pine Law", 1).await;
    let agent = agents::queries::list(db, &world.operator).await.unwrap().remove(0).id;
    let beside = world.beside().await;
    for scope in [&house.owner, &beside.operator, &Scope::visitor(world.workspace)] {
        assert!(
            matches!(agents::commands::set_key(db, scope, agent, PLANTED).await, Err(Error::NotFound)),
            "{scope:?}"
        );
    }
    assert!(matches!(agents::commands::remove_key(db, &house.owner, agent).await, Err(Error::NotFound)));
    for wrong in ["", "two words", "línea", &"x".repeat(5_000)] {
        let error = agents::commands::set_key(db, &world.operator, agent, wrong).await.unwrap_err();
        assert!(matches!(error, Error::Fields(errors) if errors.of("key").is_some()), "{wrong}");
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn a_node_knows_what_was_sealed_under_another_nodes_key(pool: PgPool) {
    let world = World::new(pool.clone()).await;
    let house = world.client("Harbor & Pine Law", 1).await;
    world.ask(&house, "Draft a lease").await;
    let agent = world.claim().await.agent;
    let beside = world.beside().await;
    let (ours, theirs) = (Keyring::generate(), Keyring::generate());
    let node = |keys: &str| world.db.clone().with_keyring(Keyring::parse(keys).unwrap());
    assert_eq!(sealed::unopened(&node(&ours)).await.unwrap(), []);
    agents::commands::set_key(&node(&theirs), &world.operator, agent, PLANTED).await.unwrap();
    assert_eq!(sealed::unopened(&node(&theirs)).await.unwrap(), []);
    let found = sealed::unopened(&node(&ours)).await.unwrap();
    let key_id = Keyring::parse(&theirs).unwrap().name().to_owned();
    assert_eq!(found, [UnopenedSecrets { key_id, agents: 1, webhooks: 0, payments: 0 }]);
    // Replaced by a newer one, it opens still.
    assert_eq!(sealed::unopened(&node(&format!("{ours},{theirs}"))).await.unwrap(), []);
    // The doctor comes by the owner's connection, and may find no key at all.
    let mut conn = pool.acquire().await.unwrap();
    assert_eq!(sealed::unopened_by(&mut conn, None).await.unwrap(), found);
    // No tenant sees it: neither the keys nor their names are anybody's to read but the server's.
    let mut tx = world.db.begin(&beside.operator).await.unwrap();
    let seen: i64 = sqlx::query_scalar("SELECT count(*) FROM agent_key").fetch_one(tx.conn()).await.unwrap();
    assert_eq!(seen, 0);
    let mut tx = world.db.begin_as(SystemRole::Jobs).await.unwrap();
    assert!(sqlx::query("SELECT sealed FROM agent_key").fetch_all(tx.conn()).await.is_err());
}

#[sqlx::test(migrations = "../migrations")]
async fn a_key_moves_to_the_newest_master_key_when_it_is_used(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine Law", 1).await;
    world.ask(&house, "Draft a lease").await;
    let claimed = world.claim().await;
    let (old, new) = (Keyring::generate(), Keyring::generate());
    let under = |keys: &str| world.db.clone().with_keyring(Keyring::parse(keys).unwrap());
    agents::commands::set_key(&under(&old), &world.operator, claimed.agent, PLANTED).await.unwrap();
    let lost = agents::queries::reach(&under(&new), &claimed).await.unwrap_err();
    assert!(matches!(&lost, Error::Broken(why) if why.contains("which is not here")), "{lost}");
    for keys in [format!("{new},{old}"), new] {
        let reach = agents::queries::reach(&under(&keys), &claimed).await.unwrap();
        assert_eq!(reach.key.as_deref(), Some(PLANTED));
    }
}
