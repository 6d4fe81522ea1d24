//! What stands in the database, so that a change by somebody who may not make one is seen, whatever the table.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::PgPool;
use uuid::Uuid;

/// These count and remember browsers; everything else belongs to somebody.
const BESIDE: [&str; 4] = ["_sqlx_migrations", "install", "rate_limit", "sign_in"];

/// Watches the rows that name one of these ids.
pub struct RowWatch {
    pool: PgPool,
    tables: Vec<String>,
    ids: String,
    before: BTreeMap<String, BTreeSet<String>>,
    /// How many rows each table had, and the newest that was written, of anyone's, at the last look.
    marks: Vec<(String, String)>,
}

impl RowWatch {
    /// From now on; the tables come from the catalogue, so a new one is watched as well.
    pub async fn new(pool: &PgPool, ids: &[Uuid]) -> Self {
        let tables: Vec<String> = sqlx::query_scalar(
            "SELECT relname::text FROM pg_class
             WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace AND relname <> ALL ($1)
             ORDER BY relname",
        )
        .bind(&BESIDE[..])
        .fetch_all(pool)
        .await
        .unwrap();
        let ids = ids.iter().map(Uuid::to_string).collect::<Vec<_>>().join("|");
        let mut watch = Self { pool: pool.clone(), tables, ids, before: BTreeMap::new(), marks: Vec::new() };
        watch.marks = watch.marks().await;
        watch.before = watch.rows().await;
        let rows: usize = watch.before.values().map(BTreeSet::len).sum();
        assert!(rows > 100, "{rows} rows are too few to watch");
        watch
    }

    /// What was changed since, a line a row; empty where nothing was.
    pub async fn changes(&mut self) -> Vec<String> {
        // Reading every row takes long, and most of those who may not change anything change nothing of anyone's.
        let marks = self.marks().await;
        if marks == self.marks {
            return Vec::new();
        }
        self.marks = marks;
        let now = self.rows().await;
        let mut changes = Vec::new();
        for table in &self.tables {
            let (before, now) = (&self.before[table], &now[table]);
            changes.extend(before.difference(now).map(|row| format!("- {table} {row}")));
            changes.extend(now.difference(before).map(|row| format!("+ {table} {row}")));
        }
        changes
    }

    async fn marks(&self) -> Vec<(String, String)> {
        let mark = |table: &String| {
            format!("SELECT '{table}', count(*) || ' ' || coalesce(max(xmin::text::bigint), 0) FROM {table}")
        };
        let sql = self.tables.iter().map(mark).collect::<Vec<_>>().join(" UNION ALL ");
        sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_all(&self.pool).await.unwrap()
    }

    async fn rows(&self) -> BTreeMap<String, BTreeSet<String>> {
        let mut rows: BTreeMap<_, _> =
            self.tables.iter().map(|table| (table.clone(), BTreeSet::new())).collect();
        for table in &self.tables {
            let sql = format!(
                "SELECT '{table}', r FROM (SELECT to_jsonb(t)::text AS r FROM {table} t) AS rows WHERE r ~ $1"
            );
            let found: Vec<(String, String)> =
                sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(&self.ids).fetch_all(&self.pool).await.unwrap();
            rows.insert(table.clone(), found.into_iter().map(|(_, row)| row).collect());
        }
        rows
    }
}
