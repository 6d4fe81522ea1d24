//! Applies migrations/ to DATABASE_URL. It is read at run time: `make sqlx` needs no build for a changed migration.

use std::env;
use std::path::Path;

use sqlx::migrate::Migrator;
use sqlx::{Connection, PgConnection};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let url = env::var("DATABASE_URL").map_err(|_| "DATABASE_URL is not set")?;
    let mut connection = PgConnection::connect(&url).await?;
    let migrator = Migrator::new(Path::new("migrations")).await?;
    migrator.run(&mut connection).await?;
    Ok(connection.close().await?)
}
