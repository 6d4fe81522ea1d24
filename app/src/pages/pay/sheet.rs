//! `GET /pay/{token}/invoice`: the invoice itself, to read and to print.

use axum::response::Response;
use leptos::prelude::*;

use super::open;
use crate::{
    pages::billing::{print_hint, sheet, title},
    web::{Cx, Frame, Page, Path, Problem},
};

pub async fn show(cx: Cx, Path(token): Path<String>) -> Result<Response, Problem> {
    let opened = open(&cx, token).await?;
    let pay = opened.view(&cx).await?;
    let name = title(&pay.invoice);
    Ok(Page::new(&cx, &name, Frame::Bill).unlisted().show(|| {
        view! {
            <p class="no-print"><a href=opened.path()>"Back to payment"</a></p>
            {sheet(&cx, &pay.invoice)}
            {print_hint(&pay.invoice)}
        }
    }))
}
