//! `GET` and `POST /portal/billing/details`: where a client's invoices go.

use axum::response::Response;
use domain::billing::{commands, queries};
use leptos::prelude::*;

use super::party;
use crate::{
    components::{
        field::{summary, token},
        page_head::PageHead,
    },
    web::{Fields, Form, Frame, Member, Page, PortalTab, PostedForm, Problem, redirect_with},
};

pub async fn edit(member: Member) -> Result<Response, Problem> {
    let Member { cx, scope, .. } = &member;
    let billed = queries::billing_details(cx.db(), scope).await?;
    Ok(page(&member, &Form::of(party::billed_fields(Fields::default(), &billed))))
}

pub async fn save(member: Member, PostedForm(fields): PostedForm) -> Result<Response, Problem> {
    let Member { cx, scope, .. } = &member;
    match commands::bill_to(cx.db(), scope, party::typed_billed(&fields)).await {
        Ok(()) => Ok(redirect_with("/portal/billing", "Saved.")),
        Err(error) => {
            let form = Form::failed(fields, error)?;
            Ok(page(&member, &form))
        }
    }
}

fn page(member: &Member, form: &Form) -> Response {
    let cx = &member.cx;
    Page::new(cx, "Billing details", Frame::Portal(PortalTab::Billing)).status(form.status()).show(|| {
        view! {
            {PageHead::new("Billing details")
                .crumbs(&[("/portal/billing", "Billing")], "Billing details")
                .subtitle("Your next invoices are made out to this. Earlier ones stay as they are.")
                .show()}
            <form class="form" method="post" action="/portal/billing/details" novalidate>
                {token(cx)}
                {summary(form)}
                {party::billed(form, true)}
                <div class="button-row">
                    <button class="button primary">"Save details"</button>
                    <a class="button quiet" href="/portal/billing">"Cancel"</a>
                </div>
            </form>
        }
    })
}
