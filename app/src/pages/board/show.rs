//! `GET /desk/board?client=&q=`

use axum::{extract::Query, http::StatusCode, response::Response};
use islands::{board, refresh::Refresh};
use leptos::prelude::*;

use super::{
    HERE, columns, filter,
    view::{BoardQuery, BoardView, back},
};
use crate::{
    components::page_head::PageHead,
    pages::today::outlook,
    web::{DeskTab, Frame, Operator, Page, Problem, fragment},
};

pub async fn show(operator: Operator, Query(wanted): Query<BoardQuery>) -> Result<Response, Problem> {
    draw(&operator, &wanted, None).await
}

/// `GET /desk/board-parts?client=`: what the page reads again when something changes.
pub async fn parts(operator: Operator, Query(wanted): Query<BoardQuery>) -> Result<Response, Problem> {
    let shown = BoardView::load(&operator, &wanted).await?;
    Ok(fragment(|| view! { {columns::sub(&shown)} {columns::all(&shown)} }))
}

/// The board; `refused`: why a move by a card's menu was not made.
pub(super) async fn draw(
    operator: &Operator,
    wanted: &BoardQuery,
    refused: Option<String>,
) -> Result<Response, Problem> {
    let outlook = outlook(operator).await?;
    let filter = filter::ClientFilter::load(operator, wanted).await?;
    let shown = BoardView::load(operator, wanted).await?;
    let status = if refused.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
    let (stream, from) = (outlook.stream.to_string(), outlook.next);
    let url = back(wanted.one()).replacen(HERE, "/desk/board-parts", 1);
    let token = shown.token.0.clone();
    let page = Page::new(&operator.cx, "Board", Frame::Desk(DeskTab::Board)).wide().workshop().status(status);
    Ok(page.show(move || {
        view! {
            <div id="board">
                {PageHead::new("Board").below(columns::sub(&shown)).actions(filter.view()).show()}
                {refused.map(|reason| view! { <div class="notice stop" role="alert"><p dir="auto">{reason}</p></div> })}
                {columns::tabs()}
                {columns::all(&shown)}
            </div>
            {columns::keys()}
            <Refresh stream=stream from=from url=url target="board" />
            <board::Board target="board" token=token />
        }
    }))
}
