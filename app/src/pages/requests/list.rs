//! All requests of a client: by column, by words, a page at a time.

use std::collections::HashMap;

use axum::{extract::Query, response::Response};
use domain::requests::{self, Card, Column, queries};
use islands::{refresh::Refresh, shortcut::Shortcut};
use leptos::prelude::*;

use super::{LIST, NEW, head};
use crate::{
    components::{
        empty::NothingYet,
        pager::{newest_first, past_the_end},
        request,
        search::search_for,
        time::Times,
        waits,
    },
    web::{Frame, Member, Page, PortalTab, Problem, fragment},
};

const PARTS: &str = "/portal/requests/list-parts";

/// The longest search that is looked for, in characters.
const MOST_SEARCH: usize = 200;

/// What the address asks for; what cannot be read there counts as not asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct RequestsQuery {
    words: String,
    column: Option<Column>,
    page: u32,
}

impl RequestsQuery {
    fn read(query: &HashMap<String, String>) -> Self {
        let get = |name: &str| query.get(name).map(|value| value.trim()).unwrap_or_default();
        Self {
            words: get("q").chars().filter(|sign| !sign.is_control()).take(MOST_SEARCH).collect(),
            column: get("column").parse().ok(),
            page: get("page").parse().unwrap_or(1).max(1),
        }
    }

    /// The address of the same with another column or page.
    fn address(&self, path: &str, column: Option<Column>, page: u32) -> String {
        let page = (page > 1).then(|| page.to_string());
        let pairs = [
            ("q", (!self.words.is_empty()).then_some(self.words.as_str())),
            ("column", column.map(Column::as_str)),
            ("page", page.as_deref()),
        ];
        let pairs: Vec<_> = pairs.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
        match serde_urlencoded::to_string(&pairs) {
            Ok(query) if !query.is_empty() => format!("{path}?{query}"),
            _ => path.to_owned(),
        }
    }
}

/// `GET /portal/requests`
pub async fn show(member: Member, Query(query): Query<HashMap<String, String>>) -> Result<Response, Problem> {
    let wanted = RequestsQuery::read(&query);
    let outlook = queries::outlook(member.cx.db(), &member.scope).await?;
    let found = load(&member, &wanted).await?;
    let times = Times::of(&member.cx);
    let parts = wanted.address(PARTS, wanted.column, wanted.page);
    let stream = outlook.board_stream.to_string();
    Ok(Page::new(&member.cx, "Requests", Frame::Portal(PortalTab::Requests)).live().show(|| {
        view! {
            {head(&member, LIST)}
            {waits::notice(outlook.waits, member.membership.role.may_bill())}
            <div class="filters">{chips(&wanted)} {search(&wanted)}</div>
            <div id="found">{results(&found, &wanted, &times, member.membership.role.may_work())}</div>
            <Refresh stream=stream from=outlook.next url=parts target="found" />
            <Shortcut key="n" href=NEW />
        }
    }))
}

