//! `GET /portal/billing/{number}`: one of a client's own invoices.

use axum::response::Response;
use domain::billing::queries;
use leptos::prelude::*;

use super::{
    invoice::downloads,
    payments_view::{InvoicePayments, pay_button, section},
    sheet::sheet,
    title,
};
use crate::{
    components::page_head::PageHead,
    web::{Frame, Member, Page, Path, PortalTab, Problem},
};

pub async fn show(Member { cx, scope, .. }: Member, Path(number): Path<u64>) -> Result<Response, Problem> {
    let invoice = queries::get_by_number(cx.db(), &scope, number).await?;
    let payments = InvoicePayments::load(&cx, &scope, &invoice).await?;
    let pay = payments.rest.filter(|rest| rest.minor > 0);
    let pay = pay.map(|rest| pay_button(&cx, number, rest, "button primary"));
    let name = title(&invoice);
    Ok(Page::new(&cx, &name, Frame::Portal(PortalTab::Billing)).show(|| {
        view! {
            {PageHead::named(name.clone()).crumbs(&[("/portal/billing", "Billing")], &name).actions(pay).no_print().show()}
            {sheet(&cx, &invoice)}
            {downloads(&invoice, &payments, &format!("/portal/billing/{number}"))}
            {section(&cx, &invoice, &payments, false)}
        }
    }))
}
