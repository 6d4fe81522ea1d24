//! The part of an agent's form that says how it is reached. Which fields count depends on the backend that is chosen:
//! the styles show those alone, and without them the hints say whose each is.

use domain::{
    Error, FieldErrors,
    agents::{Agent, Backend, Need, NewKey, NewReach, PORTAL_TOOLS, Reach, command_line},
};
use leptos::prelude::*;

use crate::{
    components::{
        choose::{self, ChoiceGroup, ChoiceOption},
        field::{Field, checkbox},
    },
    web::{Fields, Form, Operator},
};

/// What a backend is called, and what it is.
fn words(backend: Backend) -> (&'static str, &'static str) {
    match backend {
        Backend::BuiltIn => (
            "Built-in agent",
            "Included with Throughline. Uses the model on this machine, or rehearses if there isn’t one.",
        ),
        Backend::Hermes => ("Hermes Agent", "A Hermes server you host, through its runs API."),
        Backend::OpenaiChat => (
            "OpenAI or compatible (Chat Completions)",
            "A model from OpenAI or any compatible API: Ollama, llama.cpp, vLLM, OpenRouter.",
        ),
        Backend::OpenaiResponses => {
            ("OpenAI (Responses)", "A model from OpenAI, through the newer Responses API.")
        }
        Backend::Anthropic => ("Anthropic", "A Claude model, through the Messages API."),
        Backend::ClaudeCode => ("Claude Code", "Claude Code, started on this machine for each request."),
        Backend::Acp => (
            "ACP program",
            "Any program on this machine that supports the Agent Client Protocol, started for each request.",
        ),
        Backend::Pull => {
            ("External program (pull)", "Your program picks up work from this portal with its own API token.")
        }
    }
}

/// The portal's tools in words.
fn tool(name: &str) -> &str {
    match name {
        "get_request" => "Read the request and its files",
        "read_conversation" => "Read the conversation",
        "search_notes" => "Search the client's notes",
        "read_note" => "Read a note",
        "write_note" => "Write notes",
        "ask_client" => "Ask the client",
        "request_approval" => "Ask for approval",
        "report_progress" => "Show steps and progress",
        "deliver" => "Deliver",
        "delegate" => "Get help from other agents",
        "finish" => "Send deliverables to the client for review",
        other => other,
    }
}

/// What a form for a new agent starts with.
pub(super) fn fresh(fields: Fields) -> Fields {
    let fields = fields.with("backend", Backend::default().as_str());
    PORTAL_TOOLS.into_iter().fold(fields, |fields, tool| fields.with("tools", tool))
}

/// What the form of an agent that is there shows. Never its key.
pub(super) fn filled(fields: Fields, agent: &Agent) -> Fields {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let (ours, own): (Vec<&String>, Vec<&String>) =
        agent.tools.iter().partition(|tool| PORTAL_TOOLS.contains(&tool.as_str()));
    let own: Vec<&str> = own.into_iter().map(String::as_str).collect();
    let fields = fields
        .with("backend", agent.backend.as_str())
        .with("url", text(&agent.settings.url))
        .with("model", text(&agent.settings.model))
        .with("command", command_line::join(&agent.settings.command))
        .with("own_tools", own.join("\n"));
    ours.into_iter().fold(fields, |fields, tool| fields.with("tools", tool))
}

/// What was typed; none where the form did not ask.
pub(super) fn read_form(fields: &Fields) -> Option<NewReach> {
    let backend = fields.text("backend").parse().ok()?;
    let text = |name: &str| fields.text(name).to_owned();
    let key = match text("key") {
        key if !key.is_empty() => NewKey::Set(key),
        _ if fields.has("remove_key") => NewKey::Remove,
        _ => NewKey::Keep,
    };
    let tools = fields.all("tools").chain(fields.text("own_tools").lines()).map(str::to_owned).collect();
    let (url, model, command) = (text("url"), text("model"), text("command"));
    Some(NewReach { backend, url, model, command, tools, key })
}

/// Whether the address that was typed may be called, where the backend has one.
pub(super) async fn check(operator: &Operator, reach: &NewReach) -> Result<(), Error> {
    if reach.backend.needs().url == Need::No || reach.url.is_empty() {
        return Ok(());
    }
    match operator.cx.bare.app.site.outward.check(&reach.url).await {
        Ok(_) => Ok(()),
        Err(words) => Err(Error::Fields(FieldErrors::one("url", words))),
    }
}

