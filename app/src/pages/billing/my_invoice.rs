//! `GET /portal/billing/{number}`: one of a client's own invoices.

use axum::response::Response;
use domain::billing::queries;
use leptos::prelude::*;

use super::{invoice::print_hint, sheet::sheet, title};
use crate::{
    components::page_head::PageHead,
    web::{Frame, Member, Page, Path, PortalTab, Problem},
};

pub async fn show(Member { cx, scope, .. }: Member, Path(number): Path<u64>) -> Result<Response, Problem> {
    let invoice = queries::get_by_number(cx.db(), &scope, number).await?;
    let name = title(&invoice);
    Ok(Page::new(&cx, &name, Frame::Portal(PortalTab::Billing)).show(|| {
        view! {
            {PageHead::named(name.clone()).crumbs(&[("/portal/billing", "Billing")], &name).no_print().show()}
            {sheet(&cx, &invoice)}
            {print_hint(&invoice)}
        }
    }))
}
