//! `GET /portal/billing`: what a client holds, what a pause would keep, and its invoices.

use axum::{extract::Query, response::Response};
use domain::billing::queries::{self, Filter};
use leptos::prelude::*;
use serde::Deserialize;

use super::mine_view::{invoices, subscription};
use crate::web::{Frame, Member, Page, PortalTab, Problem};

/// Which page of the invoices.
#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    page: String,
}

pub async fn show(
    Member { cx, scope, client, .. }: Member,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let page = asked.page.parse().unwrap_or(1);
    let load = async {
        let held = queries::of_client(cx.db(), &scope, client).await?;
        let pauses = match &held {
            Some(held) => queries::pauses(cx.db(), &scope, held).await?,
            None => Vec::new(),
        };
        Ok((held, pauses, queries::list(cx.db(), &scope, Some(client), Filter::All, page).await?))
    };
    let (held, pauses, list) =
        load.await.map_err(|error: domain::Error| Problem::from(error).of(&cx.bare))?;
    Ok(Page::new(&cx, "Billing", Frame::Portal(PortalTab::Billing)).show(|| {
        view! {
            <div class="page-head"><div><h1>"Billing"</h1></div></div>
            {subscription(&cx, held.as_ref(), &pauses)}
            {invoices(&cx, &list)}
        }
    }))
}
