//! Costs: what was used is counted once and priced, limits hold before they are passed, and no client sees any of it.

use chrono::TimeDelta;
use sqlx::PgPool;

use super::world::World;
use crate::testing::TestClient;
use crate::{
    Error,
    costs::{self, Micros, PriceForm, Subject, UsageReport},
    money::{Currency, Money},
    runs::ClaimedRun,
};

fn price(input: &str, cached: &str, output: &str) -> PriceForm {
    PriceForm { model: "m".into(), input: input.into(), cached: cached.into(), output: output.into() }
}

async fn spend(world: &World, claimed: &ClaimedRun, key: &str, input: u64, output: u64) {
    let spent = UsageReport {
        key: key.into(),
        model: "m".into(),
        input_tokens: input,
        cached_tokens: input / 2,
        output_tokens: output,
        micros: None,
    };
    costs::commands::record(&world.db, claimed, &spent).await.unwrap();
}

async fn working(world: &World) -> (TestClient, ClaimedRun) {
    let house = world.client("Harbor & Pine Law", 1).await;
    world.ask(&house, "Draft a lease").await;
    let claimed = world.claim().await;
    (house, claimed)
}

#[sqlx::test(migrations = "../migrations")]
async fn what_was_used_is_priced_once(pool: PgPool) {
    let world = World::new(pool).await;
    let (house, claimed) = working(&world).await;
    let (db, operator) = (&world.db, &world.operator);
    // Told twice, as backends do that say what they used so far: the last counts. There is no price yet.
    spend(&world, &claimed, "a", 100, 10).await;
    spend(&world, &claimed, "a", 2_000_000, 1_000_000).await;
    let report = costs::queries::report(db, operator, None).await.unwrap();
    assert_eq!((report.cost, report.models[0].unpriced), (Micros(0), 1));
    assert_eq!(costs::queries::prices(db, operator).await.unwrap().missing, ["m"]);

    // A million read anew, a million from the cache, a million written.
    costs::commands::set_price(db, operator, &price("3", "0.30", "15")).await.unwrap();
    let report = costs::queries::report(db, operator, None).await.unwrap();
    assert_eq!(report.cost, Micros(18_300_000));
    assert_eq!(report.months.last().unwrap().cost, Micros(18_300_000));
    assert_eq!((report.months.len(), report.agents[0].name.as_str()), (12, "Mina"));
    assert!(costs::queries::prices(db, operator).await.unwrap().missing.is_empty());
    // What has its price keeps it.
    costs::commands::set_price(db, operator, &price("300", "", "1500")).await.unwrap();
    assert_eq!(costs::queries::report(db, operator, None).await.unwrap().cost, Micros(18_300_000));
    // What a backend says itself goes before the table.
    let told = UsageReport { key: "b".into(), model: "m".into(), micros: Some(7), ..UsageReport::default() };
    costs::commands::record(db, &claimed, &told).await.unwrap();
    let report = costs::queries::report(db, operator, None).await.unwrap();
    let line = &report.clients[0];
    assert_eq!((line.id, line.cost), (house.id, Micros(18_300_007)));
    let of_request = costs::queries::of_request(db, operator, claimed.request).await.unwrap();
    assert_eq!((of_request.len(), of_request[0].cost), (1, Micros(18_300_007)));
}

