//! `GET` and `POST /desk/costs/prices`: what models cost.

use axum::{extract::Query, response::Response};
use domain::{
    costs::{self, Price, PriceForm, PriceTable},
    money::Currency,
};
use leptos::prelude::*;
use serde::Deserialize;

use super::{
    COSTS, PRICES,
    tables::{model_name, query},
};
use crate::{
    components::{
        field::{Field, token},
        page_head::PageHead,
        post_form::PostForm,
    },
    web::{Cx, DeskTab, Fields, Form, Frame, Operator, Page, PostedForm, Problem, redirect_with},
};

/// The model whose price is to be set, where one is named.
#[derive(Deserialize)]
pub struct PricesQuery {
    #[serde(default)]
    model: String,
}

pub async fn show(operator: Operator, Query(asked): Query<PricesQuery>) -> Result<Response, Problem> {
    let prices = load(&operator).await?;
    let known = prices.prices.iter().find(|price| price.model == asked.model);
    let fields = match known {
        Some(price) => Fields::default()
            .with("input", price.input.typed())
            .with("cached", price.cached.typed())
            .with("output", price.output.typed()),
        None => Fields::default(),
    };
    Ok(page(&operator, prices, &Form::of(fields.with("model", asked.model))))
}

pub async fn save(operator: Operator, PostedForm(fields): PostedForm) -> Result<Response, Problem> {
    let Operator { cx, scope, .. } = &operator;
    let text = |name: &str| fields.text(name).to_owned();
    let typed = PriceForm {
        model: text("model"),
        input: text("input"),
        cached: text("cached"),
        output: text("output"),
    };
    match costs::commands::set_price(cx.db(), scope, &typed).await {
        Ok(()) => Ok(redirect_with(PRICES, &format!("Price saved for {}.", typed.model))),
        Err(error) => draw_again(&operator, fields, error).await,
    }
}

/// The page after something that was typed wrong.
pub(super) async fn draw_again(
    operator: &Operator,
    fields: Fields,
    error: domain::Error,
) -> Result<Response, Problem> {
    let form = Form::failed(fields, error)?;
    let prices = load(operator).await?;
    Ok(page(operator, prices, &form))
}

/// `POST /desk/costs/prices/removal`
pub async fn remove(
    Operator { cx, scope, .. }: Operator,
    PostedForm(fields): PostedForm,
) -> Result<Response, Problem> {
    let model = fields.text("model");
    costs::commands::remove_price(cx.db(), &scope, model).await?;
    Ok(redirect_with(PRICES, &format!("Price removed for {model}. Past costs don’t change.")))
}

async fn load(operator: &Operator) -> Result<PriceTable, Problem> {
    let Operator { cx, scope, .. } = operator;
    costs::queries::prices(cx.db(), scope).await.map_err(Problem::from)
}

fn page(operator: &Operator, prices: PriceTable, form: &Form) -> Response {
    let cx = &operator.cx;
    Page::new(cx, "Model prices", Frame::Desk(DeskTab::Billing)).status(form.status()).show(|| {
        view! {
            {PageHead::new("Model prices")
                .crumbs(&[("/desk/billing", "Billing"), (COSTS, "Costs")], "Model prices")
                .show()}
            {table(cx, &prices)}
            {set(cx, &prices, form)}
            {rate(cx, &prices, form)}
        }
    })
}

fn table(cx: &Cx, prices: &PriceTable) -> AnyView {
    if prices.prices.is_empty() {
        return view! {
            <p class="soft">
                "No prices yet. You don’t need one for backends that report their own costs. For the rest, copy the prices from your provider."
            </p>
        }
        .into_any();
    }
    let rows: Vec<_> = prices.prices.iter().map(|price| row(cx, price)).collect();
    view! {
        <table class="table stacks">
            <caption>"US dollars per million tokens"</caption>
            <thead><tr>
                <th scope="col">"Model"</th><th scope="col" class="end">"Input"</th><th scope="col" class="end">"Cached input"</th>
                <th scope="col" class="end">"Output"</th><th scope="col" class="end"><span class="visually-hidden">"Change"</span></th>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

fn row(cx: &Cx, price: &Price) -> impl IntoView + use<> {
    let model = price.model.clone();
    let dollars = |micros: costs::Micros| format!("${}", micros.typed());
    view! {
        <tr>
            <th scope="row">{model.clone()}</th>
            <td data-label="Input" class="end">{dollars(price.input)}</td>
            <td data-label="Cached input" class="end">{dollars(price.cached)}</td>
            <td data-label="Output" class="end">{dollars(price.output)}</td>
            <td class="end">
                <form class="button-row" method="post" action=format!("{PRICES}/removal")>
                    {token(cx)}
                    <a class="button quiet" href=format!("{PRICES}?{}#model", query("model", &model)) aria-label=format!("Change {model}")>"Change"</a>
                    <button class="button quiet" name="model" value=model.clone() aria-label=format!("Remove {model}")>"Remove"</button>
                </form>
            </td>
        </tr>
    }
}

fn set(cx: &Cx, prices: &PriceTable, form: &Form) -> AnyView {
    let known: Vec<_> =
        prices.missing.iter().map(|model| view! { <option value=model.clone()></option> }).collect();
    let missing: Vec<String> = prices.missing.iter().map(|model| model_name(model)).collect();
    let hint = if missing.is_empty() {
        "Exactly as the backend reports it.".to_owned()
    } else {
        format!("Used but not priced: {}.", missing.join(", "))
    };
    let amount = |name: &'static str, label: &'static str| Field::number(form, name, label, "$").max(20);
    view! {
        <section class="section">
            <div class="section-head"><h2>"Set a price"</h2></div>
            {PostForm::new(cx, PRICES, form)
                .fields(view! {
                    {Field::text(form, "model", "Model").hint(hint).list("models").required().max(200).show()}
                    <datalist id="models">{known}</datalist>
                    {amount("input", "Input, per million tokens").required().show()}
                    {amount("cached", "Cached input, per million tokens").hint("Leave blank to use the regular input price.").show()}
                    {amount("output", "Output, per million tokens").required().show()}
                })
                .submit("Save")
                .show()}
        </section>
    }
    .into_any()
}

/// Only where clients pay in something else than dollars.
fn rate(cx: &Cx, prices: &PriceTable, form: &Form) -> AnyView {
    let Some(currency) = cx.workspace.currency.parse::<Currency>().ok().filter(|own| *own != Currency::USD)
    else {
        return ().into_any();
    };
    let known = prices.rate.map(|rate| costs::Micros(rate).typed()).unwrap_or_default();
    let form =
        if form.values.has("rate") { form.clone() } else { Form::of(Fields::default().with("rate", known)) };
    view! {
        <section class="section">
            <div class="section-head"><h2>"Exchange rate"</h2></div>
            <form class="form" method="post" action=format!("{COSTS}/rate") novalidate>
                {token(cx)}
                {Field::text(&form, "rate", &format!("1 US dollar in {}", currency.code()))
                    .hint("Costs are in dollars. We use this rate to work out your margin.")
                    .max(20)
                    .show()}
                <div class="button-row"><button class="button">"Save"</button></div>
            </form>
        </section>
    }
    .into_any()
}
