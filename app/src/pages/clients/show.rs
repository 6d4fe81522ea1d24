//! `GET /desk/clients/{client}`: what a client holds, asks for and is billed, and who it is.

use axum::{extract::Path, response::Response};
use domain::{
    clients::Client,
    desk::{self, Board},
};
use leptos::prelude::*;

use super::{LIST, find, parts};
use crate::{
    components::{
        desk::{client_path, hidden},
        time::Times,
    },
    web::{DeskTab, FormToken, Frame, Operator, Page, Problem},
};

/// Everything on the page.
pub(super) struct Shown {
    pub client: Client,
    pub board: Board,
    pub times: Times,
    pub token: FormToken,
}

pub async fn show(operator: Operator, Path(client): Path<String>) -> Result<Response, Problem> {
    let client = find(&operator, &client).await?;
    let Operator { cx, scope, .. } = &operator;
    let board =
        desk::board(cx.db(), scope, Some(client.id)).await.map_err(|error| Problem::from(error).of(&cx.bare))?;
    let shown = Shown { client, board, times: Times::of(cx), token: cx.bare.token.clone() };
    let name = shown.client.name.clone();
    Ok(Page::new(cx, &name, Frame::Desk(DeskTab::Clients)).show(move || view(&shown)))
}

fn view(shown: &Shown) -> AnyView {
    let client = &shown.client;
    let base = client_path(client.id);
    let since = shown.times.ago(client.created_at.timestamp_millis());
    let vertical = (!client.vertical.is_empty()).then(|| view! { <span>{client.vertical.clone()}</span> });
    let left = client.archived_at.is_some();
    view! {
        <div class="page-head">
            <div>
                <nav class="crumbs" aria-label="Where you are">
                    <a href=LIST>"Clients"</a>
                    <span aria-current="page">{client.name.clone()}</span>
                </nav>
                <h1>{client.name.clone()}</h1>
                <p class="page-sub">
                    {left.then(|| view! { <span class="tag archived">"Archived"</span> })}
                    {vertical}
                    <span>{format!("came {since}")}</span>
                </p>
            </div>
            <div class="page-actions">
                <a class="button" href=format!("/desk/board?client={}", client.id)>"Board"</a>
                <a class="button" href=format!("{base}/details")>"Details"</a>
            </div>
        </div>
        {parts::requests(shown)}
        {parts::intake(client)}
        {leave(shown, &base, left)}
    }
    .into_any()
}

/// Leaving and coming back, at the end of the page.
fn leave(shown: &Shown, base: &str, left: bool) -> AnyView {
    let (value, word, words) = if left {
        ("no", "Bring back", "Its people can sign in again, and work can be asked for.")
    } else {
        ("yes", "Archive", "For a client who has left: its people can no longer sign in. Everything is kept.")
    };
    view! {
        <section class="section">
            <form class="button-row" method="post" action=format!("{base}/archive")>
                {hidden(&shown.token, "")}
                <button class="button" name="archived" value=value>{word}</button>
                <p>{words}</p>
            </form>
        </section>
    }
    .into_any()
}
