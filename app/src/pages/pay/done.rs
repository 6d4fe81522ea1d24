//! `GET /pay/{token}/done`: back from the provider's page. It asks the provider at once, so that nobody waits for a webhook; it
//! only writes down what has happened there, whoever opens it and however often.

use axum::{extract::Query, response::Response};
use domain::{
    Error,
    payments::{ChargeOutcome, commands},
};
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
    let mut pay = match looked {
        Ok(ChargeOutcome::Processing) | Err(Error::Refused(_)) => opened.view(&cx).await?,
        Ok(_) | Err(Error::NotFound) => return Ok(redirect(&opened.path())),
        Err(error) => return Err(error.into()),
    };
    // In doubt, or the provider does not answer: nobody is asked to pay once more, and the page asks there again by itself.
    pay.is_processing |= pay.takes_cards;
    Ok(view::page(&cx, &opened, &pay, &Form::default()))
}