/// What a client pays a month, less what its work cost.
#[sqlx::test(migrations = "../migrations")]
async fn the_margin_is_what_is_left(pool: PgPool) {
    let world = World::new(pool).await;
    let (_, claimed) = working(&world).await;
    let (db, operator) = (&world.db, &world.operator);
    costs::commands::set_price(db, operator, &price("10", "", "10")).await.unwrap();
    spend(&world, &claimed, "a", 2_000_000, 500_000).await;
    let report = costs::queries::report(db, operator, None).await.unwrap();
    let line = &report.clients[0];
    let pays = line.pays.unwrap();
    assert_eq!(line.margin, Some(Money::new(pays.minor - 2_500, pays.currency)));
    assert_eq!(report.pays, pays);
    // Next month nothing has been used yet.
    world.wait(TimeDelta::days(31));
    let report = costs::queries::report(db, operator, None).await.unwrap();
    assert_eq!((report.cost, report.months[10].cost), (Micros(0), Micros(25_000_000)));
    let before = costs::queries::report(db, operator, Some(report.months[10].first)).await.unwrap();
    assert_eq!(before.cost, Micros(25_000_000));
    // In euros it cannot be said until it is known what a dollar is.
    for sql in ["UPDATE workspace SET currency = 'EUR'", "UPDATE subscription SET currency = 'EUR'"] {
        sqlx::query(sql).execute(&world.pool).await.unwrap();
    }
    let month = Some(before.month);
    assert_eq!(costs::queries::report(db, operator, month).await.unwrap().margin, None);
    costs::commands::set_rate(db, operator, Currency::EUR, "0.80").await.unwrap();
    let report = costs::queries::report(db, operator, month).await.unwrap();
    assert_eq!(report.margin, Some(Money::new(report.pays.minor - 2_000, Currency::EUR)));
}

/// A limit is hit one step before it is passed, and only in its month.
#[sqlx::test(migrations = "../migrations")]
async fn a_limit_is_hit_before_it_is_passed(pool: PgPool) {
    let world = World::new(pool).await;
    let (house, claimed) = working(&world).await;
    let (db, operator) = (&world.db, &world.operator);
    costs::commands::set_price(db, operator, &price("10", "", "10")).await.unwrap();
    costs::commands::set_limit(db, operator, Subject::Agent(claimed.agent), "$49").await.unwrap();
    costs::commands::set_limit(db, operator, Subject::Client(house.id), "35").await.unwrap();
    // Ten dollars a step.
    spend(&world, &claimed, "a", 1_000_000, 0).await;
    assert_eq!(costs::queries::limit_hit(db, &claimed).await.unwrap(), None);
    spend(&world, &claimed, "b", 1_000_000, 0).await;
    assert_eq!(costs::queries::limit_hit(db, &claimed).await.unwrap(), None);
    // The next would make it forty.
    spend(&world, &claimed, "c", 1_000_000, 0).await;
    let hit = costs::queries::limit_hit(db, &claimed).await.unwrap().unwrap();
    assert_eq!((hit.subject, hit.used), (Subject::Client(house.id), Micros(30_000_000)));
    assert_eq!(
        hit.question(),
        "Work for Harbor & Pine Law is about to reach its $35.00 limit for November 2026. Raise it?"
    );
    assert_eq!(hit.yes(), "Raise to $53.00 and continue");
    costs::commands::raise(db, &claimed, &hit).await.unwrap();
    assert_eq!(costs::queries::limit_hit(db, &claimed).await.unwrap(), None);
    spend(&world, &claimed, "d", 1_000_000, 0).await;
    let hit = costs::queries::limit_hit(db, &claimed).await.unwrap().unwrap();
    assert_eq!(hit.subject, Subject::Agent(claimed.agent));
    // Lifted by the operator: it stays so, whatever a worker raises.
    costs::commands::set_limit(db, operator, hit.subject, " ").await.unwrap();
    costs::commands::raise(db, &claimed, &hit).await.unwrap();
    assert_eq!(world.count("SELECT count(*) FROM cost_limit WHERE agent_id IS NOT NULL").await, 0);
    world.wait(TimeDelta::days(31));
    assert_eq!(costs::queries::limit_hit(db, &claimed).await.unwrap(), None);
}

#[sqlx::test(migrations = "../migrations")]
async fn costs_are_the_operators_alone(pool: PgPool) {
    let world = World::new(pool).await;
    let (house, claimed) = working(&world).await;
    spend(&world, &claimed, "a", 1, 1).await;
    let (db, beside) = (&world.db, world.beside().await);
    for scope in [&house.owner, &house.billing, &claimed.scope] {
        assert!(matches!(costs::queries::report(db, scope, None).await, Err(Error::NotFound)));
        assert!(matches!(costs::queries::prices(db, scope).await, Err(Error::NotFound)));
        assert!(matches!(costs::queries::of_request(db, scope, claimed.request).await, Err(Error::NotFound)));
        assert!(matches!(
            costs::commands::set_price(db, scope, &price("1", "", "1")).await,
            Err(Error::NotFound)
        ));
        let limited = costs::commands::set_limit(db, scope, Subject::Client(house.id), "1").await;
        assert!(matches!(limited, Err(Error::NotFound)));
    }
    assert!(costs::queries::of_request(db, &beside.operator, claimed.request).await.unwrap().is_empty());
    let foreign = costs::commands::set_limit(db, &beside.operator, Subject::Client(house.id), "1").await;
    assert!(matches!(foreign, Err(Error::NotFound)));
    let report = costs::queries::report(db, &beside.operator, None).await.unwrap();
    assert!(report.clients.is_empty() && report.models.is_empty());
}

