//! Who is let into a request's session, by the cookie of their sign-in, and as whom they act.

use std::sync::Arc;

use app::web::App;
use axum::{
    extract::{FromRequestParts, Path},
    http::{HeaderMap, request::Parts},
};
use domain::{Scope, ids::RequestId, requests::queries};
use sessions::{StreamId, Tenant};
use tokio_util::sync::CancellationToken;

use super::{
    durable_streams::{People, Reader, tenant},
    error::ProtocolError,
    follow_timer::FollowIntervals,
};
use crate::limits::{Limits, Seat, SeatKind};

/// What every answer of the people's protocols stands on.
#[derive(Clone)]
pub struct Auth {
    people: People,
    limits: Arc<Limits>,
    stop: CancellationToken,
    intervals: FollowIntervals,
}

/// The session that an address names; what cannot name one is not there.
pub(super) struct SessionPath(pub(super) StreamId);

impl<S: Send + Sync> FromRequestParts<S> for SessionPath {
    type Rejection = ProtocolError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ProtocolError> {
        match Path::from_request_parts(parts, state).await {
            Ok(Path(session)) => Ok(Self(session)),
            Err(_) => Err(ProtocolError::not_found()),
        }
    }
}

/// Somebody who was let in, and to what.
pub(super) struct Visit {
    pub(super) auth: Auth,
    pub(super) reader: Reader,
    /// Narrowed to the client that the request belongs to.
    pub(super) scope: Scope,
    /// Whose seats they take.
    pub(super) tenant: Tenant,
    pub(super) stream: StreamId,
    pub(super) request: RequestId,
}

impl Auth {
    /// Answers that are open end when `stop` is cancelled.
    pub fn new(app: App, limits: Arc<Limits>, stop: CancellationToken, intervals: FollowIntervals) -> Self {
        Self { people: People::new(app), limits, stop, intervals }
    }

    pub(super) fn app(&self) -> &App {
        self.people.app()
    }

    pub(super) fn stop(&self) -> &CancellationToken {
        &self.stop
    }

    /// A seat for an answer that stays open.
    pub(super) fn seat(&self, tenant: Tenant) -> Result<Seat, ProtocolError> {
        Ok(self.limits.seat(tenant, SeatKind::Sse)?)
    }

    pub(super) fn intervals(&self) -> FollowIntervals {
        self.intervals
    }

    /// Lets in whoever is signed in and may see the session; to all others it is not there.
    pub(super) async fn admit(&self, headers: &HeaderMap, stream: StreamId) -> Result<Visit, ProtocolError> {
        let (reader, scope) = self.people.admit(headers, stream).await?;
        let (request, client) = queries::of_session(&self.app().db, &scope, stream.0).await?;
        let tenant = tenant(&scope);
        Ok(Visit { auth: self.clone(), reader, scope: scope.within(client), tenant, stream, request })
    }

    /// Whether whoever was let in still may; asked to the end, whoever still listens.
    pub(super) async fn is_still_authorized(&self, reader: &Reader) -> bool {
        let (people, reader) = (self.people.clone(), reader.clone());
        tokio::spawn(async move { people.is_still_authorized(&reader).await }).await.unwrap_or(false)
    }
}
