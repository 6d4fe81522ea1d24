//! `GET /desk/board?client=&q=`

use axum::{extract::Query, http::StatusCode, response::Response};
use domain::{
    desk::{self, Board},
    ids::ClientId,
};
use islands::{board, refresh::Refresh};
use leptos::prelude::*;
use serde::Deserialize;

use super::{HERE, columns, filter};
use crate::{
    components::{page_head::PageHead, search::address, time::Times},
    pages::today::outlook,
    web::{DeskTab, FormToken, Frame, Operator, Page, Problem, fragment},
};

/// What the address asks for.
#[derive(Deserialize, Default)]
pub struct BoardQuery {
    /// One client's cards alone.
    #[serde(default)]
    pub client: String,
    /// Which clients are offered as a filter, where they are many.
    #[serde(default)]
    pub q: String,
}

impl BoardQuery {
    pub fn one(&self) -> Option<ClientId> {
        self.client.parse().ok()
    }
}

/// Everything on the page.
pub(super) struct BoardView {
    pub board: Board,
    pub client: Option<ClientId>,
    pub times: Times,
    pub token: FormToken,
}

impl BoardView {
    async fn load(operator: &Operator, wanted: &BoardQuery) -> Result<Self, Problem> {
        let Operator { cx, scope, .. } = operator;
        let client = wanted.one();
        let board = desk::queries::board(cx.db(), scope, client).await?;
        Ok(Self { board, client, times: Times::of(cx), token: cx.bare.token.clone() })
    }
}

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

/// Where a form of the board leads back to.
pub(super) fn back(client: Option<ClientId>) -> String {
    let client = client.map(|client| client.to_string()).unwrap_or_default();
    address(HERE, &[("client", &client)])
}
