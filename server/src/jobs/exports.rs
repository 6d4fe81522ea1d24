//! Packs what clients asked to download, and takes away what has expired.

use std::time::Duration;

use app::web::App;
use domain::{Db, exports, files::store::Store};

use super::periodic::{self, with_files};
use crate::shutdown::Shutdown;

/// Somebody looks at a bar that should begin to move.
const DUE: Duration = Duration::from_secs(2);
/// What has expired is refused at once; this only makes room.
const CLEAR: Duration = Duration::from_secs(300);

pub(super) fn start(app: &App, shutdown: &Shutdown) {
    let every = |name, pause, work| periodic::start(app.db.clone(), shutdown, name, pause, work);
    every("downloads of clients", DUE, with_files(&app.site.files, pack));
    every("expired downloads", CLEAR, with_files(&app.site.files, remove_expired));
}

async fn pack(db: Db, files: Store) -> domain::Result<()> {
    exports::commands::pack_due(&db, &files).await.map(drop)
}

async fn remove_expired(db: Db, files: Store) -> domain::Result<()> {
    let removed = exports::commands::clear(&db, &files).await?;
    if removed > 0 {
        tracing::info!(downloads = removed, "removed expired downloads of clients");
    }
    Ok(())
}
