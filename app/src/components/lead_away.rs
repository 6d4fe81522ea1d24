//! The way to a page of somebody else's, after a form: by the page that answers it, because a form of ours may lead nowhere but to
//! us (`form-action`). It needs no script.

use axum::response::Response;
use leptos::prelude::*;
use url::Url;

use crate::web::{Cx, Frame, Page, Problem};

/// Leads to `address`, a page of `whose`, at once. Whoever comes back by the browser's own way finds the page before this one.
///
/// # Errors
/// A bug where the address is none of the web's.
pub fn lead_away(cx: &Cx, address: &str, whose: &str) -> Result<Response, Problem> {
    let url = Url::parse(address).ok().filter(|url| matches!(url.scheme(), "https" | "http"));
    let Some(url) = url else { return Err(Problem::bug("a provider’s page has no address")) };
    let words = format!("Taking you to {whose}");
    let href = url.to_string();
    Ok(Page::new(cx, &words, Frame::Narrow).unlisted().refresh(0, href.clone()).show(|| {
        view! {
            <h1>{words.clone()}</h1>
            <p class="soft">"You’ll come back here when you’re done. If nothing happens, use the button."</p>
            <p class="button-row"><a class="button primary" href=href rel="noreferrer">"Continue"</a></p>
        }
    }))
}
