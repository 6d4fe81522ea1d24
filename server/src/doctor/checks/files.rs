//! Whether this node's file store is the one that the database speaks of.

use domain::files::store::{self, StoreLocation, StoreState};
use sqlx::PgConnection;

use crate::{doctor::Finding, files::about, settings::Settings};

const SUBJECT: &str = "Files";

/// Looks for the newest files; nothing is written.
pub(super) async fn check(settings: &Settings, connection: &mut PgConnection) -> Finding {
    if let Ok(StoreLocation::Folder(path)) = settings.file_location()
        && !path.exists()
    {
        return Finding::ok(SUBJECT, format!("{} will be made at the first start", path.display()));
    }
    let files = match settings.file_store() {
        Ok(files) => files,
        Err(reason) => return Finding::broken(SUBJECT, &reason),
    };
    let found = match store::inspect_by(connection, &files).await {
        Ok(found) => found,
        Err(reason) => return Finding::broken(SUBJECT, &reason),
    };
    if let Err(reason) = files.has_room().await {
        return Finding::warn(SUBJECT, reason.to_string(), "Make room: until then no file is taken in.");
    }
    match about(&found, &files) {
        None => Finding::ok(SUBJECT, format!("{} has the newest files", files.location())),
        Some((what, mend)) if matches!(found, StoreState::Incomplete { .. }) => {
            Finding::warn(SUBJECT, what, mend)
        }
        Some((what, mend)) => Finding::fail(SUBJECT, what, mend),
    }
}
