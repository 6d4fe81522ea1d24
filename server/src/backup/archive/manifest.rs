use chrono::{DateTime, Utc};
use domain::sealed::WrappedKeys;
use serde::{Deserialize, Serialize};

/// The form of backups that this version writes, and the newest that it reads.
pub const FORMAT: u32 = 1;

/// What is in a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    pub format: u32,
    /// `throughline`.
    pub product: String,
    /// Of the program that made it.
    pub version: String,
    /// The instant of the snapshot, UTC.
    pub made_at: DateTime<Utc>,
    /// As Postgres gives it: 150018.
    pub postgres: i32,
    /// What had been applied, in order.
    pub migrations: Vec<Migration>,
    pub tables: Vec<ManifestTable>,
    pub sequences: Vec<Sequence>,
    pub files: Files,
    /// The master keys under a passphrase; none where they were left out.
    pub key: Option<WrappedKeys>,
    /// Everything before the manifest, in order.
    pub members: Vec<Member>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Migration {
    pub version: i64,
    /// Lower-case hex.
    pub checksum: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestTable {
    pub name: String,
    /// In the order of the rows' fields. What Postgres computes by itself is not among them.
    pub columns: Vec<String>,
    pub rows: u64,
    /// The members that hold its rows.
    pub members: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sequence {
    pub name: String,
    /// None where it was never asked.
    pub last: Option<i64>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Files {
    /// Whether files were to be in it at all.
    pub included: bool,
    pub count: u64,
    pub bytes: u64,
    /// Named in the database, and not in the store that was read.
    pub missing: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    pub name: String,
    pub bytes: u64,
    /// Lower-case hex.
    pub sha256: String,
}

impl Manifest {
    /// The version of the schema that the rows belong to.
    pub fn schema(&self) -> i64 {
        self.migrations.last().map_or(0, |migration| migration.version)
    }

    /// How many rows, of all tables.
    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|table| table.rows).sum()
    }
}
