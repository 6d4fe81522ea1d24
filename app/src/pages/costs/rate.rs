//! `POST /desk/costs/rate`: what a dollar is in the workspace's currency.

use axum::response::Response;
use domain::{Error, costs, money::Currency};

use super::{PRICES, prices::draw_again};
use crate::web::{Operator, PostedForm, Problem, redirect_with};

pub async fn update(operator: Operator, PostedForm(fields): PostedForm) -> Result<Response, Problem> {
    let Operator { cx, scope, .. } = &operator;
    let done = match cx.workspace.currency.parse::<Currency>() {
        Ok(currency) => costs::commands::set_rate(cx.db(), scope, currency, fields.text("rate")).await,
        Err(_) => Err(Error::NotFound),
    };
    match done {
        Ok(()) => Ok(redirect_with(PRICES, "Saved.")),
        Err(error) => draw_again(&operator, fields, error).await,
    }
}
