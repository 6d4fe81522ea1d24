//! `GET /desk/audit`: who did what, and what came of it, newest first.

mod view;

use axum::{extract::Query, response::Response};
use domain::audit::{self, AuditPage, AuditQuery};
use serde::Deserialize;

use crate::{
    components::time::Times,
    web::{DeskTab, Frame, Operator, Page, Problem},
};

const HERE: &str = "/desk/audit";

/// What the address asks for; empty: everything.
#[derive(Clone, Default, Deserialize)]
pub struct AuditPageQuery {
    #[serde(default)]
    who: String,
    #[serde(default)]
    what: String,
    #[serde(default)]
    before: String,
}

/// Everything on the page.
struct AuditView {
    page: AuditPage,
    /// Who and what there is to choose from.
    names: (Vec<String>, Vec<String>),
    asked: AuditPageQuery,
    times: Times,
}

pub async fn show(
    Operator { cx, scope, .. }: Operator,
    Query(asked): Query<AuditPageQuery>,
) -> Result<Response, Problem> {
    let some = |text: &str| (!text.is_empty()).then(|| text.replace('\0', ""));
    let filter =
        AuditQuery { who: some(&asked.who), what: some(&asked.what), before: asked.before.parse().ok() };
    let log = AuditView {
        page: audit::queries::list(cx.db(), &scope, &filter).await?,
        names: audit::queries::names(cx.db(), &scope).await?,
        times: Times::of(&cx),
        asked,
    };
    Ok(Page::new(&cx, "Audit log", Frame::Desk(DeskTab::None)).show(move || view::view(&log)))
}
