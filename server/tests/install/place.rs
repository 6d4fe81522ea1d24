//! A data folder, databases, and the program over them.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use server::postgres::Cluster;
use sqlx::{AssertSqlSafe, Executor, PgPool, postgres::PgConnectOptions, postgres::PgPoolOptions};
use tempfile::TempDir;
use tokio::process::Command;
use tokio_util::sync::CancellationToken;

/// The passphrase of every backup here.
pub const PASSPHRASE: &str = "three boats and a lantern";

/// A folder that the user Postgres runs as can reach.
pub struct TestFolder(TempDir);

/// How a command ended, and what it printed on either stream.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    pub words: String,
}

impl Ended {
    #[track_caller]
    pub fn well(self) -> String {
        assert_eq!(self.code, Some(0), "{}", self.words);
        self.words
    }

    /// It failed, and said each of these.
    #[track_caller]
    pub fn refused(self, words: &[&str]) {
        assert_eq!(self.code, Some(1), "{}", self.words);
        // The doctor breaks its lines.
        let said = self.words.split_whitespace().collect::<Vec<_>>().join(" ");
        for word in words {
            assert!(said.contains(word), "“{word}” is missing: {said}");
        }
        assert!(!self.words.contains("panicked"), "{}", self.words);
    }
}

impl TestFolder {
    pub fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("tl-install-").tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        Self(folder)
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn data(&self) -> PathBuf {
        self.file("data")
    }

    /// The program with this data folder; without an address on its private database.
    pub fn command(&self, database: Option<&str>, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_throughline"));
        command.args(arguments).env("THROUGHLINE_DATA", self.data()).env("THROUGHLINE_BIND", "127.0.0.1:0");
        command.env("THROUGHLINE_LLM_URL", "off").env("THROUGHLINE_LOG", "warn").kill_on_drop(true);
        for set in ["THROUGHLINE_SECRET_KEY", "THROUGHLINE_PASSPHRASE", "THROUGHLINE_FILES", "DATABASE_URL"] {
            command.env_remove(set);
        }
        if let Some(database) = database {
            command.env("DATABASE_URL", database);
        }
        command
    }

    pub async fn run(&self, database: Option<&str>, arguments: &[&str]) -> Ended {
        ended(self.command(database, arguments)).await
    }

    /// The same with the passphrase.
    pub async fn run_with_passphrase(&self, database: Option<&str>, arguments: &[&str]) -> Ended {
        let mut command = self.command(database, arguments);
        command.env("THROUGHLINE_PASSPHRASE", PASSPHRASE);
        ended(command).await
    }

    /// The private database of the folder, looked after by the test, and all of it to be seen.
    pub async fn cluster(&self) -> (Cluster, PgPool) {
        let (cluster, _) = Cluster::keep(&self.data(), &CancellationToken::new()).await.unwrap();
        let pool = pool(cluster.options()).await;
        (cluster, pool)
    }
}

pub async fn ended(mut command: Command) -> Ended {
    let output = command.output().await.unwrap();
    let words = [output.stdout, output.stderr].concat();
    Ended { code: output.status.code(), words: String::from_utf8_lossy(&words).into_owned() }
}

pub async fn pool(options: PgConnectOptions) -> PgPool {
    PgPoolOptions::new().max_connections(8).connect_with(options).await.unwrap()
}

/// The address of a database that is reached by a socket, for a user without a password.
pub fn address(options: &PgConnectOptions, user: &str, database: &str) -> String {
    let host = options
        .get_socket()
        .map_or_else(|| options.get_host().to_owned(), |socket| socket.display().to_string());
    let host: String = url::form_urlencoded::byte_serialize(host.as_bytes()).collect();
    format!("postgres://{user}@localhost:{}/{database}?host={host}", options.get_port())
}

/// The address of a test's own database, as its superuser.
pub fn of_pool(pool: &PgPool) -> String {
    let options = pool.connect_options();
    address(&options, options.get_username(), options.get_database().unwrap())
}

/// What a superuser types.
pub async fn sql(pool: &PgPool, statement: impl Into<String>) {
    pool.execute(AssertSqlSafe(statement.into())).await.unwrap();
}

/// A database on the test's server, owned by somebody who is no superuser. [`Other::remove`] it at the end.
pub struct Other {
    name: String,
    pub url: String,
    root: PgPool,
}

impl Other {
    /// The owner may take the roles, as `migrate --print-roles` has it.
    pub async fn beside(pool: &PgPool) -> Self {
        let options = pool.connect_options();
        let own = options.get_database().unwrap();
        let name = format!("other_{}", &own[own.len().saturating_sub(40)..]);
        sql(pool, format!("CREATE ROLE \"{name}\" LOGIN")).await;
        let roles = server::database::rights::ROLES.join(", ");
        sql(pool, format!("GRANT {roles} TO \"{name}\"")).await;
        sql(pool, format!("CREATE DATABASE \"{name}\" OWNER \"{name}\" TEMPLATE template0")).await;
        let url = address(&options, &name, &name);
        Self { name, url, root: pool.clone() }
    }

    /// All of it to be seen.
    pub async fn pool(&self) -> PgPool {
        let options = self.root.connect_options();
        pool(PgConnectOptions::clone(&options).database(&self.name)).await
    }

    pub async fn remove(self) {
        sql(&self.root, format!("DROP DATABASE \"{}\" WITH (FORCE)", self.name)).await;
        sql(&self.root, format!("DROP ROLE \"{}\"", self.name)).await;
    }
}

/// A file with a byte of it changed, or only a beginning.
pub fn bent(whole: &Path, into: &Path, bend: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(whole).unwrap();
    bend(&mut bytes);
    fs::write(into, bytes).unwrap();
}
