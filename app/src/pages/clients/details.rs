//! `GET /desk/clients/{client}/details`, `POST` to the same: a client's name, where its invoices go, and how much it may keep.

use axum::response::Response;
use domain::{
    clients::{Client, ClientDetails, commands, in_gigabytes},
    files::quota::Quota,
    ids::ClientId,
    tax::{self, HandCheck},
    words::size,
};
use leptos::prelude::*;

use super::{LIST, find, tax_check};
use crate::{
    components::{
        desk::client_path,
        field::{self, Field},
        page_head::PageHead,
    },
    pages::billing::party,
    web::{DeskTab, Fields, Form, Frame, Operator, Page, Path, PostedForm, Problem, redirect_with},
};

pub async fn edit(operator: Operator, Path(client): Path<ClientId>) -> Result<Response, Problem> {
    let client = find(&operator, client).await?;
    let own = Fields::default()
        .with("name", client.name.clone())
        .with("room", client.room.map(in_gigabytes).unwrap_or_default());
    let values = party::billed_fields(own, &client.billed);
    draw(&operator, &client, &Form::of(values)).await
}

pub async fn save(
    operator: Operator,
    Path(client): Path<ClientId>,
    PostedForm(fields): PostedForm,
) -> Result<Response, Problem> {
    let client = find(&operator, client).await?;
    let Operator { cx, scope, .. } = &operator;
    let details = ClientDetails {
        name: fields.text("name").to_owned(),
        billed: party::typed_billed(&fields),
        room: fields.text("room").to_owned(),
    };
    match commands::rename(cx.db(), scope, client.id, details).await {
        Ok(()) => Ok(redirect_with(&client_path(client.id), "Saved.")),
        Err(error) => {
            let form = Form::failed(fields, error)?;
            draw(&operator, &client, &form).await
        }
    }
}

async fn draw(operator: &Operator, client: &Client, form: &Form) -> Result<Response, Problem> {
    let Operator { cx, scope, .. } = operator;
    let check = tax::queries::hand_check(cx.db(), scope, client.id).await?;
    let page = Page::new(cx, &client.name, Frame::Desk(DeskTab::Clients)).status(form.status());
    Ok(page.show(|| view(operator, client, form, check.as_ref())))
}

fn view(operator: &Operator, client: &Client, form: &Form, check: Option<&HandCheck>) -> AnyView {
    let back = client_path(client.id);
    view! {
        {PageHead::new("Business details")
            .crumbs(&[(LIST, "Clients"), (&back, &client.name)], "Details")
            .show()}
        <form class="form" method="post" action=format!("{back}/details") novalidate>
            {field::token(&operator.cx)}
            {field::summary(form)}
            {Field::text(form, "name", "Business").required().max(120).show()}
            {party::billed(form, false)}
            {Field::text(form, "room", "Room for files, GB").hint(room_hint(operator.cx.db().quota())).max(12).show()}
            <div class="button-row">
                <button class="button primary">"Save"</button>
                <a class="button quiet" href=back.clone()>"Back"</a>
            </div>
        </form>
        {tax_check::section(&operator.cx, client.id, &client.billed.recipient, check)}
    }
    .into_any()
}

fn room_hint(usual: Option<Quota>) -> String {
    let otherwise = match usual {
        Some(usual) => format!("the usual {}", size(usual.whole)),
        None => "no limit".to_owned(),
    };
    format!("Counts files, deliverables, and notes, with their versions. Leave it empty for {otherwise}.")
}
