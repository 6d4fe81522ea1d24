//! `GET …/now?since=12&pieces=yes`: what has changed in the conversation behind an offset, drawn as it stands in the
//! page, and with `pieces` what stands around it. For a page that is looked at.

use axum::{extract::Query, response::Response};
use domain::{requests::queries, session};
use leptos::prelude::*;
use serde::Deserialize;

use super::{
    Here, beside, load,
    view::{self, EntryView, PageContext, SideView},
};
use crate::{
    components::time::Times,
    web::{Problem, fragment},
};

#[derive(Deserialize)]
pub struct NowQuery {
    #[serde(default)]
    since: u64,
    pieces: Option<String>,
}

struct NowView {
    place: PageContext,
    offset: u64,
    said: Vec<EntryView>,
    beside: Option<SideView>,
}

pub async fn show(here: Here, Query(asked): Query<NowQuery>) -> Result<Response, Problem> {
    let news = load(&here, &asked).await?;
    Ok(fragment(move || view(news)))
}

async fn load(here: &Here, asked: &NowQuery) -> domain::Result<NowView> {
    let times = Times::of(&here.cx);
    let stream = queries::session_of(here.cx.db(), &here.scope, here.client, here.number).await?;
    let reading = session::queries::read(here.cx.db(), &here.scope, stream).await?;
    let detail = match asked.pieces {
        Some(_) => Some(load::detail(here).await?),
        None => None,
    };
    let beside = detail.as_ref().map(|detail| beside::of(here, detail, &reading.conversation, times));
    let withdrawn = detail.as_ref().is_some_and(|detail| detail.withdrawn_at.is_some());
    let changed = reading.changed.clone();
    let told = load::conversation_view(stream.to_string(), reading, times, asked.since).await?;
    let is_new = |place: usize| changed.get(place).is_some_and(|at| *at > asked.since);
    let said = told.said.into_iter().enumerate();
    // The one before a new one, too: a second line may join the first there.
    let said = said.filter(|(place, said)| is_new(*place) || (said.entry.second && is_new(place + 1)));
    Ok(NowView {
        place: load::place(here, withdrawn),
        offset: told.offset,
        said: said.map(|(_, said)| said).collect(),
        beside,
    })
}

fn view(news: NowView) -> impl IntoView {
    let NowView { place, offset, said, beside } = news;
    let pieces = beside.map(|beside| view::pieces(&place, &beside));
    view! {
        <ol id="line" data-offset=offset>
            {view::entries(&place, said.iter())}
        </ol>
        {pieces}
    }
}
