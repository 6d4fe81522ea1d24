//! A node: `throughline streams`, or the whole portal, the real program.

use std::{net::SocketAddr, path::Path};

use serde_json::Value;
use sqlx::postgres::PgConnectOptions;
use tokio::process::Command;

use super::Process;

/// How one is started.
#[derive(Clone, Debug)]
pub struct Node {
    database: String,
    words: &'static [&'static str],
    settings: Vec<(&'static str, String)>,
}

impl Node {
    /// Over a database that needs no password.
    pub fn of(database: &PgConnectOptions) -> Self {
        let host = match database.get_socket() {
            Some(folder) => folder.display().to_string(),
            None => database.get_host().to_owned(),
        };
        let (user, port) = (database.get_username(), database.get_port());
        let name = database.get_database().unwrap_or(user);
        let database = format!("postgres://{user}@localhost:{port}/{name}?host={host}&sslmode=disable");
        let words = &["streams", "--listen", "127.0.0.1:0", "--long-poll", "2000"];
        Self { database, words, settings: Vec::new() }
    }

    /// The whole portal, whose data is there.
    pub fn portal(database: &PgConnectOptions, data: &Path) -> Self {
        let portal = Self { words: &["serve", "--quiet"], ..Self::of(database) };
        portal.set("THROUGHLINE_BIND", "127.0.0.1:0").set("THROUGHLINE_DATA", data.display())
    }

    pub fn set(mut self, name: &'static str, value: impl ToString) -> Self {
        self.settings.push((name, value.to_string()));
        self
    }

    /// Starts it and waits until it serves.
    pub async fn start(&self) -> Result<Process, String> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_throughline"));
        command.args(self.words);
        command.env("DATABASE_URL", &self.database).env("THROUGHLINE_LOG_FORMAT", "json");
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        Process::start(command, ready).await
    }
}

fn ready(line: &str) -> Option<SocketAddr> {
    let line: Value = serde_json::from_str(line).ok()?;
    (line["message"] == "ready").then(|| line["address"].as_str()?.parse().ok()).flatten()
}
