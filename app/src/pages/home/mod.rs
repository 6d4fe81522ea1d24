//! A client's home: what is being worked on, what waits on me, what comes next.

mod glance;
mod parts;
mod waiting;

use axum::response::{IntoResponse, Response};
use leptos::prelude::*;

use self::glance::Glance;
use crate::{
    islands::{refresh::Refresh, shortcut::Shortcut},
    web::{Frame, Member, Page, PortalTab, Problem, fragment},
};

/// `GET /portal`.
pub async fn show(member: Member) -> Result<Response, Problem> {
    let glance = Glance::load(&member).await?;
    let follow = glance.follow.clone();
    Ok(Page::new(&member.cx, "Home", Frame::Portal(PortalTab::Home)).live().show(move || {
        view! {
            <div id="home">{parts::all(&glance)}</div>
            <Refresh stream=follow.stream from=follow.from url="/portal/home-parts" target="home" />
            <Shortcut key="n" href="/portal/requests/new" />
        }
    }))
}

/// `GET /portal/home-parts`: what the page reads again when something of the client's changes.
pub async fn parts(member: Member) -> Result<Response, Problem> {
    let glance = Glance::load(&member).await?;
    Ok(fragment(|| parts::all(&glance)).into_response())
}