/// Connects to what was typed, without keeping it. `kept`: the key that is set, which is used only for what it was set
/// for.
pub(super) async fn try_out(
    operator: &Operator,
    reach: &NewReach,
    kept: Option<String>,
) -> Result<Result<String, String>, Error> {
    let mut errors = FieldErrors::new();
    let (settings, tools) = reach.checked(&mut errors);
    errors.check()?;
    check(operator, reach).await?;
    let key = match &reach.key {
        NewKey::Set(key) => Some(key.clone()),
        NewKey::Keep => kept,
        NewKey::Remove => None,
    };
    let reach = Reach { backend: reach.backend, settings, tools, key };
    Ok(operator.cx.bare.app.site.outward.try_out(&reach).await)
}

/// The fields. `has_key`: one is set.
pub(super) fn fields(form: &Form, has_key: bool) -> AnyView {
    let options = Backend::ALL.map(|backend| (backend.as_str().to_owned(), words(backend).0.to_owned()));
    let hints: Vec<_> = Backend::ALL
        .into_iter()
        .map(|backend| {
            let (name, hint) = words(backend);
            view! { <p class="hint" data-for=backend.as_str()><b dir="auto">{name}": "</b>{hint}</p> }
        })
        .collect();
    view! {
        <fieldset class="reach" id="reach">
            <legend>"Connection"</legend>
            {Field::select(form, "backend", "Backend", options.into()).required().show()}
            <div class="reach-hints">{hints}</div>
            {only(|backend| backend.needs().url, Field::text(form, "url", "URL")
                .hint("For example, https://agent.example.com. Leave blank to use the service’s default.")
                .max(2_000))}
            {only(|backend| backend.needs().model, Field::text(form, "model", "Model").hint("As listed by the service.").max(200))}
            {only(|backend| backend.needs().command, Field::text(form, "command", "Command")
                .hint("The program and its arguments on this machine. It isn’t passed through a shell.")
                .max(2_000))}
            {key(form, has_key)}
        </fieldset>
        <fieldset>
            <legend>"Allowed without asking"</legend>
            {choose::boxes(form, tools_question(), &tools())}
            {only(own_tools, Field::area(form, "own_tools", "Other tools", 3)
                .hint("One name per line. Anything else that needs permission comes to you as a question."))}
        </fieldset>
    }
    .into_any()
}

fn tools_question() -> ChoiceGroup {
    ChoiceGroup { name: "tools".into(), legend: "Portal tools".into(), ..ChoiceGroup::default() }
}

fn tools() -> Vec<ChoiceOption> {
    let choice = |name: &str| ChoiceOption::new(name, tool(name));
    PORTAL_TOOLS.into_iter().map(choice).collect()
}

fn own_tools(backend: Backend) -> Need {
    match backend {
        Backend::Hermes | Backend::Acp | Backend::ClaudeCode => Need::May,
        _ => Need::No,
    }
}

/// A field that counts for some backends alone.
fn only(need: impl Fn(Backend) -> Need, field: Field) -> AnyView {
    let field = field.optional_for(of(&need, |need| need == Need::May));
    view! { <div data-for=of(&need, |need| need != Need::No)>{field.show()}</div> }.into_any()
}

fn of(need: impl Fn(Backend) -> Need, wanted: impl Fn(Need) -> bool) -> String {
    let some = Backend::ALL.into_iter().filter(|backend| wanted(need(*backend)));
    some.map(Backend::as_str).collect::<Vec<_>>().join(" ")
}

fn key(form: &Form, has_key: bool) -> AnyView {
    let hint = if has_key {
        "A key is saved but never shown. Enter a new one to replace it."
    } else {
        "The key for this service. We store it encrypted and never show it again."
    };
    let remove =
        has_key.then(|| checkbox("remove_key", Some("yes"), form.values.has("remove_key"), "Remove key"));
    view! {
        <div data-for=of(|backend| backend.needs().key, |need| need != Need::No)>
            {Field::password(form, "key", "Key").hint(hint).autocomplete("off").max(4_000).show()}
            {remove}
        </div>
    }
    .into_any()
}
