//! The mail that is not sent, for a trial on one's own machine.

use axum::response::Response;
use domain::mail::{self, outbox::Letter};
use leptos::prelude::*;

use crate::{
    components::page_head::PageHead,
    web::{Bare, Frame, Page, Problem},
};

/// The newest hundred mails.
pub async fn show(bare: Bare) -> Result<Response, Problem> {
    if !bare.has_outbox() {
        return Err(Problem::not_found());
    }
    let letters = mail::outbox::list(&bare.app.db, 100).await?;
    Ok(page(&bare, letters))
}

fn page(bare: &Bare, letters: Vec<Letter>) -> Response {
    let rows: Vec<_> =
        letters.into_iter().enumerate().map(|(index, letter)| row(bare, letter, index == 0)).collect();
    Page::bare(bare, "Outbox", Frame::Store).show(|| {
        view! {
            {PageHead::new("Outbox")
                .subtitle("Email isn’t set up, so messages collect here, newest first. Only this machine can see them.")
                .class("page-head outbox-head")
                .show()}
            {if rows.is_empty() {
                view! { <p class="soft">"No messages yet."</p> }.into_any()
            } else {
                view! { <div class="outbox">{rows}</div> }.into_any()
            }}
        }
    })
}

fn row(bare: &Bare, letter: Letter, open: bool) -> AnyView {
    let at = bare.format().date_time(letter.created_at, bare.app.db.now());
    let iso = letter.created_at.to_rfc3339();
    view! {
        <details class="mail" open=open>
            <summary><b>{letter.subject}</b><time datetime=iso>{at}</time><small>{format!("to {}", letter.recipient)}</small></summary>
            <div>{body(bare, &letter.body)}</div>
        </details>
    }
    .into_any()
}

/// The body as it would be sent, its addresses of this install as links.
fn body(bare: &Bare, body: &str) -> Vec<AnyView> {
    let base = bare.app.site.base();
    let whole = mail::expand(body, base);
    let start = format!("{base}/");
    whole
        .split_inclusive(char::is_whitespace)
        .map(|word| match word.trim_end().strip_prefix(start.as_str()) {
            Some(path) => view! { <a href=format!("/{path}")>{word.to_owned()}</a> }.into_any(),
            None => word.to_owned().into_any(),
        })
        .collect()
}
