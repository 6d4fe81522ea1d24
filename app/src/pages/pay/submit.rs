//! `POST /pay/{token}`: pays with the card on file, leads to the provider's page, or mails how to transfer.

use axum::response::Response;
use domain::{
    Error,
    payments::{ChargeOutcome, PayView, commands},
};

use super::{Opened, open, state::PayState, view, ways::Way};
use crate::{
    components::lead_away::lead_away,
    web::{Cx, Fields, Form, Path, PostedForm, Problem, redirect, redirect_with},
};

pub async fn submit(
    cx: Cx,
    Path(token): Path<String>,
    PostedForm(fields): PostedForm,
) -> Result<Response, Problem> {
    let opened = open(&cx, token).await?;
    let pay = opened.view(&cx).await?;
    if !PayState::of(&pay).is_open() {
        // Paid or voided meanwhile, or on its way: the page says which.
        return Ok(redirect(&opened.path()));
    }
    let done = match Way::parse(fields.text("way")) {
        _ if fields.text("rest") != pay.rest.minor.to_string() => Err(Error::refused(
            "The amount has changed since you opened this page. Look at it again before you pay.",
        )),
        Some(Way::CardOnFile) => charge(&cx, &opened).await,
        Some(Way::AnotherCard) => checkout(&cx, &opened).await,
        Some(Way::Bank) => mail_details(&cx, &opened).await,
        None => Err(Error::refused("Choose how you want to pay.")),
    };
    match done {
        Ok(response) => response,
        Err(error) => again(&cx, &opened, fields, error).await,
    }
}

/// The page anew, with what kept it from being done.
async fn again(cx: &Cx, opened: &Opened, fields: Fields, error: Error) -> Result<Response, Problem> {
    let form = Form::failed(fields, error)?;
    let pay: PayView = opened.view(cx).await?;
    Ok(view::page(cx, opened, &pay, &form))
}

async fn charge(cx: &Cx, opened: &Opened) -> Result<Result<Response, Problem>, Error> {
    let providers = &*cx.bare.app.site.providers;
    let outcome =
        commands::charge_card_on_file(cx.db(), &opened.scope, providers, opened.invoice, true).await?;
    Ok(match outcome {
        ChargeOutcome::NeedsPerson { url: Some(url) } => lead_away(cx, &url, "your bank"),
        // Whatever became of it, the page knows.
        ChargeOutcome::NeedsPerson { url: None }
        | ChargeOutcome::Paid
        | ChargeOutcome::Processing
        | ChargeOutcome::Declined(_)
        | ChargeOutcome::NotPaid => Ok(redirect(&opened.path())),
    })
}

async fn checkout(cx: &Cx, opened: &Opened) -> Result<Result<Response, Problem>, Error> {
    let providers = &*cx.bare.app.site.providers;
    let urls = opened.urls(cx);
    let page = commands::open_checkout(cx.db(), &opened.scope, providers, opened.invoice, &urls).await?;
    Ok(lead_away(cx, &page.url, "the payment page"))
}

async fn mail_details(cx: &Cx, opened: &Opened) -> Result<Result<Response, Problem>, Error> {
    commands::mail_transfer_details(cx.db(), &opened.scope, opened.invoice).await?;
    Ok(Ok(redirect_with(&opened.path(), "Sent. Check your email for the bank details.")))
}
