//! Streams over HTTP on a database that has the engine's tables (README.md makes them):
//!
//!     DATABASE_URL=postgres://… cargo run -p sessions-http --example serve
//!     curl -X PUT  -H 'content-type: application/json' http://127.0.0.1:4437/v1/stream/hello
//!     curl -X POST -H 'content-type: application/json' -d '{"n":1}' http://127.0.0.1:4437/v1/stream/hello
//!     curl -N 'http://127.0.0.1:4437/v1/stream/hello?offset=-1&live=sse'

use std::{env, error::Error};

use sessions::{Engine, Options, Tenant};
use sessions_http::{Anyone, DurableStreams};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio::{net::TcpListener, signal};
use uuid::Uuid;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // The engine's role sees the engine's tables and nothing else.
    let database: PgConnectOptions = env::var("DATABASE_URL")?.parse()?;
    let database = database.options([("role", "throughline_sessions")]);
    let pool = PgPoolOptions::new().connect_with(database).await?;
    let engine = Engine::start(pool, Options::default());
    let tenant = Tenant { workspace: Uuid::from_u128(1), client: None };
    let streams = DurableStreams::new(engine.clone(), Anyone(tenant));
    let stop = streams.stop.clone();
    let listener = TcpListener::bind("127.0.0.1:4437").await?;
    axum::serve(listener, sessions_http::routes(streams))
        .with_graceful_shutdown(async move {
            let _ = signal::ctrl_c().await;
            // Followers would be waited for otherwise.
            stop.cancel();
        })
        .await?;
    engine.shutdown().await;
    Ok(())
}
