//! What the page of taxes shows.

use axum::response::Response;
use domain::{
    billing::countries,
    money::{Currency, Money},
    tax::{Example, RateKind, TaxRate, TaxSettings, Treatment, examples, percent_words, queries::TaxView},
};
use leptos::prelude::*;

use super::tax::TAX;
use crate::{
    components::{
        field::{Field, checkbox, summary, token},
        page_head::PageHead,
    },
    pages::billing::party,
    web::{Cx, DeskTab, Form, Frame, Page},
};

/// The page with its two forms.
pub(super) struct TaxPage<'a> {
    pub view: &'a TaxView,
    pub settings: Form,
    pub rate: Form,
    /// Settings that are tried out, and not kept yet.
    pub preview: Option<TaxSettings>,
}

pub(super) fn page(cx: &Cx, page: &TaxPage<'_>) -> Response {
    let status = if page.rate.is_bad() { page.rate.status() } else { page.settings.status() };
    Page::new(cx, "Tax", Frame::Desk(DeskTab::None)).status(status).show(|| {
        view! {
            {PageHead::new("Tax")
                .crumbs(&[("/desk/settings", "Settings")], "Tax")
                .subtitle("You keep the rates and know which law holds for you. Invoices do the sums.")
                .show()}
            {table(page.view)}
            {new_rate(cx, &page.rate)}
            {settings(cx, &page.settings)}
            {example(cx, page)}
        }
    })
}

pub(super) fn rate_page(cx: &Cx, rate: &TaxRate, form: &Form) -> Response {
    let title = format!("{} in {}", rate.words(), place(rate));
    let action = format!("{TAX}/rates/{}", rate.id);
    Page::new(cx, &title, Frame::Desk(DeskTab::None)).status(form.status()).show(|| {
        view! {
            {PageHead::named(title.clone())
                .crumbs(&[("/desk/settings", "Settings"), (TAX, "Tax")], &title)
                .subtitle("A change holds for what is billed from now on.")
                .show()}
            <form class="form" method="post" action=action novalidate>
                {token(cx)}
                {summary(form)}
                {rate_fields(form)}
                <div class="button-row">
                    <button class="button primary" name="do" value="save">"Save"</button>
                    <button class="button danger" name="do" value="remove">"Remove rate"</button>
                    <a class="button quiet" href=TAX>"Cancel"</a>
                </div>
            </form>
        }
    })
}

fn place(rate: &TaxRate) -> String {
    let country = countries::name(&rate.country).unwrap_or(&rate.country);
    if rate.region.is_empty() { country.to_owned() } else { format!("{}, {country}", rate.region) }
}

fn table(view: &TaxView) -> AnyView {
    if view.rates.is_empty() {
        return view! {
            <p class="soft">"No rates yet, so no tax is added. Add the rate of each country where you charge tax, your own first."</p>
        }
        .into_any();
    }
    let rows: Vec<_> = view
        .rates
        .iter()
        .map(|rate| {
            let label = format!("Change {} in {}", rate.words(), place(rate));
            view! {
                <tr>
                    <th scope="row" dir="auto">{place(rate)}</th>
                    <td data-label="Kind">{rate.kind.label()}</td>
                    <td data-label="Name" dir="auto">{rate.name.clone()}</td>
                    <td data-label="Rate" class="end nowrap">{percent_words(rate.rate)}</td>
                    <td class="end"><a class="button quiet" href=format!("{TAX}/rates/{}", rate.id) aria-label=label>"Change"</a></td>
                </tr>
            }
        })
        .collect();
    view! {
        <section class="section" aria-labelledby="rates">
            <div class="section-head"><h2 id="rates">"Rates"</h2></div>
            <table class="table stacks">
                <thead><tr>
                    <th scope="col">"Where"</th><th scope="col">"Kind"</th><th scope="col">"Name"</th>
                    <th scope="col" class="end">"Rate"</th>
                    <th scope="col" class="end"><span class="visually-hidden">"Change"</span></th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </section>
    }
    .into_any()
}

fn kinds() -> Vec<(String, String)> {
    RateKind::ALL.iter().map(|kind| (kind.as_str().to_owned(), kind.label().to_owned())).collect()
}

fn rate_fields(form: &Form) -> AnyView {
    view! {
        <div class="form-row">
            {Field::select(form, "country", "Country", party::countries()).required().show()}
            {Field::text(form, "region", "State or province").hint("Leave blank for the whole country.").max(40).show()}
        </div>
        <div class="form-row">
            {Field::text(form, "name", "Name on invoices").hint("Such as VAT, GST or Sales tax.").required().max(40).show()}
            {Field::number(form, "percent", "Rate", "%").required().max(8).show()}
            {Field::select(form, "kind", "Kind", kinds()).required().show()}
        </div>
    }
    .into_any()
}

