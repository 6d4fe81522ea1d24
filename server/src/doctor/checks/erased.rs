//! Which clients were erased: a backup from before still holds them.

use domain::erasures;
use sqlx::PgConnection;

use crate::doctor::Finding;

const SUBJECT: &str = "Erased clients";

/// None where none was.
pub(super) async fn check(connection: &mut PgConnection) -> Option<Finding> {
    match erasures::queries::list_done_by(connection).await {
        Ok(erased) if erased.is_empty() => None,
        Ok(erased) => {
            let list: Vec<String> = erased
                .iter()
                .map(|(client, at)| format!("{client} on {}", at.format("%Y-%m-%d %H:%M UTC")))
                .collect();
            let words =
                format!("{}. Backups made before then still hold them (docs/BACKUP.md)", list.join(", "));
            Some(Finding::ok(SUBJECT, words))
        }
        Err(reason) => Some(Finding::broken(SUBJECT, &reason)),
    }
}
