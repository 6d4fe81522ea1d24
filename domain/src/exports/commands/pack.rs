//! Packs what was asked for, one after another.

use std::time::Duration;

use futures::{Stream, future::join};

use crate::{
    Db, Error, Result,
    exports::{
        FOLDER, LEASE,
        claim::{Claim, claim, renew},
        content,
        pipe::{self, pipe},
        progress::lost,
        settle,
        zip::Zip,
    },
    files::store::{self, Key, Store},
};

/// Packs every export that waits, or that a node has left behind; how many were looked at.
///
/// # Errors
/// Where the database or the store is away; another try comes once the lease has run out.
pub async fn pack_due(db: &Db, store: &Store) -> Result<usize> {
    let mut looked_at = 0;
    while let Some(claim) = claim(db).await? {
        looked_at += 1;
        if claim.is_spent {
            settle::mark_failed(db, &claim, settle::FAILED).await?;
            continue;
        }
        match held(db, &claim, pack(db, store, &claim)).await {
            Ok(()) => {}
            Err(error) if error.is_away() && !is_full(&error) => return Err(error),
            Err(error) => give_up(db, &claim, &error).await?,
        }
    }
    Ok(looked_at)
}

fn is_full(error: &Error) -> bool {
    matches!(error, Error::Store(store::Error::Full(_)))
}

async fn give_up(db: &Db, claim: &Claim, error: &Error) -> Result<()> {
    tracing::error!(export.id = %claim.export, error.message = %error, "a client's download could not be prepared");
    let why = if is_full(error) { settle::NO_ROOM } else { settle::FAILED };
    settle::mark_failed(db, claim, why).await
}

/// Does the work as long as the claim is this node's.
async fn held(db: &Db, claim: &Claim, work: impl Future<Output = Result<()>>) -> Result<()> {
    let watch = async {
        loop {
            tokio::time::sleep(beat()).await;
            // A database that is away for a moment ends nothing: the work meets it by itself.
            if matches!(renew(db, claim).await, Ok(false)) {
                return lost();
            }
        }
    };
    tokio::select! {
        done = work => done,
        lost = watch => Err(lost),
    }
}

/// How often a node says that it is alive.
fn beat() -> Duration {
    LEASE / 4
}

async fn pack(db: &Db, store: &Store, claim: &Claim) -> Result<()> {
    store.has_room().await?;
    // Its own for every try: one that comes back late writes over nothing.
    let text = format!("{FOLDER}/{}/{}-{}", claim.workspace, claim.export, claim.attempt);
    let key = Key::parse(&text).ok_or_else(|| Error::Broken(format!("{text} is no key")))?;
    let (sink, pieces) = pipe();
    let write = async {
        let (at, format) = content::frame(db, claim).await?;
        let mut zip = Zip::begin(sink, at, format.zone);
        content::write(db, store, claim, &mut zip).await?;
        let sink = zip.finish().await?;
        let closed = tokio::task::spawn_blocking(move || sink.close()).await;
        closed.map_err(|error| Error::Broken(error.to_string()))?.map_err(|_| pipe::broken_off())
    };
    let bytes = both(put(store, &key, pieces), write).await?;
    match settle::mark_ready(db, claim, &key, bytes).await {
        Ok(()) => Ok(()),
        Err(error) => {
            // Nothing names it. Where this fails as well, it is cleared after a day.
            let _ = store.delete(&key).await;
            Err(error)
        }
    }
}

async fn put(store: &Store, key: &Key, pieces: impl Stream<Item = Result<bytes::Bytes>>) -> Result<u64> {
    store.put_pieces(key, pieces).await
}

/// Waits for both ends. Where one breaks off because of the other, the other's reason counts.
async fn both(
    put: impl Future<Output = Result<u64>>,
    write: impl Future<Output = Result<()>>,
) -> Result<u64> {
    match join(put, write).await {
        (Ok(bytes), Ok(())) => Ok(bytes),
        (Err(Error::Broken(_)), Err(error)) | (Ok(_), Err(error)) | (Err(error), _) => Err(error),
    }
}
