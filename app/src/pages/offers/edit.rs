//! `GET` and `POST /desk/offers/{offer}`: an offer as it is sold now.

use axum::{extract::Path, response::Response};
use domain::offers::{OfferDraft, OfferForm, commands, queries};

use super::{
    editor::{self, Editor},
    form::{self, Asked},
    id,
};
use crate::web::{Form, Operator, Posted, Problem, redirect_with};

pub async fn show(
    Operator { cx, scope, .. }: Operator,
    Path(offer): Path<String>,
) -> Result<Response, Problem> {
let offer = queries::get(cx.db(), &scope, id(&offer)?).await?; let typed = OfferForm::from(&OfferDraft::from(&offer));
    let form = Form::of(form::fields(&typed));
    let currency = offer.terms.price.currency;
    Ok(editor::page(&cx, &Editor { offer: Some(offer), typed, form, currency }))
}

pub async fn update(
    Operator { cx, scope, .. }: Operator,
    Path(offer): Path<String>,
    Posted(fields): Posted,
) -> Result<Response, Problem> {
    let offer = queries::get(cx.db(), &scope, id(&offer)?).await?;
    let (mut typed, asked, currency) =
        (form::typed(&fields), Asked::read(&fields), offer.terms.price.currency);
    if asked != Asked::Save {
        asked.apply(&mut typed);
        let form = Form::of(form::fields(&typed));
        return Ok(editor::page(&cx, &Editor { offer: Some(offer), typed, form, currency }));
    }
    let kept = match typed.read(currency) {
        Ok(draft) => commands::update(cx.db(), &scope, offer.id, &draft).await,
        Err(error) => Err(error),
    };
    match kept {
        Ok(()) => Ok(redirect_with(
            &format!("/desk/offers/{}", offer.id),
            "Saved. Existing subscriptions keep their original terms.",
        )),
        Err(error) => {
            let form = Form::failed(form::fields(&typed), error)?;
            Ok(editor::page(&cx, &Editor { offer: Some(offer), typed, form, currency }))
        }
    }
}
