//! `GET /desk/offers/new` and `POST /desk/offers`: a new offer.

use axum::response::Response;
use domain::{
    money::Currency,
    offers::{OfferForm, commands},
};

use super::{
    editor::{self, Editor},
    form::{self, EditorAction},
};
use crate::web::{Form, Operator, PostedForm, Problem, redirect_with};

pub async fn show(Operator { cx, .. }: Operator) -> Result<Response, Problem> {
    let typed = OfferForm {
        interval: "month".to_owned(),
        active_limit: "1".to_owned(),
        cycle_hours: "48".to_owned(),
        unlimited: true,
        starts: "on_payment".to_owned(),
        ..OfferForm::default()
    };
    let form = Form::of(form::fields(&typed));
    Ok(editor::page(&cx, &Editor { offer: None, typed, form, currency: currency(&cx) }))
}

pub async fn create(
    Operator { cx, scope, .. }: Operator,
    PostedForm(fields): PostedForm,
) -> Result<Response, Problem> {
    let (mut typed, asked, currency) = (form::read_form(&fields), EditorAction::read(&fields), currency(&cx));
    if asked != EditorAction::Save {
        asked.apply(&mut typed);
        let form = Form::of(form::fields(&typed));
        return Ok(editor::page(&cx, &Editor { offer: None, typed, form, currency }));
    }
    let kept = match typed.read(currency) {
        Ok(draft) => commands::create(cx.db(), &scope, &draft).await,
        Err(error) => Err(error),
    };
    match kept {
        Ok(offer) => Ok(redirect_with(
            &format!("/desk/offers/{offer}"),
            "Saved as a draft. Publish it when you’re ready.",
        )),
        Err(error) => {
            let form = Form::failed(form::fields(&typed), error)?;
            Ok(editor::page(&cx, &Editor { offer: None, typed, form, currency }))
        }
    }
}

/// What new offers are priced in.
fn currency(cx: &crate::web::Cx) -> Currency {
    cx.workspace.currency.parse().unwrap_or(Currency::USD)
}
