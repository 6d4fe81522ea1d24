//! A session as it reads now.

use sessions::{Error, Offset, StreamId};
use uuid::Uuid;

use super::Reading;
use crate::{Db, Result};

/// Events that are fetched at a time.
const PAGE: u32 = 2_000;

/// Folds a stream up to its end; the caller has settled who may read it. Events that were dropped are passed over.
///
/// # Errors
/// [`crate::Error::Sessions`] where there is no such stream or the database is away.
pub async fn read(db: &Db, stream: Uuid) -> Result<Reading> {
    let mut reading = Reading::default();
    loop {
        match db.engine().read(StreamId(stream), Offset::from_value(reading.next), PAGE).await {
            Ok(page) => {
                reading.take(reading.next, page.records.iter().map(|record| record.json()));
                if page.up_to_date || page.records.is_empty() {
                    return Ok(reading);
                }
            }
            Err(Error::Gone { earliest }) => reading.next = earliest.value(),
            Err(error) => return Err(error.into()),
        }
    }
}