fn new_rate(cx: &Cx, form: &Form) -> AnyView {
    view! {
        <section class="section" aria-labelledby="new-rate">
            <div class="section-head"><h2 id="new-rate">"Add a rate"</h2></div>
            <form class="form" method="post" action=format!("{TAX}/rates") novalidate>
                {token(cx)}
                {summary(form)}
                {rate_fields(form)}
                <div class="button-row"><button class="button">"Add rate"</button></div>
            </form>
        </section>
    }
    .into_any()
}

fn settings(cx: &Cx, form: &Form) -> AnyView {
    let modes = vec![
        ("without".to_owned(), "Tax is added to my prices".to_owned()),
        ("with".to_owned(), "My prices include tax".to_owned()),
    ];
    view! {
        <section class="section" aria-labelledby="how">
            <div class="section-head"><h2 id="how">"On invoices"</h2></div>
            <form class="form" method="post" action=TAX novalidate>
                {token(cx)}
                {summary(form)}
                <div class="form-row">
                    {Field::select(form, "mode", "Prices", modes)
                        .hint("With tax included, everybody pays the same, and the tax is taken out of it.")
                        .required()
                        .show()}
                    {Field::select(form, "sold", "What you sell has the", kinds())
                        .hint("Rate of each country. Where you keep no reduced one, the standard rate holds.")
                        .required()
                        .show()}
                </div>
                {Field::area(form, "reverse_charge_words", "Reverse charge", 2)
                    .hint("For a business in another EU country that gave its VAT number.")
                    .placeholder(TaxSettings::REVERSE_WORDS)
                    .max(300)
                    .show()}
                <fieldset>
                    <legend>"Small business"</legend>
                    {checkbox("is_small_business", Some("on"), form.values.has("is_small_business"),
                        "I charge no tax because my business is small")}
                    {Field::area(form, "small_business_words", "Reason on invoices", 2)
                        .placeholder(TaxSettings::SMALL_WORDS)
                        .max(300)
                        .show()}
                </fieldset>
                <div class="button-row">
                    <button class="button primary" name="do" value="save">"Save"</button>
                    <button class="button" name="do" value="preview" formaction=format!("{TAX}#example")>"Preview"</button>
                </div>
            </form>
        </section>
    }
    .into_any()
}

/// What a thousand comes to for those whom tax tells apart.
fn example(cx: &Cx, page: &TaxPage<'_>) -> AnyView {
    let currency = cx.workspace.currency.parse().unwrap_or(Currency::USD);
    let settings = page.preview.as_ref().unwrap_or(&page.view.settings);
    let minor = 1_000 * 10_i64.pow(currency.exponent());
    let all = examples(minor, &page.view.country, settings, &page.view.rates).unwrap_or_default();
    if page.view.country.is_empty() {
        return view! {
            <p class="notice">"Say which country your invoices come from in "<a href="/desk/settings#bill_country">"Settings"</a>". Then an example stands here."</p>
        }
        .into_any();
    }
    let said = if page.preview.is_some() { "Not saved yet: this is what your changes would do." } else { "" };
    let rows: Vec<_> = all.iter().map(|example| row(example, currency)).collect();
    view! {
        <section class="section" aria-labelledby="example">
            <div class="section-head"><h2 id="example">{format!("A price of {}", Money::new(minor, currency))}</h2></div>
            {(!said.is_empty()).then(|| view! { <p class="notice">{said}</p> })}
            <table class="table stacks">
                <thead><tr>
                    <th scope="col">"Billed to"</th><th scope="col" class="end">"Without tax"</th><th scope="col">"Tax"</th>
                    <th scope="col" class="end">"To pay"</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </section>
    }
    .into_any()
}

fn row(example: &Example, currency: Currency) -> impl IntoView + use<> {
    let amount = |minor: i64| Money::new(minor, currency).in_full();
    let tax = &example.tax;
    let sums: Vec<String> =
        tax.sums.iter().map(|sum| format!("{}: {}", sum.word, amount(sum.amount))).collect();
    let said = match tax.treatment {
        Treatment::Unset => "None".to_owned(),
        Treatment::Outside => "None: no rate for there".to_owned(),
        Treatment::ReverseCharge | Treatment::SmallBusiness => tax.words.clone(),
        Treatment::Charged if sums.is_empty() => "None".to_owned(),
        Treatment::Charged => sums.join(", "),
    };
    view! {
        <tr>
            <th scope="row" dir="auto">{example.who.clone()}</th>
            <td data-label="Without tax" class="end nowrap">{amount(tax.net)}</td>
            <td data-label="Tax" dir="auto">{said}</td>
            <td data-label="To pay" class="end nowrap">{amount(tax.total)}</td>
        </tr>
    }
}
