//! `POST /desk/costs/limits`: the most that an agent or a client's work may cost in a month.

use axum::response::Response;
use domain::{
    Error,
    costs::{self, Subject},
};

use super::{COSTS, month::draw, tables::RefusedLimit};
use crate::web::{Operator, PostedForm, Problem, redirect_with};

pub async fn update(operator: Operator, PostedForm(fields): PostedForm) -> Result<Response, Problem> {
    let Operator { cx, scope, .. } = &operator;
    let (named, typed, month) = (fields.text("subject"), fields.text("limit"), fields.text("month"));
    let subject = named.parse().map(Subject::Agent).or_else(|_| named.parse().map(Subject::Client));
    let done = match subject {
        Ok(subject) => costs::commands::set_limit(cx.db(), scope, subject, typed).await,
        Err(_) => Err(Error::NotFound),
    };
    match done {
        Ok(()) => {
            let note = if typed.is_empty() { "Limit removed." } else { "Limit saved." };
            let back: String = month.chars().filter(|c| c.is_ascii_digit() || *c == '-').take(7).collect();
            Ok(redirect_with(&format!("{COSTS}?month={back}"), note))
        }
        Err(Error::Fields(errors)) => {
            let error = errors.of("limit").unwrap_or_default().to_owned();
            let refused = RefusedLimit { subject: named.to_owned(), typed: typed.to_owned(), error };
            draw(&operator, month, Some(refused)).await
        }
        Err(error) => Err(error.into()),
    }
}
