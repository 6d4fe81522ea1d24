//! Whose a stream is: the database itself shows nobody another's (invariant 10).

use crate::support::{APP, connect_options, contents, engine, event, now, pool};
use sessions::{
    Append, Error, NewStream, Offset, Producer, StreamId, Tenant, append_in, close_in, create_in, fence_in,
    head_in, read_in,
};
use sqlx::{PgPool, PgTransaction};
use uuid::Uuid;

/// A transaction of the product under a scope, as it makes them itself.
async fn scoped<'a>(app: &'a PgPool, workspace: &str, client: &str, backstage: bool) -> PgTransaction<'a> {
    let mut tx = app.begin().await.unwrap();
    for (setting, value) in [
        ("app.workspace_id", workspace),
        ("app.client_id", client),
        ("app.backstage", if backstage { "on" } else { "" }),
    ] {
        sqlx::query("SELECT set_config($1, $2, true)")
            .bind(setting)
            .bind(value)
            .execute(&mut *tx)
            .await
            .unwrap();
    }
    tx
}

struct Streams {
    workspace: Uuid,
    client: Uuid,
    session: StreamId,
    backstage: StreamId,
    desk: StreamId,
}

/// Three streams of one workspace, each with an event and a producer.
async fn streams(database: &PgPool) -> Streams {
    let (workspace, client) = (Uuid::now_v7(), Uuid::now_v7());
    let engine = engine(database).await;
    let mut ids = Vec::new();
    for (owner, kind, backstage) in
        [(Some(client), "session", false), (Some(client), "backstage", true), (None, "desk", false)]
    {
        let tenant = Tenant { workspace, client: owner };
        let new = NewStream { id: StreamId::generate(), tenant, kind, backstage };
        create_in(&mut database.acquire().await.unwrap(), &new, now()).await.unwrap();
        let producer = Producer { id: "agent".into(), epoch: 0, sequence: 0 };
        engine.append(new.id, Append::by(producer, vec![event(kind)])).await.unwrap();
        ids.push(new.id);
    }
    engine.shutdown().await;
    Streams { workspace, client, session: ids[0], backstage: ids[1], desk: ids[2] }
}

/// How many rows each of the three tables shows.
async fn visible(tx: &mut PgTransaction<'_>) -> [i64; 3] {
    let count = "SELECT (SELECT count(*) FROM stream), (SELECT count(*) FROM stream_event), (SELECT count(*) FROM stream_producer)";
    let (streams, events, producers) = sqlx::query_as(count).fetch_one(&mut **tx).await.unwrap();
    [streams, events, producers]
}

#[sqlx::test(migrations = "../migrations")]
async fn a_scope_shows_its_own_streams_alone(database: PgPool) {
    let own = streams(&database).await;
    let app = pool(connect_options(&database), 8, APP).await;
    let (workspace, client, other) =
        (own.workspace.to_string(), own.client.to_string(), Uuid::now_v7().to_string());
    for (workspace, client, backstage, shown) in [
        ("", "", false, 0),
        ("", "*", true, 0),
        ("", client.as_str(), true, 0),
        (workspace.as_str(), "", true, 0),
        (&workspace, &other, true, 0),
        (&other, "*", true, 0),
        (&other, &client, true, 0),
        (&workspace, &client, false, 1),
        (&workspace, &client, true, 2),
        (&workspace, "*", false, 2),
        (&workspace, "*", true, 3),
    ] {
        let mut tx = scoped(&app, workspace, client, backstage).await;
        assert_eq!(visible(&mut tx).await, [shown; 3], "{workspace:?} {client:?} {backstage}");
    }
}

/// What the scope does not admit is not found, whatever is tried.
#[sqlx::test(migrations = "../migrations")]
async fn anothers_stream_is_not_found(database: PgPool) {
    let own = streams(&database).await;
    let app = pool(connect_options(&database), 8, APP).await;
    let (workspace, client, other) =
        (own.workspace.to_string(), own.client.to_string(), Uuid::now_v7().to_string());
    for (workspace, client, stream) in [
        ("", "", own.session),
        (workspace.as_str(), other.as_str(), own.session),
        (&other, "*", own.session),
        (&workspace, &client, own.backstage),
        (&workspace, &client, own.desk),
    ] {
        let mut tx = scoped(&app, workspace, client, false).await;
        assert!(matches!(head_in(&mut tx, stream).await, Err(Error::NotFound)));
        assert!(matches!(read_in(&mut tx, stream, Offset::ZERO, 9).await, Err(Error::NotFound)));
        assert!(matches!(append_in(&mut tx, stream, &[event("x")], now()).await, Err(Error::NotFound)));
        assert!(matches!(close_in(&mut tx, stream, now()).await, Err(Error::NotFound)));
        assert!(matches!(fence_in(&mut tx, stream, "agent", 1).await, Err(Error::NotFound)));
        tx.commit().await.unwrap();
    }
    let engine = engine(&database).await;
    for (stream, content) in [(own.session, "session"), (own.backstage, "backstage"), (own.desk, "desk")] {
        assert_eq!(contents(&engine, stream).await, [content]);
        assert!(!engine.head(stream).await.unwrap().closed);
    }
}

