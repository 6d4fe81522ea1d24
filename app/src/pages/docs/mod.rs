//! `GET /docs/api`: the API for people to read, drawn from the same document that programs read.

mod operation;
mod schema;

use std::sync::Arc;

use axum::{Extension, response::Response};
use leptos::prelude::*;
use serde_json::Value;

use crate::{
    components::page_head::PageHead,
    web::{Cx, Frame, Page},
};

use operation::{Operation, operations};

/// The document of the API, as OpenAPI has it.
#[derive(Clone)]
pub struct Document(pub Arc<Value>);

pub async fn show(cx: Cx, Extension(Document(document)): Extension<Document>) -> Response {
    Page::new(&cx, "API", Frame::Store).show(move || view(&document))
}

fn view(document: &Value) -> AnyView {
    let about = text(&document["info"]["description"]);
    let all = operations(document);
    let sections: Vec<_> =
        document["tags"].as_array().into_iter().flatten().map(|tag| section(document, tag, &all)).collect();
    view! {
        {PageHead::new("API")
            .subtitle(about)
            .actions(view! { <a class="button" href="/v1/openapi.json">"As OpenAPI"</a> })
            .show()}
        {sections}
        {problems(document)}
    }
    .into_any()
}

fn section(document: &Value, tag: &Value, all: &[Operation<'_>]) -> AnyView {
    let name = text(&tag["name"]);
    let of_it = all.iter().filter(|operation| operation.tag() == name);
    let operations: Vec<_> = of_it.map(|operation| operation.view(document)).collect();
    view! {
        <section class="section">
            <div class="section-head"><h2>{name}</h2></div>
            <p>{text(&tag["description"])}</p>
            {operations}
        </section>
    }
    .into_any()
}

/// The kinds of problems: what a refusal's `type` leads to.
fn problems(document: &Value) -> AnyView {
    const KINDS: [(&str, &str); 13] = [
        ("unauthorized", "Missing or invalid token."),
        ("forbidden", "The token is valid but doesn’t allow this."),
        ("not-found", "Not found, or not visible to this token."),
        ("method", "This URL doesn’t support that method."),
        ("unreadable", "The request couldn’t be parsed."),
        ("media-type", "Content-Type isn’t application/json."),
        ("invalid", "The request is well formed but invalid. `errors` lists the fields to fix."),
        ("refused", "Blocked by a rule. `detail` says what to do."),
        ("lost", "This attempt no longer owns the run. Drop it and claim the next one."),
        ("gap", "There’s a gap in the sequence. `expected` is the next number."),
        ("too-large", "Too large, or the storage limit is reached."),
        ("too-many", "Rate limited. Retry-After says when to try again."),
        ("away", "The service is restarting. Retry."),
    ];
    let rows: Vec<_> = KINDS
        .into_iter()
        .map(|(kind, words)| view! { <tr id=kind><th scope="row"><code>{kind}</code></th><td>{words}</td></tr> })
        .collect();
    view! {
        <section class="section">
            <div class="section-head"><h2>"Problems"</h2></div>
            <p>"Errors follow RFC 9457 (application/problem+json)."</p>
            {schema::fields(document, &document["components"]["schemas"]["Problem"])}
            <table class="table api-fields"><tbody>{rows}</tbody></table>
        </section>
    }
    .into_any()
}

/// A text of the document, or nothing; without the marks of its Markdown.
fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().replace('`', "")
}
