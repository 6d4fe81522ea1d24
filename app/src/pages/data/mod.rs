//! Everything that is a client's, to download: the same page for its owner and for an operator.

mod context;
mod download;
mod section;
mod view;

pub use context::DataContext;
pub use download::show as download;
pub use section::section;

use axum::{http::StatusCode, response::Response};
use domain::{
    exports::{self, ExportsView},
    requests::{Outlook, queries},
};
use islands::refresh::Refresh;
use leptos::prelude::*;

use crate::{
    components::time::Times,
    web::{Page, PostedForm, Problem, answer, fragment},
};

/// What the page shows, and where it goes on.
struct DataView {
    outlook: Outlook,
    shown: ExportsView,
    times: Times,
}

impl DataView {
    /// Reads it. The place on the client's stream is taken first, so that nothing between it and the rows is missed.
    async fn load(at: &DataContext) -> Result<Self, Problem> {
        Ok(Self {
            outlook: queries::outlook(at.cx.db(), &at.scope).await?,
            shown: exports::queries::view(at.cx.db(), &at.scope).await?,
            times: Times::of(&at.cx),
        })
    }
}

/// `GET /portal/data`, `GET /desk/clients/{client}/data`
pub async fn show(at: DataContext) -> Result<Response, Problem> {
    page(&at, StatusCode::OK, None).await
}

/// `GET …/data-parts`: what the page reads again when something of the client's changes.
pub async fn parts(at: DataContext) -> Result<Response, Problem> {
    let glance = DataView::load(&at).await?;
    Ok(fragment(|| view::state(&at, &glance)))
}

/// `POST …/data`: has everything packed.
pub async fn start(at: DataContext, PostedForm(_): PostedForm) -> Response {
    let started =
        exports::commands::start(at.cx.db(), &at.cx.bare.app.site.files, &at.scope, at.cx.bare.zone()).await;
    answer(&at.cx.bare, started, &at.base(), "Preparing the download. We’ll email you when it’s ready.")
}

async fn page(at: &DataContext, status: StatusCode, gone: Option<&'static str>) -> Result<Response, Problem> {
    let glance = DataView::load(at).await?;
    let (stream, from) = (glance.outlook.board_stream.to_string(), glance.outlook.next);
    let url = format!("{}-parts", at.base());
    Ok(Page::new(&at.cx, at.title(), at.frame()).live().status(status).show(|| {
        view! {
            {view::head(at, &glance)}
            {gone.map(|words| view! { <div class="notice waiting"><p>{words}</p></div> })}
            <div id="data">{view::state(at, &glance)}</div>
            <Refresh stream=stream from=from url=url target="data" />
            {view::inside()}
        }
    }))
}
