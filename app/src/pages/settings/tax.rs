//! `GET` and `POST /desk/settings/tax`: whether prices hold tax and what invoices say of it; `POST …/rates`, `GET` and `POST
//! …/rates/{rate}`: the rates.

use axum::response::Response;
use domain::{
    Error,
    ids::TaxRateId,
    tax::{self, RateForm, TaxRate, TaxSettingsForm, queries::TaxView},
};

use super::tax_view::{self, TaxPage};
use crate::web::{Fields, Form, Operator, Path, PostedForm, Problem, redirect_with};

pub(super) const TAX: &str = "/desk/settings/tax";

pub async fn show(operator: Operator) -> Result<Response, Problem> {
    let view = load(&operator).await?;
    let settings = Form::of(settings_fields(&TaxSettingsForm::from(&view.settings)));
    let page = TaxPage { view: &view, settings, rate: Form::of(new_rate()), preview: None };
    Ok(tax_view::page(&operator.cx, &page))
}

/// Keeps the settings; or shows what they would do, without keeping them.
pub async fn save(operator: Operator, PostedForm(fields): PostedForm) -> Result<Response, Problem> {
    let Operator { cx, scope, .. } = &operator;
    let typed = typed_settings(&fields);
    let done = match typed.read() {
        Ok(settings) if fields.text("do") == "preview" => {
            let view = load(&operator).await?;
            let form = Form::of(settings_fields(&typed));
            let rate = Form::of(new_rate());
            let page = TaxPage { view: &view, settings: form, rate, preview: Some(settings) };
            return Ok(tax_view::page(cx, &page));
        }
        Ok(_) => tax::commands::set_settings(cx.db(), scope, &typed).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(()) => Ok(redirect_with(TAX, "Saved. It holds for what is billed from now on.")),
        Err(error) => {
            let settings = Form::failed(settings_fields(&typed), error)?;
            let view = load(&operator).await?;
            let rate = Form::of(new_rate());
            let page = TaxPage { view: &view, settings, rate, preview: None };
            Ok(tax_view::page(cx, &page))
        }
    }
}

pub async fn add(operator: Operator, PostedForm(fields): PostedForm) -> Result<Response, Problem> {
    let Operator { cx, scope, .. } = &operator;
    let typed = typed_rate(&fields);
    match tax::commands::add_rate(cx.db(), scope, &typed).await {
        Ok(_) => Ok(redirect_with(TAX, "Rate added.")),
        Err(error) => draw_rate(&operator, fields, error, None).await,
    }
}

pub async fn edit(operator: Operator, Path(rate): Path<TaxRateId>) -> Result<Response, Problem> {
    let view = load(&operator).await?;
    let kept = view.rates.iter().find(|kept| kept.id == rate).ok_or(Error::NotFound)?;
    let form = Form::of(rate_fields(kept));
    Ok(tax_view::rate_page(&operator.cx, kept, &form))
}

/// Changes a rate, or takes it away.
pub async fn change(
    operator: Operator,
    Path(rate): Path<TaxRateId>,
    PostedForm(fields): PostedForm,
) -> Result<Response, Problem> {
    let Operator { cx, scope, .. } = &operator;
    if fields.text("do") == "remove" {
        tax::commands::remove_rate(cx.db(), scope, rate).await?;
        return Ok(redirect_with(TAX, "Rate removed. Issued invoices keep their tax."));
    }
    match tax::commands::change_rate(cx.db(), scope, rate, &typed_rate(&fields)).await {
        Ok(()) => Ok(redirect_with(TAX, "Saved. It holds for what is billed from now on.")),
        Err(error) => draw_rate(&operator, fields, error, Some(rate)).await,
    }
}

async fn load(operator: &Operator) -> Result<TaxView, Problem> {
    let Operator { cx, scope, .. } = operator;
    tax::queries::tax_view(cx.db(), scope).await.map_err(Problem::from)
}

/// The form of a rate again, with what is to be mended.
async fn draw_rate(
    operator: &Operator,
    fields: Fields,
    error: Error,
    rate: Option<TaxRateId>,
) -> Result<Response, Problem> {
    let form = Form::failed(fields, error)?;
    let view = load(operator).await?;
    let Some(rate) = rate else {
        let settings = Form::of(settings_fields(&TaxSettingsForm::from(&view.settings)));
        let page = TaxPage { view: &view, settings, rate: form, preview: None };
        return Ok(tax_view::page(&operator.cx, &page));
    };
    let kept = view.rates.iter().find(|kept| kept.id == rate).ok_or(Error::NotFound)?;
    Ok(tax_view::rate_page(&operator.cx, kept, &form))
}

fn new_rate() -> Fields {
    Fields::default().with("kind", "standard")
}

fn typed_settings(fields: &Fields) -> TaxSettingsForm {
    let text = |name: &str| fields.text(name).to_owned();
    TaxSettingsForm {
        mode: text("mode"),
        sold: text("sold"),
        is_small_business: fields.has("is_small_business"),
        small_business_words: text("small_business_words"),
        reverse_charge_words: text("reverse_charge_words"),
    }
}

fn settings_fields(typed: &TaxSettingsForm) -> Fields {
    let fields = Fields::default()
        .with("mode", &typed.mode)
        .with("sold", &typed.sold)
        .with("small_business_words", &typed.small_business_words)
        .with("reverse_charge_words", &typed.reverse_charge_words);
    if typed.is_small_business { fields.with("is_small_business", "on") } else { fields }
}

fn typed_rate(fields: &Fields) -> RateForm {
    let text = |name: &str| fields.text(name).to_owned();
    RateForm {
        country: text("country"),
        region: text("region"),
        kind: text("kind"),
        name: text("name"),
        percent: text("percent"),
    }
}

fn rate_fields(rate: &TaxRate) -> Fields {
    let percent = tax::percent_words(rate.rate);
    Fields::default()
        .with("country", &rate.country)
        .with("region", &rate.region)
        .with("kind", rate.kind.as_str())
        .with("name", &rate.name)
        .with("percent", percent.trim_end_matches('%'))
}
