//! `GET /desk/billing/invoices/{invoice}`: one invoice, and what an operator may do to it.

use axum::{extract::Path, response::Response};
use domain::billing::{Invoice, InvoiceState, queries};
use leptos::prelude::*;

use super::{id, sheet::sheet, title};
use crate::{
    components::{crumbs::crumbs, field::token},
    web::{Cx, DeskTab, Frame, Operator, Page, Problem},
};

pub async fn show(
    Operator { cx, scope, .. }: Operator,
    Path(invoice): Path<String>,
) -> Result<Response, Problem> {
    let invoice = queries::get(cx.db(), &scope, id(&invoice)?)
        .await
        .map_err(|error| Problem::from(error).of(&cx.bare))?;
    let name = title(&invoice);
    Ok(Page::new(&cx, &name, Frame::Desk(DeskTab::Billing)).show(|| {
        view! {
            <div class="page-head no-print">
                <div>
                    {crumbs(&[("/desk/billing", "Billing")], &name)}
                    <h1 dir="auto">{name.clone()}</h1>
                    <p class="page-sub"><a href=format!("/desk/clients/{}", invoice.client) dir="auto">{invoice.client_name.clone()}</a></p>
                </div>
                {actions(&cx, &invoice)}
            </div>
            {sheet(&cx, &invoice)}
            {print_hint(&invoice)}
        }
    }))
}

/// Below a sheet that can be sent: how to get it onto paper.
pub(super) fn print_hint(invoice: &Invoice) -> AnyView {
    if invoice.number.is_none() {
        return ().into_any();
    }
    view! { <p class="soft no-print">"Print this page, or save it as a PDF, with your browser: only the sheet comes out."</p> }.into_any()
}

fn actions(cx: &Cx, invoice: &Invoice) -> AnyView {
    let base = format!("/desk/billing/invoices/{}", invoice.id);
    let button = |state: &'static str, word: &'static str, class: &'static str| {
        view! {
            <form method="post" action=format!("{base}/state")>
                {token(cx)}
                <button class=class name="state" value=state>{word}</button>
            </form>
        }
        .into_any()
    };
    let buttons = match invoice.state {
        InvoiceState::Draft => vec![
            button("discarded", "Discard", "button quiet"),
            view! { <a class="button" href=format!("{base}/draft")>"Change"</a> }.into_any(),
            button("issued", "Issue it", "button primary"),
        ],
        InvoiceState::Issued => vec![voiding(cx, invoice), button("paid", "Mark paid", "button primary")],
        InvoiceState::Paid => vec![button("unpaid", "Not paid after all", "button")],
        InvoiceState::Void => Vec::new(),
    };
    view! { <div class="page-actions">{buttons}</div> }.into_any()
}

fn voiding(cx: &Cx, invoice: &Invoice) -> AnyView {
    let action = format!("/desk/billing/invoices/{}/state", invoice.id);
    view! {
        <button class="button" popovertarget="void">"Void…"</button>
        <div class="dialog" popover="auto" id="void" role="dialog" aria-labelledby="void-h">
            <h2 id="void-h">{format!("Void {}?", title(invoice).to_lowercase())}</h2>
            <p>"It keeps its number and stays on the list; nobody can pay it. The client sees that it was taken back."</p>
            <form class="button-row" method="post" action=action>
                {token(cx)}
                <button class="button danger" name="state" value="void">"Void it"</button>
                <button class="button quiet" type="button" popovertarget="void" popovertargetaction="hide">"Keep it"</button>
            </form>
        </div>
    }
    .into_any()
}
