use domain::audit::{AuditEntry, AuditOutcome};
use leptos::prelude::*;

use super::{AuditPageQuery, AuditView, HERE};
use crate::components::{
    desk::client_path, page_head::PageHead, pager::past_the_end, search::address, time::Times,
};

pub(super) fn view(log: &AuditView) -> AnyView {
    let AuditView { page, names, asked, times } = log;
    let narrowed = !asked.who.is_empty() || !asked.what.is_empty();
    let rows: Vec<_> = page.entries.iter().map(|entry| row(entry, *times)).collect();
    let next = page.next.map(|next| older(asked, &next.to_string()));
    view! {
        {PageHead::new("Audit log")
            .subtitle("Everything that changed money, access, or an agent: who did it, where from, and what came of it. Entries never change.")
            .show()}
        {filter(asked, names)}
        {if rows.is_empty() { nothing(asked, narrowed) } else { table(rows) }}
        {next.map(|href| view! { <p class="button-row"><a class="button" href=href>"Older"</a></p> })}
    }
    .into_any()
}

fn older(asked: &AuditPageQuery, before: &str) -> String {
    let mut query = vec![("before", before)];
    query.extend(query_pairs(asked));
    address(HERE, &query)
}

fn first(asked: &AuditPageQuery) -> String {
    address(HERE, &query_pairs(asked).collect::<Vec<_>>())
}

fn query_pairs(asked: &AuditPageQuery) -> impl Iterator<Item = (&'static str, &str)> {
    [("who", asked.who.as_str()), ("what", &asked.what)].into_iter().filter(|(_, value)| !value.is_empty())
}

fn filter(asked: &AuditPageQuery, (who, what): &(Vec<String>, Vec<String>)) -> AnyView {
    let people = who.iter().map(|name| (name.clone(), name.clone())).collect();
    let verbs = what.iter().map(|verb| (verb.clone(), in_words(verb))).collect();
    view! {
        <form class="form-row audit-filter" method="get" action=HERE>
            {choice("who", "Who", "Anyone", people, &asked.who)}
            {choice("what", "Action", "Everything", verbs, &asked.what)}
            <div><button class="button">"Filter"</button></div>
        </form>
    }
    .into_any()
}

fn choice(
    name: &'static str,
    label: &'static str,
    all: &'static str,
    options: Vec<(String, String)>,
    chosen: &str,
) -> AnyView {
    let options: Vec<_> = options
        .into_iter()
        .map(|(value, words)| {
            let selected = value == chosen;
            view! { <option value=value selected=selected>{words}</option> }
        })
        .collect();
    view! {
        <div class="field">
            <label for=name dir="auto">{label}</label>
            <select class="input" id=name name=name><option value="">{all}</option>{options}</select>
        </div>
    }
    .into_any()
}

fn nothing(asked: &AuditPageQuery, narrowed: bool) -> AnyView {
    // Whatever stands in `before` is somewhere behind the first page.
    let page = if asked.before.is_empty() { 1 } else { 2 };
    if let Some(back) = past_the_end(page, |_| first(asked)) {
        return back;
    }
    let words = if narrowed {
        "No entries match these filters."
    } else {
        "Nothing yet. Every change to money, access, or an agent will be listed here."
    };
    view! { <p class="soft" role="status" dir="auto">{words}</p> }.into_any()
}

fn table(rows: Vec<AnyView>) -> AnyView {
    view! {
        <table class="table stacks audit">
            <thead>
                <tr>
                    <th scope="col">"Action"</th><th scope="col">"Who"</th><th scope="col">"When"</th>
                    <th scope="col">"Result"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

fn row(entry: &AuditEntry, times: Times) -> AnyView {
    let target = match entry.client {
        _ if entry.target.is_empty() => None,
        Some(client) => {
            Some(view! { <p><a href=client_path(client)>{entry.target.clone()}</a></p> }.into_any())
        }
        None => Some(view! { <p>{entry.target.clone()}</p> }.into_any()),
    };
    let more = |text: String| (!text.is_empty()).then(|| view! { <p class="soft" dir="auto">{text}</p> });
    let by = match (&entry.ip, entry.by_token) {
        (Some(ip), true) => format!("API token, from {ip}"),
        (None, true) => "by token".to_owned(),
        (Some(ip), false) => format!("from {ip}"),
        (None, false) => String::new(),
    };
    let (class, outcome) = came_to(entry.outcome);
    view! {
        <tr>
            <th scope="row">{in_words(&entry.what)}{target}{more(changed(entry))}</th>
            <td data-label="Who"><div>{entry.who.clone()}{more(by)}</div></td>
            <td data-label="When">{times.show(entry.at)}</td>
            <td data-label="Result"><div><span class=class>{outcome}</span>{more(entry.detail.clone())}</div></td>
        </tr>
    }
    .into_any()
}

fn changed(entry: &AuditEntry) -> String {
    match (&entry.before, &entry.after) {
        (Some(before), Some(after)) => format!("from {before} to {after}"),
        (None, Some(after)) => format!("“{after}”"),
        (Some(before), None) => format!("was {before}"),
        (None, None) => String::new(),
    }
}

fn came_to(outcome: AuditOutcome) -> (&'static str, &'static str) {
    match outcome {
        AuditOutcome::Done => ("tag done", "Done"),
        AuditOutcome::Refused => ("tag failed", "Refused"),
        AuditOutcome::Proposed => ("tag waiting", "Proposed"),
        AuditOutcome::Declined => ("tag void", "Declined"),
    }
}

/// `issue_invoice`, as a person says it.
fn in_words(verb: &str) -> String {
    let words = verb.replace('_', " ");
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
