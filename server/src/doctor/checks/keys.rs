//! Whether this node opens what is sealed in the database.

use domain::sealed::{self, Keyring};
use sqlx::PgConnection;

use crate::{doctor::Finding, keyring, settings::Settings};

const SUBJECT: &str = "Master key";

/// Looks at the names of the keys alone; nothing is opened.
pub(super) async fn check(settings: &Settings, connection: &mut PgConnection) -> Finding {
    let ring = match keyring::existing(settings) {
        Ok(ring) => ring,
        Err(reason) => return Finding::broken(SUBJECT, &reason),
    };
    match sealed::unopened_by(connection, ring.as_ref()).await {
        Ok(unopened) if unopened.is_empty() => Finding::ok(SUBJECT, found(ring.as_ref())),
        Ok(unopened) => {
            let (what, mend) = keyring::about(&unopened);
            Finding::fail(SUBJECT, what, mend)
        }
        Err(reason) => Finding::broken(SUBJECT, &reason),
    }
}

fn found(ring: Option<&Keyring>) -> String {
    match ring {
        Some(ring) => format!("decrypts all stored secrets ({})", ring.name()),
        None => "will be created on first start".to_owned(),
    }
}
