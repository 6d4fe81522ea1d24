use sqlx::{PgConnection, types::Json};

use super::{Letterhead, Workspace, WorkspaceSettings};
use crate::{
    Db, Error, Result, Scope, SystemRole, Tx,
    billing::Sender,
    calendar,
    format::{Format, Locale},
    ids::WorkspaceId,
    requests::lock::calendar_from,
};

/// The workspace that answers under a host name: its own, else the oldest one without a host of its own, else the
/// oldest. `None` before the install is set up. For [`crate::SystemRole::Auth`].
pub async fn by_host_in(conn: &mut PgConnection, host: &str) -> Result<Option<Workspace>> {
    let row = sqlx::query!(
        "SELECT id, name, tagline, promise, zone, locale, currency, line_light, line_dark, terms, desk_stream
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
        locale: format(row.locale.as_deref(), &row.zone).locale,
        zone: row.zone,
        currency: row.currency,
        line_light: row.line_light,
        line_dark: row.line_dark,
        terms: row.terms,
        desk_stream: row.desk_stream,
    }))
}

/// What papers have of the workspace, whoever reads them.
///
/// # Errors
/// [`Error::NotFound`] where there is none.
pub async fn letterhead(db: &Db, workspace: WorkspaceId) -> Result<Letterhead> {
    let mut tx = db.begin(&Scope::system(workspace)).await?;
    let row = sqlx::query!("SELECT name, zone, locale, line_light FROM workspace WHERE id = $1", workspace.0)
        .fetch_optional(tx.conn())
        .await?
        .ok_or(Error::NotFound)?;
    tx.commit().await?;
    Ok(Letterhead { name: row.name, format: format(row.locale.as_deref(), &row.zone), color: row.line_light })
}

/// The host names that workspaces have of their own.
pub async fn hosts(db: &Db) -> Result<Vec<String>> {
    let mut tx = db.begin_as(SystemRole::Auth).await?;
    let hosts = sqlx::query_scalar!(r#"SELECT host AS "host!" FROM workspace WHERE host IS NOT NULL"#)
        .fetch_all(tx.conn())
        .await?;
    tx.commit().await?;
    Ok(hosts)
}

/// The ids of all workspaces. For [`SystemRole::Jobs`].
pub(crate) async fn ids_in(tx: &mut Tx) -> Result<Vec<WorkspaceId>> {
    let ids = sqlx::query_scalar!("SELECT id FROM workspace ORDER BY id").fetch_all(tx.conn()).await?;
    Ok(ids.into_iter().map(WorkspaceId).collect())
}

/// What an operator may decide about the workspace, as it stands.
///
/// # Errors
/// [`Error::NotFound`] for anyone but an operator.
pub async fn settings(db: &Db, scope: &Scope) -> Result<WorkspaceSettings> {
    if !scope.is_wide() {
        return Err(Error::NotFound);
    }
    let mut tx = db.begin(scope).await?;
    let row = sqlx::query!(
        r#"SELECT name, tagline, promise, zone, locale, currency, calendar, line_light, line_dark, terms, bill_from,
                  bill_sender AS "sender: Json<Sender>"
           FROM workspace WHERE id = $1"#,
        scope.workspace.0,
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    tx.commit().await?;
    Ok(WorkspaceSettings {
        currency: row
            .currency
            .parse()
            .map_err(|_| Error::Broken(format!("the unknown currency {}", row.currency)))?,
        calendar: calendar_from(&row.zone, row.calendar)?,
        locale: row.locale.as_deref().and_then(Locale::parse),
        line: row.line_light.zip(row.line_dark),
        name: row.name,
        tagline: row.tagline,
        promise: row.promise,
        terms: row.terms,
        sender: row.sender.map_or_else(|| Sender::from_text(&row.bill_from), |sender| sender.0),
    })
}

/// How the workspace writes, in its own zone.
///
/// # Errors
/// [`Error::NotFound`] where the transaction's scope does not see the workspace.
pub(crate) async fn format_in(tx: &mut Tx, workspace: WorkspaceId) -> Result<Format> {
    let row = sqlx::query!("SELECT zone, locale FROM workspace WHERE id = $1", workspace.0)
        .fetch_optional(tx.conn())
        .await?
        .ok_or(Error::NotFound)?;
    Ok(format(row.locale.as_deref(), &row.zone))
}

/// The same from the columns of its row.
pub(crate) fn format(locale: Option<&str>, zone: &str) -> Format {
    Format::of(locale, calendar::zone(zone).unwrap_or(chrono_tz::Tz::UTC))
}
