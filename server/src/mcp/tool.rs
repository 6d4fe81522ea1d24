//! What a tool is: its name, what it says of itself, its arguments, and what it does.

use std::{collections::BTreeSet, sync::Arc};

use domain::{Error, FieldErrors, Result, audit::NewEntry};
use futures::future::{BoxFuture, FutureExt};
use rmcp::{
    handler::server::tool::schema_for_input,
    model::{JsonObject, Tool as RmcpTool, ToolAnnotations},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

/// What a tool does to the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ToolEffect {
    /// Nothing.
    Reads,
    /// Adds, or changes what can be changed back.
    Writes,
    /// Proposes what a person decides.
    Dangerous,
}

/// A tool for those who come as `C`.
pub(super) struct Tool<C> {
    pub(super) kind: ToolEffect,
    /// Not for who is narrowed to one client.
    pub(super) wide: bool,
    /// Its program reads an answer's text alone, and takes no other with it.
    pub(super) in_text: bool,
    described: RmcpTool,
    call: Box<dyn Fn(C, JsonObject) -> BoxFuture<'static, Result<Value>> + Send + Sync>,
}

/// What a tool says of itself: its name, a title, and when to use it.
pub(super) type ToolText = (&'static str, &'static str, &'static str);

/// An argument beside the others: which call it is.
#[derive(Deserialize, JsonSchema)]
pub(super) struct WithKey<A> {
    /// Your own name for this call, such as a random id: sent again under the same name it is not done again, and is
    /// answered the same. Take a new one for everything that is to be done anew.
    pub(super) idempotency_key: String,
    #[serde(flatten)]
    pub(super) rest: A,
}

/// No arguments.
#[derive(Serialize, Deserialize, JsonSchema)]
pub(super) struct NoArguments {}

/// What a writing tool did: its answer, and the entry of the audit log.
pub(super) type WriteResult = (Value, NewEntry);

impl<C: Send + 'static> Tool<C> {
    /// A tool of any kind whose arguments are `A`.
    pub(super) fn new<A, F, W>(kind: ToolEffect, (name, title, about): ToolText, work: F) -> Self
    where
        A: DeserializeOwned + JsonSchema + Send + 'static,
        F: Fn(C, A) -> W + Send + Sync + 'static,
        W: Future<Output = Result<Value>> + Send + 'static,
    {
        let schema = schema::<A>();
        let known = names(&schema);
        let hints = ToolAnnotations::with_title(title)
            .read_only(kind == ToolEffect::Reads)
            .destructive(kind == ToolEffect::Dangerous)
            // The same again, under the same key, changes nothing.
            .idempotent(true)
            .open_world(false);
        let described = RmcpTool::new(name, about, schema).with_title(title).with_annotations(hints);
        let call = move |caller, arguments| match read::<A>(arguments, &known) {
            Ok(arguments) => work(caller, arguments).boxed(),
            Err(error) => std::future::ready(Err(error)).boxed(),
        };
        Self { kind, wide: false, in_text: false, described, call: Box::new(call) }
    }

    /// The same, for the whole workspace alone.
    pub(super) fn wide(self) -> Self {
        Self { wide: true, ..self }
    }

    /// The same, answered in text alone.
    pub(super) fn in_text(self) -> Self {
        Self { in_text: true, ..self }
    }

    pub(super) fn name(&self) -> &str {
        &self.described.name
    }

    /// As a client lists it.
    pub(super) fn described(&self) -> RmcpTool {
        self.described.clone()
    }

    /// Does it.
    pub(super) fn call(&self, caller: C, arguments: JsonObject) -> BoxFuture<'static, Result<Value>> {
        (self.call)(caller, arguments)
    }
}

/// The arguments' schema: nothing beside them is taken.
fn schema<A: JsonSchema + 'static>() -> Arc<JsonObject> {
    let mut schema = schema_for_input::<A>().map(|schema| (*schema).clone()).unwrap_or_default();
    schema.entry("properties").or_insert_with(|| json!({}));
    schema.insert("additionalProperties".to_owned(), Value::Bool(false));
    Arc::new(schema)
}

fn names(schema: &JsonObject) -> BTreeSet<String> {
    let properties = schema.get("properties").and_then(Value::as_object);
    properties.map(|properties| properties.keys().cloned().collect()).unwrap_or_default()
}

/// Arguments as they were meant. A misspelt one is not passed over: it would be missed in silence.
fn read<A: DeserializeOwned>(arguments: JsonObject, known: &BTreeSet<String>) -> Result<A> {
    if let Some(name) = arguments.keys().find(|name| !known.contains(*name)) {
        let names = known.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        let words = format!("Unknown argument. Valid arguments: {names}.");
        return Err(Error::Fields(FieldErrors::one(name, words)));
    }
    serde_json::from_value(Value::Object(arguments))
        .map_err(|error| Error::Fields(FieldErrors::one("arguments", error.to_string())))
}
