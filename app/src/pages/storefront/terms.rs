use axum::response::Response;
use domain::markdown;
use leptos::prelude::*;

use crate::web::{Cx, Frame, Page, Problem};

/// What a client agrees to at sign-up.
pub async fn show(cx: Cx) -> Result<Response, Problem> {
    let html = markdown::html(&cx.workspace.terms).await?;
    let name = cx.workspace.name.clone();
    Ok(Page::new(&cx, "Terms", Frame::Store).show(|| {
        view! {
            <div class="terms">
                <h1>"Terms"</h1>
                {if html.is_empty() {
                    view! { <p class="soft">{format!("{name} hasn’t posted its terms yet. Ask for a copy before you sign up.")}</p> }.into_any()
                } else {
                    view! {
                        <h2 class="soft">{format!("{name} and you")}</h2>
                        <div class="prose" inner_html=html></div>
                    }
                    .into_any()
                }}
            </div>
        }
    }))
}
