//! Notes, in the folders that their paths name.

use std::io::Write;

use super::Packing;
use crate::{Error, Result, notes};

/// How many are looked up at a time.
const BATCH: i64 = 200;

pub(super) async fn write<W: Write + Send + 'static>(packing: &mut Packing<'_, W>) -> Result<()> {
    let mut after = String::new();
    loop {
        let paths = paths(packing, &after).await?;
        let Some(last) = paths.last().cloned() else { return Ok(()) };
        for path in paths {
            match notes::queries::get(packing.db, &packing.reader, packing.claim.client, &path).await {
                Ok(note) => {
                    let place = packing.names.place_under("Notes", &note.path);
                    packing.text(&place, note.body).await?;
                }
                // Moved meanwhile.
                Err(Error::NotFound) => {}
                Err(error) => return Err(error),
            }
            packing.progress.one_more().await?;
        }
        after = last;
    }
}

async fn paths<W>(packing: &Packing<'_, W>, after: &str) -> Result<Vec<String>> {
    let mut tx = packing.db.begin(&packing.reader).await?;
    let paths = sqlx::query_scalar!(
        r#"SELECT path FROM note WHERE workspace_id = $1 AND client_id = $2 AND path COLLATE "C" > $3
           ORDER BY path COLLATE "C" LIMIT $4"#,
        packing.claim.workspace.0,
        packing.claim.client.0,
        after,
        BATCH,
    )
    .fetch_all(tx.conn())
    .await?;
    tx.commit().await?;
    Ok(paths)
}
