use sqlx::PgConnection;

use super::Workspace;
use crate::{Result, ids::WorkspaceId};

/// The workspace that answers under a host name: its own, else the oldest one without a host of its own, else the
/// oldest. `None` before the install is set up. For [`crate::Office::Auth`].
pub async fn by_host_in(conn: &mut PgConnection, host: &str) -> Result<Option<Workspace>> {
    let row = sqlx::query!(
        "SELECT id, name, tagline, promise, zone, currency, line_light, line_dark, terms, desk_stream
         FROM workspace
         ORDER BY (host IS NOT DISTINCT FROM $1) DESC, (host IS NULL) DESC, created_at
         LIMIT 1",
        host,
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Workspace {
        id: WorkspaceId(row.id),
        name: row.name,
        tagline: row.tagline,
        promise: row.promise,
        zone: row.zone,
        currency: row.currency,
        line_light: row.line_light,
        line_dark: row.line_dark,
        terms: row.terms,
        desk_stream: row.desk_stream,
    }))
}