/// The product's role does its work, in its own scope.
#[sqlx::test(migrations = "../migrations")]
async fn the_scope_admits_its_own_work(database: PgPool) {
    let app = pool(connect_options(&database), 8, APP).await;
    let tenant = Tenant { workspace: Uuid::now_v7(), client: Some(Uuid::now_v7()) };
    let new = NewStream { id: StreamId::generate(), tenant, kind: "session", backstage: false };
    let (workspace, client) = (tenant.workspace.to_string(), tenant.client.unwrap().to_string());
    let mut tx = scoped(&app, &workspace, &client, false).await;
    create_in(&mut tx, &new, now()).await.unwrap();
    create_in(&mut tx, &new, now()).await.unwrap();
    append_in(&mut tx, new.id, &[event("1"), event("2")], now()).await.unwrap();
    fence_in(&mut tx, new.id, "agent", 1).await.unwrap();
    fence_in(&mut tx, new.id, "agent", 2).await.unwrap();
    assert_eq!(read_in(&mut tx, new.id, Offset::ZERO, 9).await.unwrap().records.len(), 2);
    assert_eq!(close_in(&mut tx, new.id, now()).await.unwrap().value(), 2);
    tx.commit().await.unwrap();

    // Its name is taken for everybody else, and nobody makes streams for others.
    let mut tx = scoped(&app, &Uuid::now_v7().to_string(), "*", true).await;
    assert!(matches!(
        create_in(
            &mut tx,
            &NewStream {
                tenant: Tenant { workspace: tenant.workspace, client: None },
                id: StreamId::generate(),
                ..new
            },
            now()
        )
        .await,
        Err(Error::Database(_))
    ));
    let other = Uuid::now_v7();
    let mut tx = scoped(&app, &other.to_string(), "*", true).await;
    let taken =
        create_in(&mut tx, &NewStream { tenant: Tenant { workspace: other, client: None }, ..new }, now())
            .await;
    assert!(matches!(taken, Err(Error::Conflict)), "{taken:?}");
    for (backstage, admitted) in [(true, true), (false, false)] {
        let mut tx = scoped(&app, &workspace, &client, backstage).await;
        let hidden = NewStream { id: StreamId::generate(), backstage: true, ..new };
        assert_eq!(create_in(&mut tx, &hidden, now()).await.is_ok(), admitted);
    }
}

/// What is written stays, and whose it is too.
#[sqlx::test(migrations = "../migrations")]
async fn the_product_rewrites_nothing(database: PgPool) {
    let own = streams(&database).await;
    let app = pool(connect_options(&database), 8, APP).await;
    for statement in [
        "DELETE FROM stream_event",
        "DELETE FROM stream",
        "DELETE FROM stream_producer",
        "UPDATE stream_event SET data = 'null'",
        "UPDATE stream SET client_id = NULL",
        "UPDATE stream SET backstage = false",
        "UPDATE stream SET earliest_offset = 1",
        "TRUNCATE stream_event",
    ] {
        let mut tx = scoped(&app, &own.workspace.to_string(), "*", true).await;
        let refused = sqlx::query(statement).execute(&mut *tx).await.unwrap_err();
        assert_eq!(refused.as_database_error().unwrap().code().unwrap(), "42501", "{statement}");
    }
}

/// The engine's role commits for all tenants, and so it sees these tables and no other.
#[sqlx::test(migrations = "../migrations")]
async fn the_engines_role_is_limited_to_its_tables(database: PgPool) {
    let tables = "
        SELECT relname::text FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm') AND relnamespace = 'public'::regnamespace
        AND (has_table_privilege('throughline_sessions', oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')
             OR has_any_column_privilege('throughline_sessions', oid, 'SELECT, INSERT, UPDATE'))
        ORDER BY 1";
    let tables: Vec<String> = sqlx::query_scalar(tables).fetch_all(&database).await.unwrap();
    let own = [
        "stream",
        "stream_event",
        "stream_producer",
        "stream_signing_key",
        "stream_stored",
        "stream_subscription",
        "stream_subscription_link",
    ];
    assert_eq!(tables, own);
    let forced = "
        SELECT count(*) FROM pg_class WHERE relrowsecurity AND relforcerowsecurity
        AND relname = ANY($1)";
    let forced: i64 = sqlx::query_scalar(forced).bind(&own[..]).fetch_one(&database).await.unwrap();
    assert_eq!(usize::try_from(forced), Ok(own.len()));
}
