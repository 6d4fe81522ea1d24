//! The first start: an operator with the terminal's code makes the workspace. Once there is one, nothing is here.

use axum::response::Response;
use domain::{
    accounts::commands::set_up::{self, SetUpForm},
    money::Currency,
};
use leptos::prelude::*;

use super::enter;
use crate::{
    components::{
        field::{self, Field},
        locale, zone,
    },
    pages::billing::party,
    web::{Bare, Fields, Form, Frame, Page, PostedForm, Problem, redirect_with},
};

/// The form.
pub async fn show(bare: Bare) -> Result<Response, Problem> {
    check_open(&bare)?;
    let start = Fields::default().with("currency", "USD").with("code", bare.query("code"));
    Ok(page(&bare, &Form::of(start)))
}

/// Makes the workspace and signs its first operator in.
pub async fn submit(bare: Bare, PostedForm(fields): PostedForm) -> Result<Response, Problem> {
    check_open(&bare)?;
    let form = SetUpForm {
        code: fields.text("code"),
        business: fields.text("business"),
        zone: fields.text("zone"),
        locale: fields.text("locale"),
        currency: fields.text("currency"),
        bill_address: fields.text("bill_address"),
        bill_country: fields.text("bill_country"),
        bill_tax_number: fields.text("bill_tax_number"),
        bill_bank: fields.text("bill_bank"),
        bill_tax_note: fields.text("bill_tax_note"),
        name: fields.text("name"),
        email: fields.text("email"),
        password: fields.raw("password"),
    };
    match set_up::set_up(&bare.app.db, &form, bare.origin()).await {
        Ok(place) => {
            enter(&bare, &place).await?;
            Ok(redirect_with("/desk", "Welcome to your desk."))
        }
        Err(error) => Ok(page(&bare, &Form::failed(fields, error)?)),
    }
}

fn check_open(bare: &Bare) -> Result<(), Problem> {
    match bare.arrival.workspace {
        Some(_) => Err(Problem::not_found()),
        None => Ok(()),
    }
}

fn page(bare: &Bare, form: &Form) -> Response {
    Page::bare(bare, "Set up", Frame::Narrow).status(form.status()).show(|| {
        view! {
            <h1>"Set up your business"</h1>
            <p class="page-sub">"This takes about a minute. You can change everything later in Settings."</p>
            <form class="form set-up" method="post" action="/setup">
                {field::bare_token(bare)}
                {field::summary(form)}
                <fieldset>
                    <legend>"Setup code"</legend>
                    {Field::text(form, "code", "Code from your terminal")
                        .hint("Printed when the server starts. Looks like K7QF-2MXD-9TRA")
                        .autocomplete("off")
                        .required()
                        .max(40)
                        .show()}
                </fieldset>
                <fieldset>
                    <legend>"Your business"</legend>
                    {Field::text(form, "business", "Name").hint("Clients see this on every page").autocomplete("organization").required().max(80).show()}
                    <div class="form-row">
                        {Field::select(form, "zone", "Time zone", zone::options("Choose one", bare.format().locale)).hint("Used for due dates and business hours").required().show()}
                        {locale::field(form)}
                    </div>
                    <div class="form-row">
                        {Field::select(form, "currency", "Currency", currencies()).hint("Used for your prices").required().show()}
                    </div>
                </fieldset>
                <fieldset>
                    <legend>"Who sends your invoices"</legend>
                    <p class="hint">"You can add this later in Settings. Invoices wait until it’s there."</p>
                    {party::sender(form, false)}
                </fieldset>
                <fieldset>
                    <legend>"You"</legend>
                    {Field::text(form, "name", "Your name").autocomplete("name").required().max(80).show()}
                    {Field::email(form, "email", "Email").required().show()}
                    {Field::password(form, "password", "Password")
                        .hint("At least 10 characters. A short sentence works great.")
                        .autocomplete("new-password")
                        .required()
                        .show()}
                </fieldset>
                <div class="button-row"><button class="button primary">"Open my desk"</button></div>
            </form>
        }
    })
}

fn currencies() -> Vec<(String, String)> {
    Currency::ALL
        .iter()
        .map(|currency| (currency.code().to_owned(), format!("{}, {}", currency.code(), currency.name())))
        .collect()
}
