//! A client's home: what is being worked on, what waits on me, what comes next.

mod load;
mod parts;
mod unseen;
mod waiting;

use axum::response::Response;
use islands::{refresh::Refresh, shortcut::Shortcut};
use leptos::prelude::*;

use self::load::HomeView;
use crate::web::{Frame, Member, Page, PortalTab, Problem, fragment};

/// `GET /portal`.
pub async fn show(member: Member) -> Result<Response, Problem> {
    let glance = HomeView::load(&member).await?;
    let (stream, from) = (glance.outlook.board_stream.to_string(), glance.outlook.next);
    Ok(Page::new(&member.cx, "Home", Frame::Portal(PortalTab::Home)).live().show(move || {
        view! {
            <div id="home">{parts::all(&glance)}</div>
            <Refresh stream=stream from=from url="/portal/home-parts" target="home" />
            <Shortcut key="n" href="/portal/requests/new" />
        }
    }))
}

/// `GET /portal/home-parts`: what the page reads again when something of the client's changes.
pub async fn parts(member: Member) -> Result<Response, Problem> {
    let glance = HomeView::load(&member).await?;
    Ok(fragment(|| parts::all(&glance)))
}
