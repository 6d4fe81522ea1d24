//! Who calls with a token: `Authorization: Bearer tl_…`, and nothing else. Cookies are not looked at here, so no page of
//! another site can have a browser call in somebody's name.

use std::{net::IpAddr, num::NonZeroU32, sync::Arc};

use app::web::ClientAddr;
use axum::{
    body::Body,
    extract::{FromRequestParts, Request, State},
    http::{HeaderMap, Method, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use domain::{
    Actor, Db, Error, Scope,
    audit::ActedThrough,
    tokens::{self, Bearer, Right},
};
use governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
};
use uuid::Uuid;

use super::Problem;

/// Calls a second that one token may make for longer than its burst lasts: an agent that streams sends many.
const A_SECOND: NonZeroU32 = NonZeroU32::new(50).expect("is not nought");
/// Calls that may come at once.
const BURST: NonZeroU32 = NonZeroU32::new(500).expect("is not nought");

/// The door for tokens. Cheap to clone; one for all that stands behind it, since it counts each token's calls.
#[derive(Clone)]
pub struct TokenGate(Arc<TokenDoor>);

struct TokenDoor {
    db: Db,
    rates: DefaultKeyedRateLimiter<Uuid>,
}

/// Whoever was let in, and by which token.
#[derive(Clone)]
pub struct Caller {
    /// The token, what it may do, and in whose scope.
    pub bearer: Bearer,
    /// From where the call came; none where that is not known.
    ip: Option<IpAddr>,
    text: Arc<str>,
}

impl TokenGate {
    /// A door that has let in nobody yet.
    #[must_use]
    pub fn new(db: Db) -> Self {
        let rates = RateLimiter::keyed(Quota::per_second(A_SECOND).allow_burst(BURST));
        Self(Arc::new(TokenDoor { db, rates }))
    }

    /// Lets in whoever sends a token that counts; that it was used is noted.
    ///
    /// # Errors
    /// 401 without one, 429 where it is used too often, 503 while the database is away.
    pub async fn admit(&self, headers: &HeaderMap) -> Result<Caller, Problem> {
        let text = bearer_of(headers).ok_or_else(Problem::unauthorized)?;
        let bearer = self.who(text).await?;
        match self.0.rates.check_key(&bearer.token.0) {
            Ok(()) => Ok(Caller { bearer, ip: None, text: text.into() }),
            Err(until) => {
                let wait = until.wait_time_from(DefaultClock::default().now());
                Err(Problem::too_many(u32::try_from(wait.as_secs() + 1).unwrap_or(u32::MAX)))
            }
        }
    }

    /// Whether a token that was let in counts still: what stays open asks again. While the database is away, nobody's
    /// access changes.
    pub async fn still(&self, caller: &Caller) -> bool {
        !matches!(tokens::commands::authenticate(&self.0.db, &caller.text).await, Err(Error::NotFound))
    }

    async fn who(&self, text: &str) -> Result<Bearer, Problem> {
        match tokens::commands::authenticate(&self.0.db, text).await {
            Err(Error::NotFound) => Err(Problem::unauthorized()),
            found => Ok(found?),
        }
    }
}

/// The token of a request; none where there is no such header, two of them, or one of another kind.
pub(crate) fn bearer_of(headers: &HeaderMap) -> Option<&str> {
    let mut sent = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(only), None) = (sent.next(), sent.next()) else { return None };
    let (kind, token) = only.to_str().ok()?.split_once(' ')?;
    kind.eq_ignore_ascii_case("bearer").then(|| token.trim()).filter(|token| !token.is_empty())
}

/// Whether a request comes with a token, whatever it is worth.
pub(crate) fn has_token(headers: &HeaderMap) -> bool {
    headers.contains_key(header::AUTHORIZATION)
}

/// Stands before routes that are for tokens alone: what is behind finds its [`Caller`] among the request's extensions,
/// or takes it as an extractor.
pub async fn require(State(gate): State<TokenGate>, mut request: Request, next: Next) -> Response {
    if request.method() == Method::OPTIONS {
        return StatusCode::NO_CONTENT.into_response();
    }
    match gate.admit(request.headers()).await {
        Ok(caller) => {
            let ip = ClientAddr::of(request.extensions()).map(ClientAddr::ip);
            request.extensions_mut().insert(Caller { ip, ..caller });
            next.run(request).await
        }
        // Whoever asks for the head alone is told no more.
        Err(problem) if request.method() == Method::HEAD => {
            Response::from_parts(problem.into_response().into_parts().0, Body::empty())
        }
        Err(problem) => problem.into_response(),
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(Problem::unauthorized)
    }
}

impl Caller {
    /// By what means they came, for the audit log.
    pub fn by(&self) -> ActedThrough {
        ActedThrough { token: Some(self.bearer.token), ip: self.ip }
    }

    /// The scope of an agent at work.
    ///
    /// # Errors
    /// 403 for every other token.
    pub fn agent(&self) -> Result<&Scope, Problem> {
        match self.bearer.scope.actor {
            Actor::Agent { .. } if self.bearer.run.is_some() => {
                Err(Problem::forbidden("This token is for the tools at /mcp, for one run."))
            }
            Actor::Agent { .. } if self.bearer.may(Right::Work) => Ok(&self.bearer.scope),
            _ => Err(Problem::forbidden("This is for an agent's own token, made on the desk for one agent.")),
        }
    }

    /// The scope of the operator whose token it is, where the token has a right.
    ///
    /// # Errors
    /// 403 for every other token.
    pub fn operator(&self, right: Right) -> Result<&Scope, Problem> {
        match self.bearer.scope.actor {
            Actor::Person { .. } if self.bearer.may(right) => Ok(&self.bearer.scope),
            Actor::Person { .. } => Err(Problem::forbidden(
                "This token doesn’t have permission to do that. Create one that does.",
            )),
            _ => Err(Problem::forbidden("This is for an operator's token, not for an agent's.")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_bearer_counts() {
        let of = |values: &[&str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(header::AUTHORIZATION, value.parse().unwrap());
            }
            bearer_of(&headers).map(str::to_owned)
        };
        assert_eq!(of(&["Bearer tl_x"]).as_deref(), Some("tl_x"));
        assert_eq!(of(&["bearer  tl_x "]).as_deref(), Some("tl_x"));
        for nobody in [&[][..], &["Bearer "], &["Bearer"], &["Basic dGw6"], &["Bearer a", "Bearer b"]] {
            assert_eq!(of(nobody), None, "{nobody:?}");
        }
    }
}
