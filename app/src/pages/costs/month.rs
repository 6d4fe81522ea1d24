//! `GET /desk/costs`: one month's costs, by client, agent and model, beside what clients pay.

use axum::{extract::Query, http::StatusCode, response::Response};
use chrono::NaiveDate;
use domain::{
    costs::{self, CostReport},
    format::{self, Locale},
};
use leptos::prelude::*;
use serde::Deserialize;

use super::{
    COSTS, PRICES,
    tables::{self, RefusedLimit, model_name},
};
use crate::{
    components::{
        bars::{self, Bar},
        page_head::PageHead,
    },
    web::{DeskTab, Frame, Operator, Page, Problem},
};

/// Which month the address asks for, as `2026-11`.
#[derive(Deserialize)]
pub struct CostsQuery {
    #[serde(default)]
    month: String,
}

pub async fn show(operator: Operator, Query(asked): Query<CostsQuery>) -> Result<Response, Problem> {
    draw(&operator, &asked.month, None).await
}

/// The page; `refused`: a limit that was typed and is none.
pub(super) async fn draw(
    operator: &Operator,
    month: &str,
    refused: Option<RefusedLimit>,
) -> Result<Response, Problem> {
    let Operator { cx, scope, .. } = operator;
    let month = NaiveDate::parse_from_str(&format!("{month}-01"), "%Y-%m-%d").ok();
    let report = costs::queries::report(cx.db(), scope, month).await?;
    let status = if refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(Page::new(cx, "Costs", Frame::Desk(DeskTab::Billing)).status(status).show(|| {
        let form = tables::LimitForm { cx, month: slug(report.month), refused: refused.as_ref() };
        view! {
{ PageHead::new(format!("Costs in {}", format::month(report.month))).crumbs(&[("/desk/billing", "Billing") ], "Costs").actions(view! {<a class = "button" href = PRICES> "Model prices"</ a> }).show() } { figures(&report, cx.workspace.locale) } { unpriced(&report, cx.workspace.locale) }
            {chart(&report)}
            {tables::clients(&form, &report)}
            {tables::agents(&form, &report)}
            {tables::models(&report)}
        }
    }))
}

/// A month as its address has it.
fn slug(month: NaiveDate) -> String {
    month.format("%Y-%m").to_string()
}

fn figures(report: &CostReport, locale: Locale) -> AnyView {
    let left = report.margin.map_or("unknown".to_owned(), |margin| margin.to_string());
    let share = report
        .margin
        .filter(|_| report.pays.minor > 0)
        .map(|margin| locale.percent(i128::from(margin.minor) * 100 / i128::from(report.pays.minor)));
    view! {
        <dl class="figures">
            <div><dt>"Cost of work"</dt><dd>{report.cost.to_string()}</dd></div>
            <div><dt>"Billed to clients this month"</dt><dd>{report.pays.to_string()}</dd></div>
            <div><dt>"Margin"</dt><dd>{left}" "<small>{share}</small></dd></div>
        </dl>
    }
    .into_any()
}

/// What is not in the figures, and what to do about it.
fn unpriced(report: &CostReport, locale: Locale) -> AnyView {
    let models: Vec<&str> =
        report.models.iter().filter(|line| line.unpriced > 0).map(|line| line.name.as_str()).collect();
    if models.is_empty() {
        return ().into_any();
    }
    let named: Vec<String> = models.iter().map(|name| model_name(name)).collect();
    view! {
        <div class="notice waiting">
            <p>
                {format!("There’s no price for {}. Its usage isn’t in these numbers and no limit applies to it. ", locale.list(&named))}
                <a href=PRICES>"Set a price"</a>
            </p>
        </div>
    }
    .into_any()
}

fn chart(report: &CostReport) -> AnyView {
    let bars: Vec<Bar> = report
        .months
        .iter()
        .map(|month| Bar {
            short: format::short_month(month.first),
            said: format!("{} in {}", month.cost, format::month(month.first)),
            amount: month.cost.0,
            this: month.first == report.month,
            href: Some(format!("{COSTS}?month={}", slug(month.first))),
        })
        .collect();
    bars::chart("Cost of work", &bars)
}
