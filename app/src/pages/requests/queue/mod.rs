//! What comes next, in the order in which it will be started, and what is kept for later.

mod lists;

use axum::response::Response;
use domain::requests::{Card, Outlook, queries};
use islands::{queue::Queue, refresh::Refresh, shortcut::Shortcut};
use leptos::prelude::*;

use super::{NEW, QUEUE, head};
use crate::{
    components::{time::Times, waits},
    web::{Frame, Member, Page, PortalTab, Problem, fragment},
};

/// Up next and Backlog, each in its order.
struct QueueLine {
    cards: Vec<Card>,
    outlook: Outlook,
    times: Times,
    token: String,
    /// May change the order.
    may_work: bool,
}

impl QueueLine {
    async fn load(member: &Member) -> Result<Self, Problem> {
        Ok(Self {
            outlook: queries::outlook(member.cx.db(), &member.scope).await?,
            cards: queries::queue(member.cx.db(), &member.scope).await?,
            times: Times::of(&member.cx),
            token: member.cx.bare.token.0.clone(),
            may_work: member.membership.role.may_work(),
        })
    }
}

/// `GET /portal/requests/queue`
pub async fn show(member: Member) -> Result<Response, Problem> {
    let line = QueueLine::load(&member).await?;
    let (stream, from) = (line.outlook.board_stream.to_string(), line.outlook.next);
    Ok(Page::new(&member.cx, "Up next", Frame::Portal(PortalTab::Requests)).workshop().show(|| {
        view! {
            {head(&member, QUEUE)}
            {waits::notice(line.outlook.waits, member.membership.role.may_bill())}
            <div id="queue">{lists::all(&line)}</div>
            <Queue target="queue" />
            <Refresh stream=stream from=from url="/portal/requests/queue-parts" target="queue" />
            <Shortcut key="n" href=NEW />
        }
    }))
}

/// `GET /portal/requests/queue-parts`: the two lists alone, for the page to read again.
pub async fn parts(member: Member) -> Result<Response, Problem> {
    let line = QueueLine::load(&member).await?;
    Ok(fragment(|| lists::all(&line)))
}
