//! `GET …/pdf` and `…/receipt`: what is billed as a file to keep, for whoever may read its page.

use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use domain::{
    billing::queries,
    ids::{ClientId, CreditNoteId, InvoiceId},
    mail::MailPaper,
};

use super::books::StatementPath;
use crate::{
    papers::{PaperOf, draw},
    web::{Cx, Member, Operator, Path, Problem, disposition},
};

pub async fn invoice(
    Operator { cx, scope, .. }: Operator,
    Path(invoice): Path<InvoiceId>,
) -> Result<Response, Problem> {
    let invoice = queries::get(cx.db(), &scope, invoice).await?;
    send(&cx, PaperOf::Billed(MailPaper::Invoice(invoice.id))).await
}

pub async fn my_invoice(
    Member { cx, scope, .. }: Member,
    Path(number): Path<u64>,
) -> Result<Response, Problem> {
    let invoice = queries::get_by_number(cx.db(), &scope, number).await?;
    send(&cx, PaperOf::Billed(MailPaper::Invoice(invoice.id))).await
}

pub async fn receipt(
    Operator { cx, scope, .. }: Operator,
    Path(invoice): Path<InvoiceId>,
) -> Result<Response, Problem> {
    let invoice = queries::get(cx.db(), &scope, invoice).await?;
    send(&cx, PaperOf::Billed(MailPaper::Receipt(invoice.id))).await
}

pub async fn my_receipt(
    Member { cx, scope, .. }: Member,
    Path(number): Path<u64>,
) -> Result<Response, Problem> {
    let invoice = queries::get_by_number(cx.db(), &scope, number).await?;
    send(&cx, PaperOf::Billed(MailPaper::Receipt(invoice.id))).await
}

pub async fn credit_note(
    Operator { cx, scope, .. }: Operator,
    Path(credit): Path<CreditNoteId>,
) -> Result<Response, Problem> {
    let credit = queries::get_credit_note(cx.db(), &scope, credit).await?;
    send(&cx, PaperOf::Billed(MailPaper::CreditNote(credit.id))).await
}

pub async fn my_credit_note(
    Member { cx, scope, .. }: Member,
    Path(number): Path<u64>,
) -> Result<Response, Problem> {
    let credit = queries::get_credit_note_by_number(cx.db(), &scope, number).await?;
    send(&cx, PaperOf::Billed(MailPaper::CreditNote(credit.id))).await
}

pub async fn statement(
    Operator { cx, scope, .. }: Operator,
    Path(StatementPath { client, year }): Path<StatementPath>,
) -> Result<Response, Problem> {
    own_statement(&cx, &scope, client, year).await
}

pub async fn my_statement(
    Member { cx, scope, client, .. }: Member,
    Path(year): Path<i32>,
) -> Result<Response, Problem> {
    own_statement(&cx, &scope, client, year).await
}

async fn own_statement(
    cx: &Cx,
    scope: &domain::Scope,
    client: ClientId,
    year: i32,
) -> Result<Response, Problem> {
    domain::books::queries::statement(cx.db(), scope, client, year).await?;
    send(cx, PaperOf::Statement(client, year)).await
}

/// The file. Nobody but its reader keeps a copy on the way.
pub(super) async fn send(cx: &Cx, of: PaperOf) -> Result<Response, Problem> {
    let file = draw(cx.db(), cx.workspace.id, of).await?;
    let mut response = file.bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/pdf"));
    let disposition = HeaderValue::from_str(&disposition("application/pdf", &file.name));
    headers
        .insert(header::CONTENT_DISPOSITION, disposition.unwrap_or(HeaderValue::from_static("attachment")));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    Ok(response)
}
