//! The form of a free invoice.

use axum::response::Response;
use domain::{ids::ClientId, money::Currency};
use leptos::prelude::*;

use super::invoice_form::InvoiceForm;
use crate::{
    components::{
        field::{Field, summary, token},
        page_head::PageHead,
    },
    web::{Cx, DeskTab, Form, Frame, Page},
};

/// An invoice on its way to being a draft.
pub(super) struct Compose {
    /// Where the form goes.
    pub action: String,
    /// Whom a new one can be for; empty where that is settled.
    pub clients: Vec<(ClientId, String)>,
    pub typed: InvoiceForm,
    pub form: Form,
    pub currency: Currency,
}

/// The whole page.
pub(super) fn page(cx: &Cx, compose: &Compose) -> Response {
    let is_new = !compose.clients.is_empty();
    let title = if is_new { "New invoice" } else { "Edit draft" };
    Page::new(cx, title, Frame::Desk(DeskTab::Billing)).status(compose.form.status()).show(|| {
        view! {
            {PageHead::named(title)
                .crumbs(&[("/desk/billing", "Billing")], title)
                .subtitle("It won’t have a number, and the client won’t see it, until you issue it.")
                .show()}
            {form(cx, compose)}
        }
    })
}

/// Where nobody could be billed.
pub(super) fn nobody(cx: &Cx) -> Response {
    Page::new(cx, "New invoice", Frame::Desk(DeskTab::Billing)).show(|| {
        view! {
            {PageHead::new("New invoice").show()}
            <p>"No clients to bill yet. Each sign-up creates a client and their first invoice."</p>
        }
    })
}

fn form(cx: &Cx, compose: &Compose) -> AnyView {
    let Compose { action, clients, form, .. } = compose;
    let options: Vec<(String, String)> =
        clients.iter().map(|(id, name)| (id.to_string(), name.clone())).collect();
    view! {
        <form class="form" method="post" action=action.clone() novalidate>
            {token(cx)}
            // What the Enter key presses: the first button of a form.
            <button class="visually-hidden" tabindex="-1" aria-hidden="true">"Save draft"</button>
            {summary(form)}
            {(!options.is_empty()).then(|| Field::select(form, "client", "Client", options).required().show())}
            {lines(compose)}
            {Field::area(form, "note", "Note at the bottom", 3).max(1_000).show()}
            <div class="button-row">
                <button class="button primary">"Save draft"</button>
                <a class="button quiet" href="/desk/billing">"Cancel"</a>
            </div>
        </form>
    }
    .into_any()
}

fn lines(compose: &Compose) -> AnyView {
    let (form, unit) = (&compose.form, compose.currency.code());
    let count = compose.typed.lines.len();
    let rows: Vec<_> = (0..count)
        .map(|place| {
            let name = |part: &str| format!("line-{place}-{part}");
            let number = place + 1;
            let wanted = |field: Field| if place == 0 { field.asked().show() } else { field.show() };
            view! {
                <div class="form-row invoice-line">
                    {wanted(Field::text(form, &name("what"), &format!("Line {number}")).max(200))}
                    {wanted(Field::number(form, &name("amount"), "Amount", unit).max(24))}
                </div>
            }
        })
        .collect();
    let more = format!("{}#line-{count}-what", compose.action);
    view! {
        <fieldset>
            <legend>"Line items"</legend>
            <p class="hint">"Use a minus sign for credits. Blank lines are skipped."</p>
            {rows}
            <div class="button-row"><button class="button" name="do" value="grow" formaction=more>"Add lines"</button></div>
        </fieldset>
    }
    .into_any()
}