#[sqlx::test(migrations = "../migrations")]
async fn what_is_typed_wrong_is_told_beside_its_field(pool: PgPool) {
    let world = World::new(pool).await;
    let (db, operator) = (&world.db, &world.operator);
    let refused = |done: Result<(), Error>, field: &str| match done {
        Err(Error::Fields(errors)) => assert!(errors.of(field).is_some(), "{errors:?}"),
        other => panic!("{other:?}"),
    };
    refused(costs::commands::set_price(db, operator, &price("", "", "1")).await, "input");
    refused(costs::commands::set_price(db, operator, &price("1", "x", "1")).await, "cached");
    refused(costs::commands::set_price(db, operator, &price("1", "", "-1")).await, "output");
    refused(costs::commands::set_rate(db, operator, Currency::EUR, "0").await, "rate");
    refused(costs::commands::set_limit(db, operator, Subject::Agent(world.agent), "0").await, "limit");
    refused(costs::commands::set_limit(db, operator, Subject::Agent(world.agent), "lots").await, "limit");
}

/// Rows from before there were bounds, and what was reported since: neither breaks a page, a limit or a sum.
#[sqlx::test(migrations = "../migrations")]
async fn a_report_that_makes_no_sense_breaks_nothing(pool: PgPool) {
    let world = World::new(pool).await;
    let (house, claimed) = working(&world).await;
    let (db, operator) = (&world.db, &world.operator);
    for key in ["1", "2", "3"] {
        sqlx::query(
            "INSERT INTO spend (workspace_id, client_id, request_id, run_id, agent_id, key, model, input_tokens,
                                cached_tokens, output_tokens, micros, at)
             VALUES ($1, $2, $3, $4, $5, $6, 'm', 9223372036854775807, 9223372036854775807, 9223372036854775807,
                     9223372036854775807, $7)",
        )
        .bind(world.workspace.0)
        .bind(house.id.0)
        .bind(claimed.request.0)
        .bind(claimed.run.0)
        .bind(claimed.agent.0)
        .bind(key)
        .bind(db.now())
        .execute(&world.pool)
        .await
        .unwrap();
    }
    let far = UsageReport {
        key: "4".into(),
        model: "m".into(),
        input_tokens: u64::MAX,
        cached_tokens: u64::MAX,
        output_tokens: u64::MAX,
        micros: Some(u64::MAX),
    };
    costs::commands::record(db, &claimed, &far).await.unwrap();
    costs::commands::record(db, &claimed, &UsageReport { key: "5".into(), micros: None, ..far })
        .await
        .unwrap();
    costs::commands::set_price(db, operator, &price("900000", "", "900000")).await.unwrap();
    let kept: i64 = sqlx::query_scalar(
        "SELECT max(greatest(input_tokens, output_tokens, micros)) FROM spend WHERE key > '3'",
    )
    .fetch_one(&world.pool)
    .await
    .unwrap();
    assert_eq!(kept, 1_000_000_000_000);

    let report = costs::queries::report(db, operator, None).await.unwrap();
    assert_eq!(report.cost, Micros(9_000_000_000_000_000));
    assert_eq!(costs::queries::of_request(db, operator, claimed.request).await.unwrap()[0].cost, report.cost);
    costs::commands::set_limit(db, operator, Subject::Client(house.id), "5").await.unwrap();
    assert!(matches!(costs::gate::check(db, &claimed).await.unwrap(), costs::Gate::Ask(_)));
}
