//! `GET /pay/{token}/invoice`: the invoice itself, to read and to print; `…/invoice/pdf`: to keep.

use axum::{http::HeaderValue, response::Response};
use domain::mail::MailPaper;
use leptos::prelude::*;

use super::open;
use crate::{
    pages::{
        billing::{sheet, title},
        papers::send,
    },
    papers::PaperOf,
    web::{Cx, Frame, Page, Path, Problem},
};

pub async fn show(cx: Cx, Path(token): Path<String>) -> Result<Response, Problem> {
    let opened = open(&cx, token).await?;
    let pay = opened.view(&cx).await?;
    let name = title(&pay.invoice);
    Ok(Page::new(&cx, &name, Frame::Bill).unlisted().show(|| {
        view! {
            <p class="no-print paper-links">
                <a href=opened.path()>"Back to payment"</a>
                <a class="button" href=format!("{}/invoice/pdf", opened.path())>"Download PDF"</a>
            </p>
            {sheet(&cx, &pay.invoice)}
        }
    }))
}

pub async fn pdf(cx: Cx, Path(token): Path<String>) -> Result<Response, Problem> {
    let opened = open(&cx, token).await?;
    let mut response = send(&cx, PaperOf::Billed(MailPaper::Invoice(opened.invoice))).await?;
    response.headers_mut().insert("x-robots-tag", HeaderValue::from_static("noindex, nofollow"));
    Ok(response)
}
