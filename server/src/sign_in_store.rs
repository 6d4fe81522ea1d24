//! Where tower-sessions keeps what it knows of a browser: our own table, so that people see where they are signed in.

use std::fmt;

use app::web::PERSON_KEY;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    Db,
    accounts::sign_ins::{self, SignIn},
    ids::PersonId,
    secret,
};
use tower_sessions::{
    SessionStore,
    cookie::time::OffsetDateTime,
    session::{Id, Record},
    session_store::{Error, Result},
};

/// The store over the product's database.
#[derive(Clone)]
pub struct SignInStore(pub Db);

impl fmt::Debug for SignInStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SignInStore")
    }
}

#[async_trait]
impl SessionStore for SignInStore {
    async fn create(&self, record: &mut Record) -> Result<()> {
        // A collision of 128 random bits is not expected, but it must never hand over somebody's sign-in.
        while !self.keep(record, true).await? {
            record.id = Id::default();
        }
        Ok(())
    }

    async fn save(&self, record: &Record) -> Result<()> {
        self.keep(record, false).await.map(|_| ())
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let Some(found) = sign_ins::load(&self.0, &key(id)).await.map_err(failed)? else { return Ok(None) };
        let data = serde_json::from_value(found.data).map_err(|error| Error::Decode(error.to_string()))?;
        let expiry_date = OffsetDateTime::from_unix_timestamp(found.expires_at.timestamp())
            .map_err(|error| Error::Decode(error.to_string()))?;
        Ok(Some(Record { id: *id, data, expiry_date }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        sign_ins::delete(&self.0, &key(id)).await.map_err(failed)
    }
}

impl SignInStore {
    async fn keep(&self, record: &Record, fresh: bool) -> Result<bool> {
        let data = serde_json::to_value(&record.data).map_err(|error| Error::Encode(error.to_string()))?;
        let person: Option<PersonId> =
            record.data.get(PERSON_KEY).and_then(|person| serde_json::from_value(person.clone()).ok());
        let expires_at = DateTime::<Utc>::from_timestamp(record.expiry_date.unix_timestamp(), 0).unwrap_or_default();
        sign_ins::save(&self.0, &key(&record.id), &SignIn { data, expires_at }, person, fresh).await.map_err(failed)
    }
}

/// The database never holds what a cookie carries.
fn key(id: &Id) -> Vec<u8> {
    secret::hash(&id.to_string())
}

fn failed(error: domain::Error) -> Error {
    Error::Backend(error.to_string())
}
