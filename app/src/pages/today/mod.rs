//! Today: what wants the operator, the most urgent first.

mod groups;
mod rows;

use axum::response::Response;
use domain::desk::{self, Outlook, Today};
use islands::refresh::Refresh;
use leptos::prelude::*;

use crate::{
    components::time::Times,
    web::{DeskTab, FormToken, Frame, Operator, Page, Problem, fragment},
};

/// Everything on the page.
pub struct TodayView {
    today: Today,
    times: Times,
    token: FormToken,
}

impl TodayView {
    async fn load(operator: &Operator) -> Result<Self, Problem> {
        let Operator { cx, scope, .. } = operator;
        let today = desk::queries::today(cx.db(), scope).await?;
        Ok(Self { today, times: Times::of(cx), token: cx.bare.token.clone() })
    }
}

/// `GET /desk`
pub async fn show(operator: Operator) -> Result<Response, Problem> {
    let outlook = outlook(&operator).await?;
    let desk = TodayView::load(&operator).await?;
    let stream = outlook.stream.to_string();
    Ok(Page::new(&operator.cx, "Today", Frame::Desk(DeskTab::Today)).live().show(move || {
        view! {
            <div id="today">{groups::all(&desk)}</div>
            <Refresh stream=stream from=outlook.next url="/desk/today-parts" target="today" />
        }
    }))
}

/// `GET /desk/today-parts`: what the page reads again when something changes.
pub async fn parts(operator: Operator) -> Result<Response, Problem> {
    let desk = TodayView::load(&operator).await?;
    Ok(fragment(|| groups::all(&desk)))
}

/// Where a page of the desk follows from; read before its rows.
pub async fn outlook(operator: &Operator) -> Result<Outlook, Problem> {
    let Operator { cx, scope, .. } = operator;
    desk::queries::outlook(cx.db(), scope).await.map_err(Problem::from)
}
