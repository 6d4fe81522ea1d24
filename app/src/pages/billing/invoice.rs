//! `GET /desk/billing/invoices/{invoice}`: one invoice, and what an operator may do to it.

use axum::response::Response;
use domain::{
    billing::{Invoice, InvoiceState, queries, words},
    ids::InvoiceId,
};
use leptos::prelude::*;

use super::{
    payments_view::{InvoicePayments, section},
    sheet::sheet,
    title,
};
use crate::{
    components::{confirmation::Confirmation, field::token, page_head::PageHead},
    web::{Cx, DeskTab, Frame, Operator, Page, Path, Problem},
};

pub async fn show(
    Operator { cx, scope, .. }: Operator,
    Path(invoice): Path<InvoiceId>,
) -> Result<Response, Problem> {
    let invoice = queries::get(cx.db(), &scope, invoice).await?;
    let payments = InvoicePayments::load(&cx, &scope, &invoice).await?;
    let name = title(&invoice);
    Ok(Page::new(&cx, &name, Frame::Desk(DeskTab::Billing)).show(|| {
        view! {
            {PageHead::named(name.clone())
                .crumbs(&[("/desk/billing", "Billing")], &name)
                .subtitle(view! { <a href=format!("/desk/clients/{}", invoice.client) dir="auto">{invoice.client_name.clone()}</a> })
                .beside(actions(&cx, &invoice))
                .no_print()
                .show()}
            {beside(&invoice)}
            {sheet(&cx, &invoice)}
            {downloads(&invoice, &payments, &format!("/desk/billing/invoices/{}", invoice.id))}
            {section(&cx, &invoice, &payments, true)}
        }
    }))
}

/// What happens to it by itself, or has happened.
fn beside(invoice: &Invoice) -> AnyView {
    if invoice.is_held_back {
        return view! {
            <div class="notice waiting no-print"><p><b>"Held back."</b>" It goes out by itself when what’s missing on it is there. Today says what that is."</p></div>
        }
        .into_any();
    }
    match invoice.credited_by {
        Some(number) => {
            view! { <p class="no-print">{format!("Credited by {}.", words::credit_number(number))}</p> }
                .into_any()
        }
        None => ().into_any(),
    }
}

/// Below a sheet that can be sent: its file, and a receipt where something came in.
pub(super) fn downloads(invoice: &Invoice, payments: &InvoicePayments, base: &str) -> AnyView {
    if invoice.number.is_none() {
        return ().into_any();
    }
    let receipt = payments.has_receipt().then(|| {
        view! { <a class="button" href=format!("{base}/receipt")>"Download receipt"</a> }
    });
    view! {
        <p class="no-print paper-links">
            <a class="button" href=format!("{base}/pdf")>"Download PDF"</a>
            {receipt}
            <span class="soft">"Printing this page prints the invoice alone."</span>
        </p>
    }
    .into_any()
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
            button("discarded", "Discard draft", "button quiet"),
            view! { <a class="button" href=format!("{base}/draft")>"Edit"</a> }.into_any(),
            button("issued", "Issue invoice", "button primary"),
        ],
        InvoiceState::Issued => vec![voiding(cx, invoice), button("paid", "Mark as paid", "button primary")],
        InvoiceState::Paid if invoice.credited_by.is_some() => Vec::new(),
        InvoiceState::Paid => vec![crediting(cx, invoice), button("unpaid", "Mark as unpaid", "button")],
        InvoiceState::Void => Vec::new(),
    };
    view! { <div class="page-actions">{buttons}</div> }.into_any()
}

/// Taking a paid invoice back, which cannot be taken back itself.
fn crediting(cx: &Cx, invoice: &Invoice) -> AnyView {
    let action = format!("/desk/billing/invoices/{}/state", invoice.id);
    view! {
        <button class="button" popovertarget="credit">"Credit…"</button>
        {Confirmation {
            id: "credit".to_owned(),
            question: format!("Credit {}?", title(invoice).to_lowercase()),
            action,
            keep: "Cancel",
        }
        .show(format!("The client gets a credit note over {}. The invoice and its payment stay on the books.", invoice.total.in_full()), view! {
            {token(cx)}
            <button class="button danger" name="state" value="credited">"Write credit note"</button>
        })}
    }
    .into_any()
}

fn voiding(cx: &Cx, invoice: &Invoice) -> AnyView {
    let action = format!("/desk/billing/invoices/{}/state", invoice.id);
    view! {
        <button class="button" popovertarget="void">"Void…"</button>
        {Confirmation {
            id: "void".to_owned(),
            question: format!("Void {}?", title(invoice).to_lowercase()),
            action,
            keep: "Keep invoice",
        }
        .show("It keeps its number and stays in the list, but no one can pay it. The client will see that it was voided.", view! {
            {token(cx)}
            <button class="button danger" name="state" value="void">"Void invoice"</button>
        })}
    }
    .into_any()
}
