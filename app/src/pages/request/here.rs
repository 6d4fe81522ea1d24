use axum::{extract::FromRequestParts, http::request::Parts, response::Response};
use domain::{
    Scope,
    ids::{ClientId, RequestId},
    requests::queries,
};
use serde::Deserialize;

use crate::web::{App, Cx, DeskTab, Fields, Frame, Member, Operator, Path, PortalTab};

/// Who asks for which request: a member for one of their own, or an operator for one of a client's.
pub struct Here {
    pub cx: Cx,
    pub scope: Scope,
    pub client: ClientId,
    pub number: u64,
    pub desk: bool,
}

/// A request of the member's client.
#[derive(Deserialize)]
struct MemberPath {
    number: u64,
}

/// A request of any client.
#[derive(Deserialize)]
struct OperatorPath {
    client: ClientId,
    number: u64,
}

impl FromRequestParts<App> for Here {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        if parts.uri.path().starts_with("/portal") {
            let Member { cx, scope, client, .. } = Member::from_request_parts(parts, app).await?;
            let Path(MemberPath { number }) = Path::from_request_parts(parts, app).await?;
            return Ok(Self { cx, scope, client, number, desk: false });
        }
        let Operator { cx, scope, .. } = Operator::from_request_parts(parts, app).await?;
        let Path(OperatorPath { client, number }) = Path::from_request_parts(parts, app).await?;
        Ok(Self { cx, scope: scope.within(client), client, number, desk: true })
    }
}

impl Here {
    /// The request's address.
    pub fn base(&self) -> String {
        if self.desk {
            format!("/desk/clients/{}/requests/{}", self.client, self.number)
        } else {
            format!("/portal/requests/{}", self.number)
        }
    }

    /// Where a form leads when it is done: to the page that it stood on, otherwise to where the line is now.
    pub fn after(&self, fields: &Fields) -> String {
        fields.back(&format!("{}#now", self.base()))
    }

    pub fn frame(&self) -> Frame {
        if self.desk { Frame::Desk(DeskTab::Clients) } else { Frame::Portal(PortalTab::Requests) }
    }

    /// May speak, stop, steer, answer and review.
    pub fn may_work(&self) -> bool {
        self.scope.role().is_some_and(domain::Role::may_work)
    }

    /// The request's id; nothing else of it is read.
    pub async fn request(&self) -> domain::Result<RequestId> {
        queries::find(self.cx.db(), &self.scope, self.client, self.number).await
    }
}
