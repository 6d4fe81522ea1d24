use sqlx::types::Json;

use crate::{
    Db, Error, Result, Scope,
    audit::{self, NewEntry},
    billing,
    format::Locale,
    ids::ClientId,
    live_hints,
    requests::clock,
    workspaces::{WorkspaceSettings, queries},
};

/// Keeps the settings. A new calendar counts from now on for every clock that runs: when requests are due is worked out
/// anew, a client at a time, after the settings are kept.
///
/// # Errors
/// [`Error::NotFound`] for anyone but an operator.
pub async fn update(db: &Db, scope: &Scope, settings: &WorkspaceSettings) -> Result<()> {
    let before = queries::settings(db, scope).await?;
    let mut tx = db.begin(scope).await?;
    let (light, dark) = settings.line.clone().unzip();
    let sender = (!settings.sender.is_empty()).then_some(Json(&settings.sender));
    let printed = sender.as_ref().map(|sender| sender.printed(&settings.name)).unwrap_or_default();
    let changed = sqlx::query!(
        "UPDATE workspace SET name = $2, tagline = $3, promise = $4, zone = $5, currency = $6, calendar = $7, line_light = $8,
                line_dark = $9, terms = $10, bill_from = $11, bill_sender = $12, locale = $13
         WHERE id = $1",
        scope.workspace.0,
        settings.name,
        settings.tagline,
        settings.promise,
        settings.calendar.zone().name(),
        settings.currency.code(),
        Json(&settings.calendar) as _,
        light,
        dark,
        settings.terms,
        printed,
        sender as _,
        settings.locale.map(Locale::code),
    )
    .execute(tx.conn())
    .await?;
    if changed.rows_affected() != 1 {
        return Err(Error::NotFound);
    }
    billing::commands::issue_held_in(&mut tx, scope, None).await?;
    live_hints::publish_to_desk(&mut tx, scope, "workspace").await?;
    let entry = NewEntry::done("change_settings", settings.name.as_str());
    audit::commands::record_in(
        &mut tx,
        scope,
        NewEntry { detail: changed_words(&before, settings), ..entry },
    )
    .await?;
    tx.commit().await?;
    if before.calendar != settings.calendar {
        reset_clocks(db, scope).await?;
    }
    Ok(())
}

/// Which of them are others now.
fn changed_words(before: &WorkspaceSettings, after: &WorkspaceSettings) -> String {
    let changed = [
        ("name", before.name != after.name),
        ("tagline", before.tagline != after.tagline),
        ("promise", before.promise != after.promise),
        ("currency", before.currency != after.currency),
        ("business hours", before.calendar != after.calendar),
        ("date format", before.locale != after.locale),
        ("colors", before.line != after.line),
        ("terms", before.terms != after.terms),
        ("invoice address", before.sender != after.sender),
    ];
    let names: Vec<&str> =
        changed.into_iter().filter_map(|(name, changed)| changed.then_some(name)).collect();
    if names.is_empty() { String::new() } else { format!("Changed: {}", names.join(", ")) }
}

async fn reset_clocks(db: &Db, scope: &Scope) -> Result<()> {
    let mut tx = db.begin(scope).await?;
    let clients = sqlx::query_scalar!(
        "SELECT DISTINCT client_id FROM request
         WHERE workspace_id = $1 AND board_column IN ('in_progress', 'waiting', 'review') AND withdrawn_at IS NULL",
        scope.workspace.0,
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    for client in clients {
        let mut tx = db.begin(scope).await?;
        clock::set_all_in(&mut tx, scope, ClientId(client)).await?;
        tx.commit().await?;
    }
    Ok(())
}
