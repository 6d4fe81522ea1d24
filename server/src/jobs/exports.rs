//! Packs what clients asked to download, and takes away what has expired.

use std::time::Duration;

use app::web::App;
use domain::{Db, exports, files::store::Store};
use futures::future::BoxFuture;

use super::periodic;
use crate::shutdown::Shutdown;

/// Somebody looks at a bar that should begin to move.
const DUE: Duration = Duration::from_secs(2);
/// What has expired is refused at once; this only makes room.
const CLEAR: Duration = Duration::from_secs(300);

pub(super) fn start(app: &App, shutdown: &Shutdown) {
    let files = app.site.files.clone();
    let pack = move |db: Db| -> BoxFuture<'static, domain::Result<()>> {
        let files = files.clone();
        Box::pin(async move { exports::work_due(&db, &files).await.map(drop) })
    };
    periodic::start(app.db.clone(), shutdown, "downloads of clients", DUE, Box::new(pack));
    let files = app.site.files.clone();
    let clear = move |db: Db| -> BoxFuture<'static, domain::Result<()>> {
        let files = files.clone();
        Box::pin(async move { remove_expired(&db, &files).await })
    };
    periodic::start(app.db.clone(), shutdown, "expired downloads", CLEAR, Box::new(clear));
}

async fn remove_expired(db: &Db, files: &Store) -> domain::Result<()> {
    let removed = exports::clear(db, files).await?;
    if removed > 0 {
        tracing::info!(downloads = removed, "removed expired downloads of clients");
    }
    Ok(())
}
