//! What is sent and answered, as tables of fields.

use leptos::prelude::*;
use serde_json::Value;

use super::text;

/// A schema, wherever it is kept.
pub(super) fn resolve<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(place) => document.pointer(place.trim_start_matches('#')).unwrap_or(&Value::Null),
        None => schema,
    }
}

/// What a value is, in a word or two.
pub(super) fn kind(document: &Value, schema: &Value) -> String {
    if schema["$ref"].is_string() {
        let of = resolve(document, schema);
        let words: Vec<&str> =
            of["enum"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        return if words.is_empty() { kind(document, of) } else { words.join(", ") };
    }
    if let Some(some) = schema["oneOf"].as_array() {
        let kinds = some.iter().filter(|one| one["type"] != "null").map(|one| kind(document, one));
        let mut kinds: Vec<String> = kinds.collect();
        kinds.dedup();
        return kinds.join(" or ");
    }
    let kinds: Vec<&str> = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        other => other.as_str().into_iter().collect(),
    };
    let words = kinds.into_iter().filter(|kind| *kind != "null").map(|kind| match kind {
        "string" => "text".to_owned(),
        "integer" => "number".to_owned(),
        "boolean" => "true or false".to_owned(),
        "array" => format!("list of {}", plural(document, &schema["items"])),
        _ => "object".to_owned(),
    });
    words.collect::<Vec<_>>().join(" or ")
}

fn plural(document: &Value, schema: &Value) -> String {
    match kind(document, schema).as_str() {
        "object" => "objects".to_owned(),
        "text" => "texts".to_owned(),
        "number" => "numbers".to_owned(),
        other => other.to_owned(),
    }
}

/// A field: its name, what it is, whether it may be left out, and what it says.
struct Field {
    name: String,
    kind: String,
    optional: bool,
    about: String,
    depth: usize,
}

/// How deep tables go; nothing here is deeper.
const DEEPEST: usize = 3;

/// A schema's fields as a table; of one that is several things, a table each.
pub(super) fn fields(document: &Value, schema: &Value) -> AnyView {
    let schema = resolve(document, schema);
    if let Some(kinds) = schema["oneOf"].as_array() {
        let tables: Vec<_> = kinds
            .iter()
            .map(|kind| view! { <p>{text(&kind["description"])}</p> {table(document, kind)} })
            .collect();
        return tables.into_any();
    }
    table(document, schema)
}

fn table(document: &Value, schema: &Value) -> AnyView {
    let mut fields = Vec::new();
    gather(document, schema, 0, &mut fields);
    let rows: Vec<_> = fields
        .into_iter()
        .map(|field| {
            let name = format!("{}{}", "· ".repeat(field.depth), field.name);
            view! {
                <tr>
                    <th scope="row"><code>{name}</code></th>
                    <td>{field.kind}{field.optional.then_some(", optional")}</td>
                    <td>{field.about}</td>
                </tr>
            }
        })
        .collect();
    if rows.is_empty() {
        return ().into_any();
    }
    view! { <table class="table api-fields"><tbody>{rows}</tbody></table> }.into_any()
}

fn gather(document: &Value, schema: &Value, depth: usize, fields: &mut Vec<Field>) {
    let schema = resolve(document, schema);
    for part in schema["allOf"].as_array().into_iter().flatten() {
        gather(document, part, depth, fields);
    }
    let required: Vec<&str> =
        schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for (name, of) in schema["properties"].as_object().into_iter().flatten() {
        let kind = match of["enum"][0].as_str() {
            Some(word) => format!("“{word}”"),
            None => kind(document, of),
        };
        let about = [&of["description"], &resolve(document, of)["description"]].map(text);
        fields.push(Field {
            name: name.clone(),
            kind,
            optional: !required.contains(&name.as_str()),
            about: about.into_iter().find(|words| !words.is_empty()).unwrap_or_default(),
            depth,
        });
        let inner = if of["type"] == "array" { &of["items"] } else { of };
        let inner = resolve(document, inner);
        if depth < DEEPEST && inner["oneOf"].is_null() {
            gather(document, inner, depth + 1, fields);
        }
        for one in inner["oneOf"].as_array().into_iter().flatten().filter(|_| depth < DEEPEST) {
            gather(document, one, depth + 1, fields);
        }
    }
}
