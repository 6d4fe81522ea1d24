//! What a stream's row cannot say, whoever writes it: the database itself refuses it and names the rule.

use sqlx::PgPool;
use uuid::Uuid;

const RULES: [(&str, &str); 9] = [
    ("kind = ''", "stream_kind_check"),
    ("name = ''", "stream_name_check"),
    ("name = repeat('n', 1025)", "stream_name_check"),
    ("earliest_offset = next_offset + 1", "stream_offsets_check"),
    ("earliest_offset = -1", "stream_offsets_check"),
    ("buried_at = now()", "stream_buried_check"),
    ("ttl_seconds = 60", "stream_lapse_check"),
    ("forked_from = gen_random_uuid()", "stream_fork_check"),
    ("forked_from = gen_random_uuid(), fork_part = 0, fork_offset = next_offset + 1", "stream_fork_check"),
];

#[sqlx::test(migrations = "../migrations")]
async fn a_row_that_breaks_a_rule_is_refused_by_its_name(database: PgPool) {
    sqlx::query("INSERT INTO stream (workspace_id, id, kind, created_at) VALUES ($1, $2, 'session', now())")
        .bind(Uuid::now_v7())
        .bind(Uuid::now_v7())
        .execute(&database)
        .await
        .unwrap();
    for (change, rule) in RULES {
        let refused =
            sqlx::query(sqlx::AssertSqlSafe(format!("UPDATE stream SET {change}"))).execute(&database).await;
        let error = refused.unwrap_err().into_database_error().unwrap();
        assert_eq!((error.constraint(), error.is_check_violation()), (Some(rule), true), "{change}: {error}");
    }
    let refused =
        sqlx::query("INSERT INTO stream (workspace_id, id, kind, created_at) VALUES ($1, $2, '', now())")
            .bind(Uuid::now_v7())
            .bind(Uuid::now_v7())
            .execute(&database)
            .await;
    let error = refused.unwrap_err().into_database_error().unwrap();
    assert_eq!(error.constraint(), Some("stream_kind_check"));
}

/// Postgres parses a table's CHECKs in every statement that writes to it.
#[sqlx::test(migrations = "../migrations")]
async fn an_append_reads_no_rule_that_it_cannot_break(database: PgPool) {
    let checks: Vec<String> = sqlx::query_scalar(
        "SELECT conname::text FROM pg_constraint WHERE conrelid = 'stream'::regclass AND contype = 'c'",
    )
    .fetch_all(&database)
    .await
    .unwrap();
    assert_eq!(checks, Vec::<String>::new());
    let columns: Vec<String> = sqlx::query_scalar(
        "SELECT a.attname::text FROM pg_trigger t JOIN pg_attribute a ON a.attrelid = t.tgrelid AND a.attnum = ANY (t.tgattr)
         WHERE t.tgrelid = 'stream'::regclass AND t.tgname = 'stream_rules_of_a_change'",
    )
    .fetch_all(&database)
    .await
    .unwrap();
    assert!(columns.len() > 5, "{columns:?}");
    for set_by_appends in ["next_offset", "lapses_at", "closed_at", "last_mark"] {
        assert!(!columns.iter().any(|column| column == set_by_appends), "{set_by_appends}");
    }
}
