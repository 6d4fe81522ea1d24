//! `GET /desk/clients/new`, `POST /desk/clients`: a client that the operator adds by hand.

use axum::response::Response;
use domain::{
    clients::{NewClient, commands},
    offers::{Offer, OfferState, queries::list},
};
use leptos::prelude::*;

use super::LIST;
use crate::{
    components::{desk::client_path, field::Field, page_head::PageHead, post_form::PostForm},
    pages::billing::party,
    web::{DeskTab, Fields, Form, Frame, Operator, Page, PostedForm, Problem, redirect_with},
};

pub async fn new(operator: Operator) -> Result<Response, Problem> {
    draw(&operator, Form::default()).await
}

pub async fn create(operator: Operator, PostedForm(fields): PostedForm) -> Result<Response, Problem> {
    let Operator { cx, scope, .. } = &operator;
    let new = read_form(&fields);
    match commands::create(cx.db(), scope, &new).await {
        Ok(client) => Ok(redirect_with(&client_path(client), &format!("Added {}.", new.name))),
        Err(error) => {
            let form = Form::failed(fields, error)?;
            draw(&operator, form).await
        }
    }
}

fn read_form(fields: &Fields) -> NewClient {
    NewClient {
        name: fields.text("name").to_owned(),
        offer: fields.text("offer").parse().ok(),
        email: fields.text("email").to_owned(),
        billed: party::typed_billed(fields),
    }
}

async fn draw(operator: &Operator, form: Form) -> Result<Response, Problem> {
    let Operator { cx, scope, .. } = operator;
    let offers = list(cx.db(), scope).await?;
    let page = Page::new(cx, "New client", Frame::Desk(DeskTab::Clients)).status(form.status());
    Ok(page.show(|| view(operator, &form, &offers)))
}

/// What may be sold: drafts as well, for a deal that is not on the storefront.
fn choices(offers: &[Offer]) -> Vec<(String, String)> {
    let mut choices = vec![(String::new(), "No offer yet".to_owned())];
    let sold = offers.iter().filter(|offer| offer.state != OfferState::Archived);
    choices.extend(sold.map(|offer| {
        let draft = if offer.state == OfferState::Draft { " (not on the storefront)" } else { "" };
        (offer.id.to_string(), format!("{}, {}{draft}", offer.name, offer.terms.price))
    }));
    choices
}

fn view(operator: &Operator, form: &Form, offers: &[Offer]) -> AnyView {
    view! {
        {PageHead::new("New client").crumbs(&[(LIST, "Clients")], "New").show()}
        {PostForm::new(&operator.cx, LIST, form)
            .fields(view! {
                {Field::text(form, "name", "Business").required().max(120).autocomplete("off").show()}
                {Field::select(form, "offer", "Offer", choices(offers))
                    .hint("Uses the offer’s current terms. The first invoice goes out right away.")
                    .required()
                    .show()}
                {Field::email(form, "email", "Owner’s email")
                    .hint("We’ll send them an invitation. Leave blank to invite someone later.")
                    .autocomplete("off")
                    .max(254)
                    .show()}
                <fieldset>
                    <legend>"Where invoices go"</legend>
                    <p class="hint">"You can add this later. Invoices wait until the address is here."</p>
                    {party::billed(form, false)}
                </fieldset>
            })
            .submit_or_leave("Add client", "Back", LIST)
            .show()}
    }
    .into_any()
}
