//! `GET` and `POST /desk/offers/{offer}`: an offer as it is sold now.

use axum::response::Response;
use domain::{
    ids::OfferId,
    offers::{OfferDraft, OfferForm, commands, queries},
};

use super::{
    editor::{self, Editor},
    form::{self, EditorAction},
};
use crate::web::{Form, Operator, Path, PostedForm, Problem, redirect_with};

pub async fn show(
    Operator { cx, scope, .. }: Operator,
    Path(offer): Path<OfferId>,
) -> Result<Response, Problem> {
    let offer = queries::get(cx.db(), &scope, offer).await?;
    let typed = OfferForm::from(&OfferDraft::from(&offer));
    let form = Form::of(form::fields(&typed));
    let currency = offer.terms.price.currency;
    Ok(editor::page(&cx, &Editor { offer: Some(offer), typed, form, currency }))
}

pub async fn update(
    Operator { cx, scope, .. }: Operator,
    Path(offer): Path<OfferId>,
    PostedForm(fields): PostedForm,
) -> Result<Response, Problem> {
    let offer = queries::get(cx.db(), &scope, offer).await?;
    let (mut typed, asked, currency) =
        (form::read_form(&fields), EditorAction::read(&fields), offer.terms.price.currency);
    if asked != EditorAction::Save {
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
