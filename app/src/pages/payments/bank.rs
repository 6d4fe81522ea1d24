//! `POST /desk/payments/bank`: the account that clients transfer money to.

use axum::response::Response;
use domain::payments::{BankDetails, commands};
use leptos::prelude::*;

use super::{
    PAGE,
    show::{Forms, draw},
};
use crate::{
    components::field::{Field, summary, token},
    web::{Cx, Fields, Form, Operator, PostedForm, Problem, redirect_with},
};

pub async fn save(operator: Operator, PostedForm(fields): PostedForm) -> Result<Response, Problem> {
    let Operator { cx, scope, .. } = &operator;
    let text = |name: &str| fields.text(name).to_owned();
    let details = BankDetails {
        holder: text("holder"),
        bank: text("bank"),
        iban: text("iban"),
        bic: text("bic"),
        routing: text("routing"),
        account: text("account"),
        other: text("other"),
    };
    match commands::set_bank_details(cx.db(), scope, details).await {
        Ok(()) => Ok(redirect_with(PAGE, "Saved. New invoices show these details.")),
        Err(error) => {
            let form = Form::failed(fields, error)?;
            draw(&operator, Forms { bank: Some(form), ..Forms::default() }).await
        }
    }
}

/// The fields that show what is kept.
pub(super) fn fields(kept: &BankDetails) -> Fields {
    Fields::default()
        .with("holder", &kept.holder)
        .with("bank", &kept.bank)
        .with("iban", &kept.iban)
        .with("bic", &kept.bic)
        .with("routing", &kept.routing)
        .with("account", &kept.account)
        .with("other", &kept.other)
}

pub(super) fn section(cx: &Cx, form: &Form) -> AnyView {
    view! {
        <section class="section">
            <div class="section-head"><h2>"Bank transfers"</h2></div>
            <p>"Printed on invoices and shown where clients pay. Fill in what your country uses. With an IBAN, invoices in euros get a QR code that banking apps read."</p>
            <form class="form" method="post" action=format!("{PAGE}/bank") novalidate>
                {token(cx)}
                {summary(form)}
                {Field::text(form, "holder", "Name on the account").autocomplete("off").max(120).show()}
                {Field::text(form, "bank", "Bank").autocomplete("off").max(120).show()}
                <div class="form-row">
                    {Field::text(form, "iban", "IBAN").autocomplete("off").max(42).show()}
                    {Field::text(form, "bic", "BIC").autocomplete("off").max(14).show()}
                </div>
                <div class="form-row">
                    {Field::text(form, "routing", "Routing number").hint("US accounts.").autocomplete("off").max(20).show()}
                    {Field::text(form, "account", "Account number").autocomplete("off").max(60).show()}
                </div>
                {Field::area(form, "other", "Anything else", 2).hint("Such as a sort code. One per line.").max(300).show()}
                <div class="button-row"><button class="button primary">"Save bank details"</button></div>
            </form>
        </section>
    }
    .into_any()
}
