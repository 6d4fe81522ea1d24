//! Looking for a request across all clients.

use axum::{extract::Query, response::Response};
use domain::requests::{Card, RequestPage, queries};
use leptos::prelude::*;
use serde::Deserialize;

use crate::{
    components::{desk, page_head::PageHead, search::search},
    web::{DeskTab, Frame, Operator, Page, Problem},
};

#[derive(Deserialize)]
pub struct SearchQuery {
    #[serde(default)]
    q: String,
}

/// `GET /desk/requests?q=`
pub async fn show(operator: Operator, Query(wanted): Query<SearchQuery>) -> Result<Response, Problem> {
    let Operator { cx, scope, .. } = operator;
    let found = queries::search_all(cx.db(), &scope, &wanted.q).await?;
    Ok(Page::new(&cx, "Find a request", Frame::Desk(DeskTab::Board)).show(move || view(&wanted.q, &found)))
}

fn view(words: &str, found: &RequestPage) -> impl IntoView + use<> {
    let count = match (found.cards.len(), found.more) {
        (0, _) if words.trim().is_empty() => "No requests yet.".to_owned(),
        (0, _) => {
            "No matches. We search titles, numbers, and client names, and every word has to match.".to_owned()
        }
        (shown, true) => format!("Showing the newest {shown}. Add a word to narrow it down."),
        (1, false) => "1 request".to_owned(),
        (shown, false) => format!("{shown} requests"),
    };
    let rows: Vec<_> = found.cards.iter().map(row).collect();
    view! {
        {PageHead::new("Find a request").show()}
        <div class="list-head">
            {search("/desk/requests", "Title, #number or client", words, &[])}
            <p class="soft" role="status">{count}</p>
        </div>
        {(!rows.is_empty()).then(|| view! {
            <table class="table stacks">
                <thead>
                    <tr><th scope="col">"Request"</th><th scope="col">"Client"</th><th scope="col">"Status"</th></tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        })}
    }
}

fn row(card: &Card) -> AnyView {
    let page = desk::request_path(card.client, card.number);
    view! {
        <tr>
            <th scope="row"><a href=page dir="auto">{card.title.clone()}</a>" "<span class="soft num">{format!("#{}", card.number)}</span></th>
            <td data-label="Client"><a href=desk::client_path(card.client) dir="auto">{card.client_name.clone()}</a></td>
            <td data-label="Status">
                <span class=format!("tag {}", card.column.class())>{desk::column_name(card.column)}</span>
            </td>
        </tr>
    }
    .into_any()
}
