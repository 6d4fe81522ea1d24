//! Who may in the portal: people read what they may see, by the stream's id and by the cookie of their sign-in.

use std::sync::Arc;

use app::web::{App, MEMBERSHIP_KEY, PERSON_KEY};
use axum::http::{HeaderMap, header};
use domain::{
    Error, Scope, access,
    accounts::queries::arrive,
    ids::{MembershipId, PersonId},
};
use sessions::{StreamId, Tenant};
use sessions_http::{
    Access, AccessError, AccessRequest, AppendError, AppendPlan, AppendRequest, Authorizer, Grant, Target,
};
use tower_sessions::{Session, session::Id};

use super::programs::{self, RunWriter};
use crate::{
    api::{Caller, TokenGate, has_token},
    sign_in_store::SignInStore,
};

/// Lets people read, and nobody write; where tokens are let in, programs read too, and agents write to what
/// they have in hand.
#[derive(Clone)]
pub struct People {
    app: App,
    gate: Option<TokenGate>,
}

/// Who was let in, and by what.
#[derive(Clone)]
pub struct Reader {
    who: Who,
    stream: StreamId,
    /// The run in whose name they may write.
    writes: Option<Arc<RunWriter>>,
}

#[derive(Clone)]
enum Who {
    SignedIn { host: String, sign_in: Id },
    Program(Caller),
}

impl Authorizer for People {
    type Principal = Reader;

    async fn authorize(&self, request: AccessRequest<'_>) -> Result<Grant<Reader>, AccessError> {
        let stream: StreamId = request.path.parse().map_err(|_| AccessError::NotFound)?;
        let (mut principal, scope) = self.admit(request.headers, stream).await?;
        match (request.access, &principal.who) {
            (Access::Read, _) => {}
            (Access::Append, Who::Program(caller)) => {
                principal.writes = Some(Arc::new(programs::writer(&self.app.db, caller, stream).await?));
            }
            (Access::Append | Access::Write, _) => return Err(AccessError::ReadOnly),
        }
        Ok(Grant { target: Target::Stream(stream), tenant: tenant(&scope), principal })
    }

    async fn plan_append(
        &self,
        principal: &Reader,
        request: AppendRequest<'_>,
    ) -> Result<AppendPlan, AppendError> {
        match &principal.writes {
            Some(writer) => writer.plan_append(&self.app.db, request).await,
            None => Err(AppendError::Invalid("This may only be read.".to_owned())),
        }
    }

    async fn is_still_authorized(&self, grant: &Grant<Reader>) -> bool {
        People::is_still_authorized(self, &grant.principal).await
    }
}

impl People {
    /// For people alone.
    pub fn new(app: App) -> Self {
        Self { app, gate: None }
    }

    /// Lets programs in as well, by their tokens.
    #[must_use]
    pub fn and_programs(self, gate: TokenGate) -> Self {
        Self { gate: Some(gate), ..self }
    }

    /// What pages stand on.
    pub(crate) fn app(&self) -> &App {
        &self.app
    }

    /// Lets in whoever is signed in, or comes with a token, and may see a stream; and says as whom.
    pub(crate) async fn admit(
        &self,
        headers: &HeaderMap,
        stream: StreamId,
    ) -> Result<(Reader, Scope), AccessError> {
        let who = match &self.gate {
            Some(gate) if has_token(headers) => Who::Program(programs::caller(gate, headers).await?),
            _ => {
                Who::SignedIn { host: host(headers), sign_in: sign_in(headers).ok_or(AccessError::NotFound)? }
            }
        };
        let reader = Reader { who, stream, writes: None };
        let scope = self.may_read(&reader).await?;
        Ok((reader, scope))
    }

    /// Whether they still may. While the database is away nobody's access changes.
    pub(crate) async fn is_still_authorized(&self, reader: &Reader) -> bool {
        if let (Who::Program(caller), Some(gate)) = (&reader.who, &self.gate)
            && !gate.still(caller).await
        {
            return false;
        }
        !matches!(self.may_read(reader).await, Err(AccessError::NotFound | AccessError::ReadOnly))
    }

    async fn may_read(&self, reader: &Reader) -> Result<Scope, AccessError> {
        let scope = match &reader.who {
            Who::SignedIn { host, sign_in } => {
                self.scope(host, *sign_in).await?.ok_or(AccessError::NotFound)?
            }
            Who::Program(caller) => programs::scope(&self.app.db, caller, reader.stream).await?,
        };
        match access::may_follow(&self.app.db, &scope, reader.stream.0).await {
            Ok(()) => Ok(scope),
            Err(error) => Err(access_error(&error)),
        }
    }

    /// Who is signed in there now.
    async fn scope(&self, host: &str, sign_in: Id) -> Result<Option<Scope>, AccessError> {
        let store = Arc::new(SignInStore(self.app.db.clone()));
        let session = Session::new(Some(sign_in), store, None);
        let person = session.get::<PersonId>(PERSON_KEY).await.map_err(|error| unavailable(&error))?;
        let membership =
            session.get::<MembershipId>(MEMBERSHIP_KEY).await.map_err(|error| unavailable(&error))?;
        let arrival = arrive(&self.app.db, host, person, membership).await;
        let membership = arrival.map_err(|error| unavailable(&error))?.membership;
        Ok(membership.map(|membership| membership.scope()))
    }
}

/// Whose seats somebody takes: their client's, or the desk's.
pub(crate) fn tenant(scope: &Scope) -> Tenant {
    Tenant { workspace: scope.workspace.0, client: scope.client.map(|client| client.0) }
}

pub(super) fn access_error(error: &Error) -> AccessError {
    match error {
        Error::NotFound => AccessError::NotFound,
        error => unavailable(error),
    }
}

fn unavailable(error: &dyn std::error::Error) -> AccessError {
    tracing::warn!(error.message = %error, "who may read could not be settled");
    AccessError::Unavailable
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
