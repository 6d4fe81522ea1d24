use axum::{
    extract::FromRequestParts,
    http::request::Parts,
    response::{IntoResponse, Response},
};
use domain::{Scope, accounts::queries::client_name, ids::ClientId};
use serde::Deserialize;

use crate::{
    components::desk::client_path,
    web::{App, Cx, DeskTab, Frame, Member, Operator, Path, PortalTab, Problem},
};

/// Who looks at whose data: settled by the address, which begins with the portal or the desk.
pub struct DataContext {
    pub(super) cx: Cx,
    /// Narrowed to the client.
    pub(super) scope: Scope,
    /// The client and its name, where an operator looks.
    pub(super) client: Option<(ClientId, String)>,
}

impl DataContext {
    /// Where the page is.
    pub(super) fn base(&self) -> String {
        match &self.client {
            Some((client, _)) => format!("{}/data", client_path(*client)),
            None => "/portal/data".to_owned(),
        }
    }

    pub(super) fn title(&self) -> &'static str {
        if self.client.is_some() { "Data" } else { "Your data" }
    }

    pub(super) fn frame(&self) -> Frame {
        match self.client {
            Some(_) => Frame::Desk(DeskTab::Clients),
            None => Frame::Portal(PortalTab::None),
        }
    }
}

/// The client whose data an operator looks at.
#[derive(Deserialize)]
struct ClientPath {
    client: ClientId,
}

impl FromRequestParts<App> for DataContext {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        if parts.uri.path().starts_with("/portal") {
            let Member { cx, scope, .. } = Member::from_request_parts(parts, app).await?;
            return Ok(Self { cx, scope, client: None });
        }
        let Operator { cx, scope, .. } = Operator::from_request_parts(parts, app).await?;
        let Path(ClientPath { client }) = Path::from_request_parts(parts, app).await?;
        let refuse = |error| Problem::from(error).into_response();
        let scope = scope.within(client);
        let name = client_name(cx.db(), &scope).await.map_err(refuse)?;
        Ok(Self { cx, scope, client: Some((client, name)) })
    }
}
