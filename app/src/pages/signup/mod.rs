//! Sign-up: one page, four parts along the line. It is one plain form; which questions show follows the chosen offer by
//! style alone, so that nothing is typed twice and nothing needs a script.

mod form;
mod intake;
mod payment;
mod welcome;

pub use payment::done as paid;
pub use welcome::show as welcome;

use axum::response::Response;
use domain::{
    Error, FieldErrors, Scope,
    accounts::commands::sign_up::{self, SignUpForm},
    ids::OfferId,
    offers::{Offer, queries},
    payments::queries::takes_cards,
    secret, tax,
};

use super::account::enter;
use crate::web::{Cx, Fields, Form, PostedForm, Problem, redirect};

/// The most offers that one page lets choose from (`style/components/sign-up.css` knows as many).
const MOST: usize = 12;

/// The form, with the offer of the query chosen.
pub async fn show(cx: Cx) -> Result<Response, Problem> {
    let offers = offers(&cx, cx.bare.query("offer").parse().ok()).await?;
    let chosen = cx.bare.query("offer");
    let chosen = offers.iter().find(|offer| offer.id.to_string() == chosen).or(offers.first());
    let start = Fields::default()
        .with("offer", chosen.map(|offer| offer.id.to_string()).unwrap_or_default())
        .with("form_key", secret::random_token());
    Ok(form::page(&cx, &offers, &Form::of(start), shown(&cx).await?))
}

/// Makes the client, signs its owner in and shows the first invoice.
pub async fn submit(cx: Cx, PostedForm(fields): PostedForm) -> Result<Response, Problem> {
    let offer: Option<OfferId> = fields.text("offer").parse().ok();
    let answer = |key: &str| -> Vec<String> {
        let name = offer.map(|offer| intake::name(offer, key)).unwrap_or_default();
        fields.all(&name).map(str::to_owned).collect()
    };
    let asked = SignUpForm {
        form_key: fields.text("form_key"),
        offer,
        interval: offer.map(|offer| fields.text(&form::interval_name(offer))).unwrap_or_default(),
        code: fields.text("code"),
        company: fields.text("company"),
        name: fields.text("name"),
        email: fields.text("email"),
        password: fields.raw("password"),
        answer: &answer,
        bill_address: fields.text("bill_address"),
        bill_region: fields.text("bill_region"),
        bill_country: fields.text("bill_country"),
        bill_kind: fields.text("bill_kind"),
        bill_tax_number: fields.text("bill_tax_number"),
        agreed: fields.has("terms"),
    };
    let error = match sign_up::sign_up(cx.db(), &cx.workspace, &asked, cx.bare.origin()).await {
        Ok(place) => {
            enter(&cx.bare, &place).await?;
            let by_card = fields.text("pay") == "card";
            return if by_card { payment::begin(&cx, &place).await } else { Ok(redirect("/signup/welcome")) };
        }
        Err(error) => error,
    };
    let form = Form::failed(fields, renamed(error, offer))?;
    let offers = offers(&cx, offer).await?;
    Ok(form::page(&cx, &offers, &form, shown(&cx).await?))
}

/// Whether one can pay by card, and whether prices are without the tax that some pay.
async fn shown(cx: &Cx) -> Result<(bool, bool), Problem> {
    let adds_tax = tax::queries::adds_tax(cx.db(), &Scope::visitor(cx.workspace.id)).await?;
    Ok((takes_cards(cx.db(), cx.workspace.id).await?, adds_tax))
}

/// What is sold; if that is much, the chosen one stays in sight.
async fn offers(cx: &Cx, chosen: Option<OfferId>) -> Result<Vec<Offer>, Problem> {
    let found = queries::list_published(cx.db(), &Scope::visitor(cx.workspace.id)).await;
    let mut offers = found?;
    if offers.len() > MOST
        && let Some(at) = offers.iter().position(|offer| Some(offer.id) == chosen)
    {
        offers.swap(0, at);
    }
    offers.truncate(MOST);
    Ok(offers)
}

/// The intake's errors stand at this page's names for its questions, which differ by offer.
fn renamed(error: Error, offer: Option<OfferId>) -> Error {
    let (Error::Fields(errors), Some(offer)) = (&error, offer) else { return error };
    let mut renamed = FieldErrors::new();
    for (field, advice) in errors.iter() {
        match field.strip_prefix("intake-") {
            Some(key) => renamed.add(&intake::name(offer, key), advice),
            None => renamed.add(field, advice),
        }
    }
    Error::Fields(renamed)
}
