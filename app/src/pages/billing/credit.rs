//! `GET /desk/billing/credits/{credit}` and `POST …/state`: a credit note, and whether its money went back; `GET
//! /portal/billing/credits/{number}`: a client's own.

use axum::response::Response;
use domain::{
    Error,
    billing::{CreditNote, commands, queries, words},
    ids::CreditNoteId,
    money::Money,
};
use leptos::prelude::*;

use super::sheet::{address, tax_rows, tax_words};
use crate::{
    components::{field::token, page_head::PageHead},
    web::{Cx, DeskTab, Frame, Member, Operator, Page, Path, PortalTab, PostedForm, Problem, answer},
};

pub async fn show(
    Operator { cx, scope, .. }: Operator,
    Path(credit): Path<CreditNoteId>,
) -> Result<Response, Problem> {
    let note = queries::get_credit_note(cx.db(), &scope, credit).await?;
    let name = title(&note);
    let client = format!("/desk/clients/{}", note.client);
    Ok(Page::new(&cx, &name, Frame::Desk(DeskTab::Billing)).show(|| {
        view! {
            {PageHead::new(name.clone())
                .crumbs(&[("/desk/billing", "Billing")], &name)
                .subtitle(view! { <a href=client>{note.client_name.clone()}</a> })
                .beside(settling(&cx, &note))
                .no_print()
                .show()}
            {sheet(&cx, &note)}
            {download(&format!("/desk/billing/credits/{credit}"))}
        }
    }))
}

/// Whether the money went back.
pub async fn update(
    Operator { cx, scope, .. }: Operator,
    Path(credit): Path<CreditNoteId>,
    PostedForm(fields): PostedForm,
) -> Result<Response, Problem> {
    let (settled, note) = match fields.text("state") {
        "settled" => (Some(true), "Marked as paid back."),
        "open" => (Some(false), "Marked as not paid back."),
        _ => (None, ""),
    };
    let done = match settled {
        Some(settled) => commands::settle_credit(cx.db(), &scope, credit, settled).await,
        None => Err(Error::NotFound),
    };
    Ok(answer(&cx.bare, done, &fields.back(&format!("/desk/billing/credits/{credit}")), note))
}

pub async fn show_mine(
    Member { cx, scope, .. }: Member,
    Path(number): Path<u64>,
) -> Result<Response, Problem> {
    let note = queries::get_credit_note_by_number(cx.db(), &scope, number).await?;
    let name = title(&note);
    Ok(Page::new(&cx, &name, Frame::Portal(PortalTab::Billing)).show(|| {
        view! {
            {PageHead::new(name.clone()).crumbs(&[("/portal/billing", "Billing")], &name).no_print().show()}
            {sheet(&cx, &note)}
            {download(&format!("/portal/billing/credits/{number}"))}
        }
    }))
}

fn download(base: &str) -> AnyView {
    view! { <p class="no-print paper-links"><a class="button" href=format!("{base}/pdf")>"Download PDF"</a></p> }.into_any()
}

fn title(note: &CreditNote) -> String {
    format!("Credit note {}", words::credit_number(note.number))
}

fn settling(cx: &Cx, note: &CreditNote) -> AnyView {
    let (state, word, class) = match note.settled_at {
        None => ("settled", "Mark as paid back", "button primary"),
        Some(_) => ("open", "Mark not paid back", "button"),
    };
    view! {
        <div class="page-actions">
            <form method="post" action=format!("/desk/billing/credits/{}/state", note.id)>
                {token(cx)}
                <button class=class name="state" value=state>{word}</button>
            </form>
        </div>
    }
    .into_any()
}

fn sheet(cx: &Cx, note: &CreditNote) -> AnyView {
    let issued = cx.own_format().day(note.issued_at);
    let (class, state) = match note.settled_at {
        Some(at) => ("tag paid", format!("Paid back {}", cx.own_format().day(at))),
        None => ("tag due", "To be paid back".to_owned()),
    };
    let lines: Vec<_> = note
        .lines
        .iter()
        .map(|line| {
            let amount = Money::new(line.minor, note.total.currency).in_full();
            view! { <tr><td>{line.what.clone()}</td><td class="end nowrap">{amount}</td></tr> }
        })
        .collect();
    let credits = note.invoice.map(|(_, number)| {
        view! { <section><h2>"Credits invoice"</h2><p>{words::number(number)}</p></section> }
    });
    view! {
        <article class="sheet invoice">
            <header>
                <div><p class="soft">"Credit note"</p><p class="invoice-number">{words::credit_number(note.number)}</p></div>
                <span class=class>{state}</span>
            </header>
            <div class="parties">
                <section><h2>"From"</h2>{address(&note.bill_from)}</section>
                <section><h2>"Bill to"</h2>{address(&note.bill_to)}</section>
                <section><h2>"Issued"</h2><p>{issued}</p></section>
                {credits}
            </div>
            <table class="table">
                <thead><tr><th scope="col">"Description"</th><th scope="col" class="end">"Amount"</th></tr></thead>
                <tbody>{lines}</tbody>
                <tfoot>
                    {note.tax.as_ref().map(|tax| tax_rows(tax, note.total.currency))}
                    <tr><th scope="row">"Credited"</th><td class="end nowrap">{note.total.in_full()}</td></tr>
                </tfoot>
            </table>
            {note.tax.as_ref().map(tax_words)}
            {(!note.note.is_empty()).then(|| view! { <p class="invoice-note">{note.note.clone()}</p> })}
        </article>
    }
    .into_any()
}

/// A list of credit notes, each with its page under `base`; nothing without any.
pub(super) fn list(cx: &Cx, notes: &[CreditNote], is_desk: bool) -> AnyView {
    if notes.is_empty() {
        return ().into_any();
    }
    let rows: Vec<_> = notes
        .iter()
        .map(|note| {
            let page = if is_desk {
                format!("/desk/billing/credits/{}", note.id)
            } else {
                format!("/portal/billing/credits/{}", note.number)
            };
            let (class, state) = if note.settled_at.is_some() {
                ("tag paid", "Paid back")
            } else {
                ("tag due", "To be paid back")
            };
            let client = is_desk.then(|| view! { <td data-label="Client">{note.client_name.clone()}</td> });
            view! {
                <tr>
                    <th scope="row"><a href=page>{words::credit_number(note.number)}</a></th>
                    {client}
                    <td data-label="Issued">{cx.own_format().day(note.issued_at)}</td>
                    <td data-label="Status"><span class=class>{state}</span></td>
                    <td data-label="Amount" class="end nowrap">{note.total.in_full()}</td>
                </tr>
            }
        })
        .collect();
    let client = is_desk.then(|| view! { <th scope="col">"Client"</th> });
    view! {
        <section class="section" aria-labelledby="credits">
            <div class="section-head"><h2 id="credits">"Credit notes"</h2></div>
            <table class="table stacks">
                <thead><tr>
                    <th scope="col">"Credit note"</th>{client}<th scope="col">"Issued"</th><th scope="col">"Status"</th>
                    <th scope="col" class="end">"Amount"</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </section>
    }
    .into_any()
}
