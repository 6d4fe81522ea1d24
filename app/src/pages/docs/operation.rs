//! One call of the API.

use leptos::prelude::*;
use serde_json::Value;

use super::{
    schema::{fields, kind, resolve},
    text,
};

/// A call: its method, its path, and what the document says of it.
pub(super) struct Operation<'a> {
    method: &'a str,
    path: &'a str,
    of: &'a Value,
}

/// All of them, in the document's order.
pub(super) fn operations(document: &Value) -> Vec<Operation<'_>> {
    let paths = document["paths"].as_object().into_iter().flatten();
    paths
        .flat_map(|(path, item)| {
            let methods = item.as_object().into_iter().flatten();
            methods.map(move |(method, of)| Operation { method, path, of })
        })
        .collect()
}

impl Operation<'_> {
    /// The name of its section.
    pub(super) fn tag(&self) -> &str {
        self.of["tags"][0].as_str().unwrap_or_default()
    }

    pub(super) fn view(&self, document: &Value) -> AnyView {
        let id = text(&self.of["operationId"]);
        let method = self.method.to_uppercase();
        let body = &self.of["requestBody"]["content"]["application/json"]["schema"];
        view! {
            <article class="api-call" id=id>
                <h3>{text(&self.of["summary"])}</h3>
                <p class="api-line"><code>{format!("{method} {}", self.path)}</code></p>
                <p>{text(&self.of["description"])}</p>
                {self.parameters(document)}
                {(!body.is_null()).then(|| view! { <h4>"Send"</h4> {fields(document, body)} })}
                {self.answers(document)}
            </article>
        }
        .into_any()
    }

    fn parameters(&self, document: &Value) -> AnyView {
        let rows: Vec<_> = self.of["parameters"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|parameter| {
                let place = match text(&parameter["in"]).as_str() {
                    "path" => "path",
                    "query" => "query",
                    _ => "header",
                };
                let optional = parameter["required"] != true;
                view! {
                    <tr>
                        <th scope="row"><code>{text(&parameter["name"])}</code></th>
                        <td>{kind(document, &parameter["schema"])}", "{place}{optional.then_some(", optional")}</td>
                        <td>{text(&parameter["description"])}</td>
                    </tr>
                }
            })
            .collect();
        if rows.is_empty() {
            return ().into_any();
        }
        view! { <table class="table api-fields"><tbody>{rows}</tbody></table> }.into_any()
    }

    /// What it answers when it is done; what it refuses with is the same for all.
    fn answers(&self, document: &Value) -> AnyView {
        let done = self.of["responses"].as_object().into_iter().flatten();
        let done = done.filter(|(status, _)| status.starts_with('2'));
        let answers: Vec<_> = done
            .map(|(status, answer)| {
                let schema = resolve(document, &answer["content"]["application/json"]["schema"]);
                view! {
                    <p><strong>{status.clone()}</strong>" "{text(&answer["description"])}"."</p>
                    {(!schema.is_null()).then(|| fields(document, schema))}
                }
            })
            .collect();
        view! { <h4>"Responses"</h4> {answers} }.into_any()
    }
}
