//! Whose a row of the database is.

use std::collections::BTreeSet;

use sqlx::{AssertSqlSafe, PgPool};
use uuid::Uuid;

use crate::{ids::ClientId, testing::Rows};

/// What tells a client's rows: its word, as text and as bytes, and the ids of all that is its own.
pub(super) struct Marks {
    word: Vec<String>,
    ids: BTreeSet<String>,
}

impl Marks {
    pub(super) async fn of(pool: &PgPool, client: ClientId, word: &str) -> Self {
        let tables: Vec<String> = sqlx::query_scalar(
            "SELECT c.table_name::text FROM information_schema.columns c
             JOIN information_schema.columns i ON (i.table_schema, i.table_name) = (c.table_schema, c.table_name)
             WHERE c.table_schema = 'public' AND c.column_name = 'client_id' AND i.column_name = 'id' AND i.data_type = 'uuid'",
        )
        .fetch_all(pool)
        .await
        .unwrap();
        let mut ids = vec![client.0];
        for table in tables {
            let read = format!(r#"SELECT id FROM public."{table}" WHERE client_id = $1"#);
            let own: Vec<Uuid> =
                sqlx::query_scalar(AssertSqlSafe(read)).bind(client.0).fetch_all(pool).await.unwrap();
            ids.extend(own);
        }
        let others: Vec<Uuid> = sqlx::query_scalar(
            "SELECT person_id FROM membership m WHERE client_id = $1
               AND NOT EXISTS (SELECT FROM membership o WHERE o.person_id = m.person_id AND o.client_id IS DISTINCT FROM $1)
             UNION SELECT id FROM webhook_event WHERE position($2 IN body) > 0",
        )
        .bind(client.0)
        .bind(client.to_string())
        .fetch_all(pool)
        .await
        .unwrap();
        ids.extend(others);
        let hex: String = word.bytes().map(|byte| format!("{byte:02x}")).collect();
        let ids = ids.iter().flat_map(|id| [id.to_string(), id.simple().to_string()]).collect();
        Self { word: vec![word.to_owned(), hex], ids }
    }

    /// Whether the word stands in it.
    pub(super) fn name(&self, row: &str) -> bool {
        let row = row.to_lowercase();
        self.word.iter().any(|word| row.contains(word))
    }

    pub(super) fn own(&self, row: &str) -> bool {
        self.name(row) || self.ids.iter().any(|id| row.contains(id))
    }

    /// The client's rows among all.
    pub(super) fn among(&self, rows: &Rows) -> Rows {
        let own = |rows: &Vec<String>| rows.iter().filter(|row| self.own(row)).cloned().collect();
        rows.iter().map(|(table, rows)| (table.clone(), own(rows))).collect()
    }
}
