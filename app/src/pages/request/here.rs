use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::request::Parts,
    response::{IntoResponse, Response},
};
use domain::{
    Scope,
    ids::{ClientId, RequestId},
    requests::queries,
};

use crate::web::{App, Cx, DeskTab, Fields, Frame, Member, Operator, PortalTab, Problem};

/// Who asks for which request: a member for one of their own, or an operator for one of a client's.
pub struct Here {
    pub cx: Cx,
    pub scope: Scope,
    pub client: ClientId,
    pub number: u64,
    pub desk: bool,
}

impl FromRequestParts<App> for Here {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let params =
            RawPathParams::from_request_parts(parts, app).await.map_err(IntoResponse::into_response)?;
        let param =
            |name: &str| params.iter().find(|(key, _)| *key == name).map(|(_, value)| value.to_owned());
        let number = param("number").and_then(|text| text.parse().ok());
        let (cx, scope, client, desk) = match param("client") {
            None => {
                let Member { cx, scope, client, .. } = Member::from_request_parts(parts, app).await?;
                (cx, scope, Some(client), false)
            }
            Some(text) => {
                let Operator { cx, scope, .. } = Operator::from_request_parts(parts, app).await?;
                let client = text.parse().ok();
                (cx, client.map_or(scope.clone(), |client| scope.within(client)), client, true)
            }
        };
        match (client, number) {
            (Some(client), Some(number)) => Ok(Self { cx, scope, client, number, desk }),
            _ => Err(Problem::not_found().into_response()),
        }
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
