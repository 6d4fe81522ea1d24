//! An install of a wanted size, in a database of its own.

use std::time::Instant;

use domain::accounts::passwords;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, postgres::PgConnectOptions};

/// The password of everyone in it.
pub const PASSWORD: &str = "a bench of twelve planks";

/// How big an install is.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    pub name: &'static str,
    pub clients: u64,
    /// Of each client.
    pub requests: u64,
    /// Of each request.
    pub events: u64,
}

/// What one looks at that has only just begun: the measure of every bigger one.
pub const SMALL: Size = Size { name: "small", clients: 10, requests: 100, events: 100 };
/// 1,000 clients, 100,000 requests, 10 million events.
pub const BIG: Size = Size { name: "big", clients: 1_000, requests: 100, events: 100 };

/// Makes and fills the database; where it is. One of the same name is dropped first.
///
/// # Errors
/// When Postgres refuses: the user has to be a superuser of a cluster that can be thrown away.
pub async fn make(
    server: &PgConnectOptions,
    size: Size,
) -> Result<PgConnectOptions, Box<dyn std::error::Error>> {
    let name = format!("throughline_bench_{}", size.name);
    let mut owner = PgConnection::connect_with(server).await?;
    owner.execute(AssertSqlSafe(format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))).await?;
    owner.execute(AssertSqlSafe(format!("CREATE DATABASE {name}"))).await?;
    let target = server.clone().database(&name);
    let mut conn = PgConnection::connect_with(&target).await?;
    server::database::MIGRATIONS.run(&mut conn).await?;
    let started = Instant::now();
    let hash = passwords::hash(passwords::HashPriority::Known, PASSWORD).await?;
    for (setting, value) in [
        ("clients", size.clients.to_string()),
        ("requests", size.requests.to_string()),
        ("events", size.events.to_string()),
        ("password", hash),
    ] {
        sqlx::query("SELECT set_config($1, $2, false)")
            .bind(format!("bench.{setting}"))
            .bind(value)
            .execute(&mut conn)
            .await?;
    }
    conn.execute(include_str!("fill.sql")).await?;
    // As an install is that has been at work for a while, and not one that has just swallowed its rows.
    conn.execute("VACUUM ANALYZE").await?;
    conn.execute("CHECKPOINT").await?;
    conn.close().await?;
    let events = size.clients * size.requests * size.events;
    println!(
        "{}: {} requests, {events} events, filled in {:.0} s",
        size.name,
        size.clients * size.requests,
        started.elapsed().as_secs_f64()
    );
    Ok(target)
}

/// Drops what [`make`] made.
///
/// # Errors
/// When Postgres refuses.
pub async fn drop(server: &PgConnectOptions, size: Size) -> Result<(), sqlx::Error> {
    let mut owner = PgConnection::connect_with(server).await?;
    owner
        .execute(AssertSqlSafe(format!(
            "DROP DATABASE IF EXISTS throughline_bench_{} WITH (FORCE)",
            size.name
        )))
        .await?;
    Ok(())
}
