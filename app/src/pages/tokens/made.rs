//! A token that was just made: the one page that shows its text.

use axum::response::Response;
use domain::tokens::NewToken;
use islands::copy::Copy;
use leptos::prelude::*;

use super::LIST;
use crate::{
    components::page_head::PageHead,
    web::{Cx, DeskTab, Frame, Page},
};

/// Shows the text, which is kept nowhere.
pub(super) fn show(cx: &Cx, new: &NewToken, text: &str) -> Response {
    let (name, text, is_agents) = (new.name.clone(), text.to_owned(), new.agent.is_some());
    let url = cx.bare.app.site.public_url.to_string();
    let url = url.trim_end_matches('/').to_owned();
    let frame = Frame::Desk(DeskTab::None);
    Page::new(cx, "Your token", frame).workshop().show(move || view(&name, &text, &url, is_agents))
}

fn view(name: &str, text: &str, url: &str, is_agents: bool) -> AnyView {
    let (use_it, example) = if is_agents {
        let words = "Give it to the agent’s program. It can then claim runs:";
        let call = format!(
            "curl -X POST {url}/v1/runs/claim \\\n  -H 'Authorization: Bearer {text}' \\\n  -H 'Content-Type: application/json' -d '{{\"wait\": 30}}'"
        );
        (words, call)
    } else {
        let words = "Give it to the program that manages the desk. To check that it works:";
        (words, format!("curl {url}/v1/requests -H 'Authorization: Bearer {text}'"))
    };
    view! {
        {PageHead::new("Your token")
            .crumbs(&[(LIST, "Tokens")], name)
            .subtitle("Copy it now. We don’t store it, so you won’t see it again.")
            .show()}
        <div class="code-block"><pre tabindex="0"><code>{text.to_owned()}</code></pre><Copy text=text.to_owned() /></div>
        <section class="section">
            <p>{use_it}</p>
            <div class="code-block"><pre tabindex="0"><code>{example.clone()}</code></pre><Copy text=example /></div>
            <p>"For everything it can do, see "<a href="/docs/api">"the API’s documentation"</a>"."</p>
            <div class="button-row"><a class="button primary" href=LIST>"I’ve saved it"</a></div>
        </section>
    }
    .into_any()
}
