use axum::{
    extract::FromRequestParts,
    http::request::Parts,
    response::{IntoResponse, Response},
};
use domain::{Scope, accounts::queries::client_name, ids::ClientId};
use serde::Deserialize;

use crate::web::{App, Cx, Member, Operator, Path, Problem};

/// Whose people they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PeopleOf {
    /// A client's own.
    Portal,
    /// The operators.
    Desk,
    /// A client's, seen from the desk.
    Client { id: ClientId, name: String },
}

/// Who looks at whose people: settled by the address, which begins with the portal or the desk.
pub struct PeopleContext {
    pub(super) cx: Cx,
    /// Narrowed to the client where it is one's people.
    pub(super) scope: Scope,
    pub(super) audience: PeopleOf,
}

impl PeopleContext {
    /// The people of a client, for the client's own page on the desk.
    pub fn client(of: &Operator, id: ClientId, name: &str) -> Self {
        let audience = PeopleOf::Client { id, name: name.to_owned() };
        Self { cx: of.cx.clone(), scope: of.scope.within(id), audience }
    }

    /// Where the page is.
    pub(super) fn base(&self) -> String {
        match &self.audience {
            PeopleOf::Portal => "/portal/people".to_owned(),
            PeopleOf::Desk => "/desk/people".to_owned(),
            PeopleOf::Client { id, .. } => format!("/desk/clients/{id}/people"),
        }
    }

    /// Whether the one who looks may change anything.
    pub(super) fn may_manage(&self) -> bool {
        self.scope.role().is_some_and(|role| role.may_manage_people())
    }
}

/// The client whose people they are, seen from the desk; none for the desk's own.
#[derive(Deserialize)]
struct ClientPath {
    client: Option<ClientId>,
}

impl FromRequestParts<App> for PeopleContext {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        if parts.uri.path().starts_with("/portal") {
            let Member { cx, scope, .. } = Member::from_request_parts(parts, app).await?;
            return Ok(Self { cx, scope, audience: PeopleOf::Portal });
        }
        let operator = Operator::from_request_parts(parts, app).await?;
        let Path(ClientPath { client }) = Path::from_request_parts(parts, app).await?;
        let Some(client) = client else {
            return Ok(Self { cx: operator.cx, scope: operator.scope, audience: PeopleOf::Desk });
        };
        let refuse = |error| Problem::from(error).into_response();
        let scope = operator.scope.within(client);
        let name = client_name(operator.cx.db(), &scope).await.map_err(refuse)?;
        Ok(Self::client(&operator, client, &name))
    }
}
