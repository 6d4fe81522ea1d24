use sqlx::PgConnection;

use crate::{Result, Scope};

/// Who the server is in a transaction that belongs to no tenant. Each is a role of its own in Postgres.
#[derive(Clone, Copy, Debug)]
pub enum SystemRole {
    /// Signing in: people, memberships, tokens.
    Auth,
    /// Looking for work that is due in any workspace.
    Jobs,
    /// Writing events anew, which nobody of the product may.
    Sessions,
}

pub(super) async fn set_scope(conn: &mut PgConnection, scope: &Scope) -> Result<()> {
    let client = match (scope.is_wide(), scope.client) {
        (true, _) => "*".to_owned(),
        (false, Some(client)) => client.0.to_string(),
        (false, None) => String::new(),
    };
    sqlx::query(
        "SELECT set_config('role', 'throughline_app', true), set_config('app.workspace_id', $1, true),
                set_config('app.client_id', $2, true), set_config('app.backstage', $3, true)",
    )
    .bind(scope.workspace.0.to_string())
    .bind(client)
    .bind(if scope.is_backstage() { "on" } else { "off" })
    .execute(conn)
    .await?;
    Ok(())
}

pub(crate) async fn set_system_role(conn: &mut PgConnection, role: SystemRole) -> Result<()> {
    let role = match role {
        SystemRole::Auth => "throughline_auth",
        SystemRole::Jobs => "throughline_jobs",
        SystemRole::Sessions => "throughline_sessions",
    };
    sqlx::query(
        "SELECT set_config('role', $1, true), set_config('app.workspace_id', '', true),
                set_config('app.client_id', '', true), set_config('app.backstage', 'off', true)",
    )
    .bind(role)
    .execute(conn)
    .await?;
    Ok(())
}
