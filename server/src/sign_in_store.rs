//! Where tower-sessions keeps what it knows of a browser: our own table, so that people see where they are signed in.

use std::fmt;

use app::web::{AGENT_KEY, PERSON_KEY};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    Db,
    accounts::sign_ins::{self, SignIn},
    ids::PersonId,
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
        let (sign_in, person) = kept(record)?;
        // A collision of 128 random bits is not expected, but it must never hand over somebody's sign-in.
        while !sign_ins::create(&self.0, &key(&record.id), &sign_in, person).await.map_err(failed)? {
            record.id = Id::default();
        }
        Ok(())
    }

    async fn save(&self, record: &Record) -> Result<()> {
        let (sign_in, person) = kept(record)?;
        sign_ins::save(&self.0, &key(&record.id), &sign_in, person).await.map_err(failed)
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

/// A record as the database keeps it, and whose it is.
fn kept(record: &Record) -> Result<(SignIn, Option<PersonId>)> {
    let data = serde_json::to_value(&record.data).map_err(|error| Error::Encode(error.to_string()))?;
    let person = record.data.get(PERSON_KEY).and_then(|person| serde_json::from_value(person.clone()).ok());
    let agent = record.data.get(AGENT_KEY).and_then(|agent| agent.as_str()).unwrap_or_default().to_owned();
    let expires_at =
        DateTime::<Utc>::from_timestamp(record.expiry_date.unix_timestamp(), 0).unwrap_or_default();
    Ok((SignIn { data, agent, expires_at }, person))
}

/// The database never holds what a cookie carries.
fn key(id: &Id) -> Vec<u8> {
    sign_ins::key(&id.to_string())
}

fn failed(error: domain::Error) -> Error {
    Error::Backend(error.to_string())
}
