//! The portal's own door: people read what they may see, by the stream's id and by the cookie of their sign-in.

use std::sync::Arc;

use app::web::{App, MEMBERSHIP_KEY, PERSON_KEY};
use axum::http::{HeaderMap, header};
use domain::{
    Error, Scope, access,
    accounts::queries::arrive,
    ids::{MembershipId, PersonId},
};
use sessions::{StreamId, Tenant};
use tower_sessions::{Session, session::Id};

use super::{Ask, Authorizer, Grant, Place, Refused, Wish};
use crate::sign_in_store::SignInStore;

/// Lets people read, and nobody write.
#[derive(Clone)]
pub struct People(pub App);

/// Who was let in, and by what.
#[derive(Clone, Debug)]
pub struct Reader {
    host: String,
    sign_in: Id,
    stream: StreamId,
}

impl Authorizer for People {
    type Pass = Reader;

    async fn admit(&self, ask: Ask<'_>) -> Result<Grant<Reader>, Refused> {
        let stream: StreamId = ask.path.parse().map_err(|_| Refused::Hidden)?;
        let (pass, scope) = self.visit(ask.headers, stream).await?;
        match ask.wish {
            Wish::Read => Ok(Grant { place: Place::Stream(stream), tenant: tenant(&scope), pass }),
            Wish::Write => Err(Refused::ReadOnly),
        }
    }

    async fn still(&self, grant: &Grant<Reader>) -> bool {
        self.may_still(&grant.pass).await
    }
}

impl People {
    /// Lets in whoever is signed in and may see a stream, and tells as whom.
    pub(crate) async fn visit(
        &self,
        headers: &HeaderMap,
        stream: StreamId,
    ) -> Result<(Reader, Scope), Refused> {
        let sign_in = sign_in(headers).ok_or(Refused::Hidden)?;
        let reader = Reader { host: host(headers), sign_in, stream };
        let scope = self.may_read(&reader).await?;
        Ok((reader, scope))
    }

    /// Whether they still may. While the database is away nobody's access changes.
    pub(crate) async fn may_still(&self, reader: &Reader) -> bool {
        !matches!(self.may_read(reader).await, Err(Refused::Hidden | Refused::ReadOnly))
    }

    async fn may_read(&self, reader: &Reader) -> Result<Scope, Refused> {
        let scope = self.scope(reader).await?.ok_or(Refused::Hidden)?;
        match access::may_follow(&self.0.db, &scope, reader.stream.0).await {
            Ok(()) => Ok(scope),
            Err(Error::NotFound) => Err(Refused::Hidden),
            Err(error) => Err(unsettled(&error)),
        }
    }

    /// Who is signed in there now.
    async fn scope(&self, reader: &Reader) -> Result<Option<Scope>, Refused> {
        let store = Arc::new(SignInStore(self.0.db.clone()));
        let session = Session::new(Some(reader.sign_in), store, None);
        let person = session.get::<PersonId>(PERSON_KEY).await.map_err(|error| unsettled(&error))?;
        let membership =
            session.get::<MembershipId>(MEMBERSHIP_KEY).await.map_err(|error| unsettled(&error))?;
        let arrival = arrive(&self.0.db, &reader.host, person, membership).await;
        let standing = arrival.map_err(|error| unsettled(&error))?.standing;
        Ok(standing.map(|standing| standing.scope()))
    }
}

/// Whose seats somebody takes: their client's, or the desk's.
pub(crate) fn tenant(scope: &Scope) -> Tenant {
    Tenant { workspace: scope.workspace.0, client: scope.client.map(|client| client.0) }
}

fn unsettled(error: &dyn std::error::Error) -> Refused {
    tracing::warn!(error.message = %error, "who may read could not be settled");
    Refused::Away
}

fn sign_in(headers: &HeaderMap) -> Option<Id> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs =
        cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == "sign_in").and_then(|(_, id)| id.parse().ok())
}

/// The name alone.
fn host(headers: &HeaderMap) -> String {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    host.rsplit_once(':').map_or(host, |(name, _)| name).to_ascii_lowercase()
}
