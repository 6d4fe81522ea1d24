//! `GET /pay/{token}/done`: back from the provider's page. It asks the provider at once, so that nobody waits for a webhook; it
//! only writes down what has happened there, whoever opens it and however often.

use axum::{extract::Query, response::Response};
use domain::payments::{ChargeOutcome, commands};
use serde::Deserialize;

use super::{open, view};
use crate::web::{Cx, Form, Path, Problem, redirect};

/// What the provider's page was.
#[derive(Deserialize)]
pub struct DoneQuery {
    #[serde(default)]
    checkout: String,
}

pub async fn show(
    cx: Cx,
    Path(token): Path<String>,
    Query(query): Query<DoneQuery>,
) -> Result<Response, Problem> {
    let opened = open(&cx, token).await?;
    let providers = &*cx.bare.app.site.providers;
    let looked = commands::look_again(cx.db(), &opened.scope, providers, &query.checkout).await;
    match looked {
        Ok(ChargeOutcome::Processing) | Err(_) => {}
        Ok(_) => return Ok(redirect(&opened.path())),
    }
    // In doubt, or the provider is away: what is known here, and the page that looks again by itself.
    let pay = opened.view(&cx).await?;
    Ok(view::page(&cx, &opened, &pay, &Form::default()))
}
