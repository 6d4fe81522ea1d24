//! `GET /desk/clients/{client}/years/{year}` and `GET /portal/billing/years/{year}`: a client's statement of a year, to print.

use axum::response::Response;
use domain::{
    books::{Statement, StatementEntry, queries},
    ids::ClientId,
    money::{Currency, Money},
};
use leptos::prelude::*;
use serde::Deserialize;

use crate::{
    components::page_head::PageHead,
    pages::billing::sheet::address,
    web::{Cx, DeskTab, Frame, Member, Operator, Page, Path, PortalTab, Problem},
};

/// Whose year.
#[derive(Deserialize)]
pub struct StatementPath {
    pub(in crate::pages) client: ClientId,
    pub(in crate::pages) year: i32,
}

pub async fn show(
    Operator { cx, scope, .. }: Operator,
    Path(StatementPath { client, year }): Path<StatementPath>,
) -> Result<Response, Problem> {
    let statement = queries::statement(cx.db(), &scope, client, year).await?;
    let (title, base) = (title(&statement), format!("/desk/clients/{client}"));
    let crumbs = [("/desk/clients", "Clients"), (base.as_str(), statement.client_name.as_str())];
    Ok(Page::new(&cx, &title, Frame::Desk(DeskTab::Clients)).show(|| {
        view! {
            {PageHead::new(title.clone()).crumbs(&crumbs, &title).actions(actions(&base, year)).no_print().show()}
            {sheet(&cx, &statement)}
        }
    }))
}

pub async fn show_mine(
    Member { cx, scope, client, .. }: Member,
    Path(year): Path<i32>,
) -> Result<Response, Problem> {
    let statement = queries::statement(cx.db(), &scope, client, year).await?;
    let title = title(&statement);
    Ok(Page::new(&cx, &title, Frame::Portal(PortalTab::Billing)).show(|| {
        view! {
            {PageHead::new(title.clone())
                .crumbs(&[("/portal/billing", "Billing")], &title)
                .actions(actions("/portal/billing", year))
                .no_print()
                .show()}
            {sheet(&cx, &statement)}
        }
    }))
}

fn title(statement: &Statement) -> String {
    format!("Statement for {}", statement.year)
}

fn actions(base: &str, year: i32) -> AnyView {
    let link = |year: i32| view! { <a class="button" href=format!("{base}/years/{year}")>{year}</a> };
    let pdf = format!("{base}/years/{year}/pdf");
    view! { {link(year - 1)}{link(year + 1)}<a class="button" href=pdf>"Download PDF"</a> }.into_any()
}

fn sheet(cx: &Cx, statement: &Statement) -> AnyView {
    view! {
        <article class="sheet invoice">
            <header>
                <div><p class="soft">"Statement"</p><p class="invoice-number">{statement.year}</p></div>
            </header>
            <div class="parties">
                {(!statement.bill_from.is_empty()).then(|| view! { <section><h2>"From"</h2>{address(&statement.bill_from)}</section> })}
                <section><h2>"For"</h2>{address(&statement.bill_to)}</section>
            </div>
            {part(cx, "Billed", "Nothing was billed.", &statement.billed)}
            {part(cx, "Paid", "Nothing was paid.", &statement.paid)}
            {part(cx, "Credited and refunded", "", &statement.given_back)}
        </article>
        <p class="soft no-print">"Printing this page prints the statement alone."</p>
    }
    .into_any()
}

fn part(cx: &Cx, heading: &'static str, none: &'static str, entries: &[StatementEntry]) -> AnyView {
    if entries.is_empty() {
        return (!none.is_empty()).then(|| view! { <p class="soft">{none}</p> }).into_any();
    }
    let rows: Vec<_> = entries
        .iter()
        .map(|entry| {
            view! {
                <tr>
                    <td class="nowrap">{cx.own_format().day(entry.at)}</td>
                    <td dir="auto">{entry.what.clone()}</td>
                    <td class="end nowrap">{entry.amount.in_full()}</td>
                </tr>
            }
        })
        .collect();
    let sums: Vec<_> = sums(entries)
        .into_iter()
        .map(|sum| view! { <tr><th scope="row" colspan="2">"Total"</th><td class="end nowrap">{sum.in_full()}</td></tr> })
        .collect();
    view! {
        <table class="table">
            <caption>{heading}</caption>
            <thead><tr>
                <th scope="col">"Date"</th><th scope="col">"Description"</th><th scope="col" class="end">"Amount"</th>
            </tr></thead>
            <tbody>{rows}</tbody>
            <tfoot>{sums}</tfoot>
        </table>
    }
    .into_any()
}

/// What the entries come to, in each currency.
pub(crate) fn sums(entries: &[StatementEntry]) -> Vec<Money> {
    Currency::ALL
        .iter()
        .filter(|currency| entries.iter().any(|entry| entry.amount.currency == **currency))
        .filter_map(|currency| {
            let of = entries.iter().map(|entry| entry.amount).filter(|amount| amount.currency == *currency);
            Money::sum(*currency, of).ok()
        })
        .collect()
}