/// `GET /portal/requests/list-parts`: the rows alone, for the page to read again.
pub async fn parts(
    member: Member,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, Problem> {
    let wanted = RequestsQuery::read(&query);
    let found = load(&member, &wanted).await?;
    let times = Times::of(&member.cx);
    Ok(fragment(|| results(&found, &wanted, &times, member.membership.role.may_work())))
}

async fn load(member: &Member, wanted: &RequestsQuery) -> Result<requests::RequestPage, Problem> {
    let RequestsQuery { words, column, page } = wanted;
    queries::search(member.cx.db(), &member.scope, words, *column, *page).await.map_err(Problem::from)
}

fn chips(wanted: &RequestsQuery) -> AnyView {
    let chip = |column: Option<Column>| {
        let word = column.map_or("All", Column::label);
        let here = (column == wanted.column).then_some("true");
        view! { <a class="chip" href=wanted.address(LIST, column, 1) aria-current=here>{word}</a> }
    };
    let chips: Vec<_> = [None].into_iter().chain(Column::ALL.map(Some)).map(chip).collect();
    view! { <nav class="chips" aria-label="Filter by status">{chips}</nav> }.into_any()
}

fn search(wanted: &RequestsQuery) -> AnyView {
    let column = wanted.column.map(|column| ("column", column.as_str().to_owned()));
    let labels = ["Search requests by title, details, or number", "Search requests"];
    search_for(LIST, labels, MOST_SEARCH, &wanted.words, column.as_slice())
}

fn results(found: &requests::RequestPage, wanted: &RequestsQuery, times: &Times, may_work: bool) -> AnyView {
    if found.cards.is_empty() {
        return nothing(wanted, may_work);
    }
    let rows: Vec<_> = found.cards.iter().map(|card| row(card, times)).collect();
    view! {
        <table class="table stacks">
            <thead>
                <tr>
                    <th scope="col">"Request"</th>
                    <th scope="col">"Status"</th>
                    <th scope="col">"Due"</th>
                    <th scope="col">"Sent"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
        {newest_first(found.page, found.more, |page| wanted.address(LIST, wanted.column, page))}
    }
    .into_any()
}

fn row(card: &Card, times: &Times) -> AnyView {
    view! {
        <tr>
            <th scope="row">
                <a href=request::path(card.number) dir="auto">{card.title.clone()}</a>
                <small class="soft num">{format!(" #{}", card.number)}</small>
            </th>
            <td data-label="Status">
                <span class="standing">{request::tag(card.column)} {request::at_work(card)}</span>
            </td>
            <td data-label="Due">{clock(card, times)}</td>
            <td data-label="Sent">{times.show(card.created_at)}</td>
        </tr>
    }
    .into_any()
}

/// The clock in a few words; nothing before it has begun.
fn clock(card: &Card, times: &Times) -> Option<AnyView> {
    if let Some(done) = card.done_at {
        return Some(view! { <span>"done "{times.show(done)}</span> }.into_any());
    }
    if !card.column.is_active() {
        return None;
    }
    let class = if card.cycle.at_risk { "late" } else { "" };
    let rest = match card.due_at {
        Some(due) => view! { ", due "{times.show(due)} }.into_any(),
        None => ", clock paused".into_any(),
    };
    Some(
        view! { <span><span class=class>{times.locale().left(card.cycle.left)}</span>{rest}</span> }
            .into_any(),
    )
}

fn nothing(wanted: &RequestsQuery, may_work: bool) -> AnyView {
    if let Some(back) = past_the_end(wanted.page, |page| wanted.address(LIST, wanted.column, page)) {
        return back;
    }
    let (heading, words) = match (wanted.words.as_str(), wanted.column) {
        ("", None) => ("No requests yet".to_owned(), "Everything you send us shows up here."),
        ("", Some(column)) => (format!("No requests in {}", column.label()), "Try another status."),
        (words, _) => (
            format!("No results for “{words}”"),
            "We search titles, details, and numbers, and every word has to match. Try fewer words.",
        ),
    };
    let action = if *wanted == RequestsQuery::read(&HashMap::new()) {
        may_work.then(|| view! { <a class="button" href=NEW>"New request"</a> }.into_any())
    } else {
        Some(view! { <a class="button" href=LIST>"All requests"</a> }.into_any())
    };
    view! {
        <NothingYet heading=heading words=words>
            {action}
        </NothingYet>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use domain::requests::Column;

    use super::{LIST, RequestsQuery};

    fn read(pairs: &[(&str, &str)]) -> RequestsQuery {
        RequestsQuery::read(
            &pairs
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect::<HashMap<_, _>>(),
        )
    }

    #[test]
    fn what_an_address_cannot_mean_is_not_asked_for() {
        let all = RequestsQuery { words: String::new(), column: None, page: 1 };
        assert_eq!(read(&[]), all);
        assert_eq!(read(&[("column", "nowhere"), ("page", "-3"), ("q", " \u{0} ")]), all);
        assert_eq!(read(&[("page", "0")]).page, 1);
        assert_eq!(read(&[("q", &"x".repeat(5_000))]).words.len(), 200);
    }

    #[test]
    fn an_address_keeps_what_was_asked_for() {
        let wanted = read(&[("q", "fee & terms"), ("column", "up_next"), ("page", "3")]);
        assert_eq!(
            wanted.address(LIST, wanted.column, 2),
            "/portal/requests?q=fee+%26+terms&column=up_next&page=2"
        );
        assert_eq!(
            wanted.address(LIST, Some(Column::Done), 1),
            "/portal/requests?q=fee+%26+terms&column=done"
        );
        assert_eq!(read(&[]).address(LIST, None, 1), "/portal/requests");
    }
}
