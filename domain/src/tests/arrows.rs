//! A run's states move along DESIGN's arrows alone: the database is asked about each of the 36 pairs.

use sqlx::PgPool;

use super::world::World;
use crate::session::RunState::{self, *};

const ALL: [RunState; 6] = [Queued, Working, Suspended, Completed, Cancelled, Failed];

const ARROWS: [(RunState, RunState); 10] = [
    (Queued, Working),
    (Queued, Cancelled),
    (Working, Queued),
    (Working, Suspended),
    (Working, Completed),
    (Working, Cancelled),
    (Working, Failed),
    (Suspended, Queued),
    (Suspended, Working),
    (Suspended, Cancelled),
];

#[sqlx::test(migrations = "../migrations")]
async fn every_pair_of_states_is_tried(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine Law", 1).await;
    let request = world.ask(&house, "Draft a lease").await.card.id;
    let mut allowed = Vec::new();
    for from in ALL {
        for to in ALL {
            if moves(&world, request.0, from, to).await && from != to {
                allowed.push((from, to));
            }
        }
    }
    assert_eq!(allowed, ARROWS);
}

/// A fresh run in state `from`, moved to `to` with all that this state asks of its row.
async fn moves(world: &World, request: uuid::Uuid, from: RunState, to: RunState) -> bool {
    let mut tx = world.pool.begin().await.unwrap();
    sqlx::query("DELETE FROM run").execute(&mut *tx).await.unwrap();
    sqlx::query(
        "INSERT INTO run (id, workspace_id, client_id, request_id, agent_id, state, not_before, queued_at, lease_until, ended_at)
         SELECT gen_random_uuid(), workspace_id, client_id, id, agent_id, $2, now(), now(),
                CASE WHEN $2 = 'working' THEN now() END,
                CASE WHEN $2 IN ('completed', 'cancelled', 'failed') THEN now() END
         FROM request WHERE id = $1",
    )
    .bind(request)
    .bind(from.as_str())
    .execute(&mut *tx)
    .await
    .unwrap();
    let done = sqlx::query(
        "UPDATE run SET state = $1, lease_until = CASE WHEN $1 = 'working' THEN now() END,
                ended_at = CASE WHEN $1 IN ('completed', 'cancelled', 'failed') THEN now() END",
    )
    .bind(to.as_str())
    .execute(&mut *tx)
    .await;
    match done {
        Ok(done) => done.rows_affected() == 1,
        Err(error) => {
            let constraint = error.as_database_error().and_then(|e| e.constraint());
            assert_eq!(constraint, Some("run_arrows"), "{from:?} to {to:?}: {error}");
            false
        }
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn a_request_has_one_living_run(pool: PgPool) {
    let world = World::new(pool).await;
    let house = world.client("Harbor & Pine Law", 1).await;
    let request = world.ask(&house, "Draft a lease").await.card.id;
    for state in ["queued", "suspended"] {
        let second = sqlx::query(
            "INSERT INTO run (id, workspace_id, client_id, request_id, agent_id, state, not_before, queued_at)
             SELECT gen_random_uuid(), workspace_id, client_id, id, agent_id, $2, now(), now() FROM request WHERE id = $1",
        )
        .bind(request.0)
        .bind(state)
        .execute(&world.pool)
        .await;
        let error = second.unwrap_err();
        assert_eq!(error.as_database_error().and_then(|e| e.constraint()), Some("run_one_living"));
    }
}
