//! Whether two databases hold the same.

use std::collections::BTreeMap;

use sqlx::{AssertSqlSafe, PgPool};
use uuid::Uuid;

/// What a server and a restore write for themselves, and what counts how often somebody came.
const BESIDE: [&str; 2] = ["_sqlx_migrations", "rate_limit"];

/// Every table's rows, as text and in order. Tables are found in the catalogue.
pub async fn rows(pool: &PgPool) -> BTreeMap<String, Vec<String>> {
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT relname::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
         AND relname <> ALL ($1) ORDER BY 1",
    )
    .bind(&BESIDE[..])
    .fetch_all(pool)
    .await
    .unwrap();
    let mut all = BTreeMap::new();
    for table in tables {
        let sql = format!("SELECT t::text FROM {table} t ORDER BY 1");
        all.insert(table, sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(pool).await.unwrap());
    }
    all
}

/// What holds the rows: keys, triggers, policies, and whom row-level security binds.
pub async fn schema(pool: &PgPool) -> Vec<String> {
    sqlx::query_scalar(
        "SELECT conrelid::regclass::text || ' ' || conname || ' ' || pg_get_constraintdef(oid) || convalidated
         FROM pg_constraint WHERE connamespace = 'public'::regnamespace
         UNION ALL SELECT tgrelid::regclass::text || ' ' || tgname || ' ' || tgenabled::text FROM pg_trigger WHERE NOT tgisinternal
         UNION ALL SELECT relname::text || ' ' || relrowsecurity || ' ' || relforcerowsecurity FROM pg_class
         WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
         UNION ALL SELECT tablename || ' ' || policyname || ' ' || roles::text || ' ' || coalesce(qual, '') FROM pg_policies
         UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
         UNION ALL SELECT sequencename || ' ' || coalesce(last_value, -1) FROM pg_sequences
         ORDER BY 1",
    )
    .fetch_all(pool)
    .await
    .unwrap()
}

/// Every session's events, in order.
pub async fn events(pool: &PgPool) -> BTreeMap<Uuid, Vec<(i64, String)>> {
    let rows: Vec<(Uuid, i64, String)> =
        sqlx::query_as("SELECT stream_id, seq, data FROM stream_event ORDER BY stream_id, seq")
            .fetch_all(pool)
            .await
            .unwrap();
    let mut all = BTreeMap::<Uuid, Vec<(i64, String)>>::new();
    for (stream, seq, data) in rows {
        all.entry(stream).or_default().push((seq, data));
    }
    all
}

/// The first rows that differ, for a report.
pub fn difference(one: &BTreeMap<String, Vec<String>>, other: &BTreeMap<String, Vec<String>>) -> Vec<String> {
    let mut all = Vec::new();
    for name in one.keys().chain(other.keys()) {
        let (left, right) = (one.get(name), other.get(name));
        if left != right {
            let count = |rows: Option<&Vec<String>>| rows.map_or(0, Vec::len);
            all.push(format!("{name}: {} rows and {} rows", count(left), count(right)));
        }
    }
    all.dedup();
    all
}
