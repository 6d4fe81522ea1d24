//! `GET /desk/billing/invoices/new` and `POST /desk/billing/invoices`: a new draft; `GET` and `POST
//! /desk/billing/invoices/{invoice}/draft`: one that is written anew.

use axum::{extract::Query, response::Response};
use domain::{
    Error, FieldErrors,
    billing::{Invoice, InvoiceState, commands, queries},
    ids::{ClientId, InvoiceId},
    money::Currency,
};
use serde::Deserialize;

use super::{
    compose::{self, Compose},
    invoice_form::InvoiceForm,
};
use crate::web::{Cx, Fields, Form, Operator, Path, PostedForm, Problem, redirect_with};

/// What the address may say already.
#[derive(Deserialize)]
pub struct DraftQuery {
    #[serde(default)]
    client: String,
}

pub async fn new(
    Operator { cx, scope, .. }: Operator,
    Query(asked): Query<DraftQuery>,
) -> Result<Response, Problem> {
    let clients = queries::list_billable_clients(cx.db(), &scope).await?;
    if clients.is_empty() {
        return Ok(compose::nobody(&cx));
    }
    let typed = InvoiceForm::fresh();
    let form = Form::of(typed.fields().with("client", asked.client));
    Ok(compose::page(&cx, &fresh(&cx, clients, typed, form)))
}

pub async fn create(
    Operator { cx, scope, .. }: Operator,
    PostedForm(fields): PostedForm,
) -> Result<Response, Problem> {
    let clients = queries::list_billable_clients(cx.db(), &scope).await?;
    let mut typed = InvoiceForm::of(&fields);
    if fields.text("do") == "grow" {
        typed.grow();
        let form = Form::of(kept_fields(&typed, &fields));
        return Ok(compose::page(&cx, &fresh(&cx, clients, typed, form)));
    }
    let kept = match (typed.read(currency(&cx)), fields.text("client").parse::<ClientId>()) {
        (Ok(draft), Ok(client)) => commands::draft(cx.db(), &scope, client, &draft).await,
        (Ok(_), Err(_)) => Err(Error::Fields(FieldErrors::one("client", "Choose a client to bill."))),
        (Err(error), _) => Err(error),
    };
    match kept {
        Ok(invoice) => Ok(redirect_with(
            &format!("/desk/billing/invoices/{invoice}"),
            "Saved as a draft. Issue it when it’s ready.",
        )),
        Err(error) => {
            let form = Form::failed(kept_fields(&typed, &fields), error)?;
            Ok(compose::page(&cx, &fresh(&cx, clients, typed, form)))
        }
    }
}

pub async fn show(
    Operator { cx, scope, .. }: Operator,
    Path(invoice): Path<InvoiceId>,
) -> Result<Response, Problem> {
    let invoice = queries::get(cx.db(), &scope, invoice).await?;
    if invoice.state != InvoiceState::Draft {
        return Err(Problem::not_found());
    }
    let typed = InvoiceForm::from_invoice(&invoice);
    let form = Form::of(typed.fields());
    Ok(compose::page(&cx, &existing(&invoice, typed, form)))
}

pub async fn update(
    Operator { cx, scope, .. }: Operator,
    Path(invoice): Path<InvoiceId>,
    PostedForm(fields): PostedForm,
) -> Result<Response, Problem> {
    let invoice = queries::get(cx.db(), &scope, invoice).await?;
    let mut typed = InvoiceForm::of(&fields);
    if fields.text("do") == "grow" {
        typed.grow();
        let form = Form::of(typed.fields());
        return Ok(compose::page(&cx, &existing(&invoice, typed, form)));
    }
    let kept = match typed.read(invoice.total.currency) {
        Ok(draft) => commands::redraft(cx.db(), &scope, invoice.id, &draft).await,
        Err(error) => Err(error),
    };
    match kept {
        Ok(()) => Ok(redirect_with(&format!("/desk/billing/invoices/{}", invoice.id), "Saved.")),
        Err(error) => {
            let form = Form::failed(typed.fields(), error)?;
            Ok(compose::page(&cx, &existing(&invoice, typed, form)))
        }
    }
}

fn fresh(cx: &Cx, clients: Vec<(ClientId, String)>, typed: InvoiceForm, form: Form) -> Compose {
    Compose { action: "/desk/billing/invoices".to_owned(), clients, typed, form, currency: currency(cx) }
}

fn existing(invoice: &Invoice, typed: InvoiceForm, form: Form) -> Compose {
    let action = format!("/desk/billing/invoices/{}/draft", invoice.id);
    Compose { action, clients: Vec::new(), typed, form, currency: invoice.total.currency }
}

fn kept_fields(typed: &InvoiceForm, fields: &Fields) -> Fields {
    typed.fields().with("client", fields.text("client"))
}

/// What free invoices are written in.
fn currency(cx: &Cx) -> Currency {
    cx.workspace.currency.parse().unwrap_or(Currency::USD)
}
