use domain::{
    agents::{AgentNow, AgentRun},
    session::RunState,
};
use leptos::prelude::*;

use super::{LIST, list::AgentsView};
use crate::components::{
    desk::{client_path, hidden, request_path},
    empty::NothingYet,
    page_head::PageHead,
    person::initials,
};

/// Everything below the bar.
pub(super) fn all(office: &AgentsView) -> AnyView {
    let say = in_one_sentence(&office.agents);
    let sub = say.clone();
    let list = if office.agents.is_empty() {
        nobody()
    } else {
        let rows: Vec<_> = office.agents.iter().map(|agent| row(agent, office)).collect();
        view! { <div class="request-list">{rows}</div> }.into_any()
    };
    view! {
        {PageHead::new("Agents")
            .subtitle(view! { <span>{sub}</span> })
            .actions(view! { <a class="button quiet" href="/desk/tokens">"Tokens"</a> <a class="button" href="/desk/agents/new">"New agent"</a> })
            .announcement(say)
            .show()}
        {list}
    }
    .into_any()
}

fn in_one_sentence(agents: &[AgentNow]) -> String {
    let working = agents.iter().filter(|agent| has(agent, RunState::Working)).count();
    match (working, agents.len()) {
        (_, 0) => "No agents yet".to_owned(),
        (0, _) => "No one is working right now".to_owned(),
        (working, all) => format!("{working} of {all} working"),
    }
}

fn has(agent: &AgentNow, state: RunState) -> bool {
    agent.runs.iter().any(|run| run.state == state)
}

fn nobody() -> AnyView {
    view! {
        <NothingYet heading="Add your first agent" words="Give your agent a name and describe how it works and writes. It starts on the next request right away.">
            <a class="button primary" href="/desk/agents/new">"Add agent"</a>
        </NothingYet>
    }
    .into_any()
}

fn row(now: &AgentNow, office: &AgentsView) -> AnyView {
    let agent = &now.agent;
    let page = format!("{LIST}/{}", agent.id);
    let whose = match (&agent.client, &now.client_name) {
        (Some(client), Some(name)) => {
            view! { <span>"works for "<a href=client_path(*client) dir="auto">{name.clone()}</a></span> }
                .into_any()
        }
        _ => view! { <span>"works for all clients"</span> }.into_any(),
    };
    let runs: Vec<_> = now.runs.iter().map(|run| in_hand(run, &agent.name, office)).collect();
    view! {
        <article class="agent-row">
            <span class="avatar agent large" aria-hidden="true">{initials(&agent.name)}</span>
            <div class="agent-words">
                <h2><a href=page.clone() dir="auto">{agent.name.clone()}</a></h2>
                <p class="request-row-meta">{state(now)} {whose}</p>
            </div>
            {rest(now, &page, office)}
            {(!runs.is_empty()).then(|| view! { <ul class="agent-runs">{runs}</ul> })}
        </article>
    }
    .into_any()
}

fn state(now: &AgentNow) -> AnyView {
    if has(now, RunState::Working) {
        return view! { <span class="at-work"><span class="pulse"></span>"Working"</span> }.into_any();
    }
    let (class, word) = match (has(now, RunState::Suspended), has(now, RunState::Queued), now.agent.ready) {
        (true, _, _) => ("tag suspended", "Waiting on an answer"),
        (_, true, true) => ("tag queued", "About to start"),
        (_, true, false) => ("tag waiting", "Paused, work waiting"),
        (_, _, true) => ("tag up-next", "Available"),
        (_, _, false) => ("tag backlog", "Paused"),
    };
    view! { <span class=class>{word}</span> }.into_any()
}

/// A run that lives: whose request, since when, and how to stop it.
fn in_hand(run: &AgentRun, agent: &str, office: &AgentsView) -> AnyView {
    let page = request_path(run.client, run.number);
    let since = office.times.ago(run.since);
    let doing = match run.state {
        RunState::Working => "writing",
        RunState::Suspended => "waiting on an answer for",
        _ => "next",
    };
    let again = (run.attempt > 1).then(|| format!(", {} attempt", ordinal(run.attempt)));
    let label = format!("Stop {agent} on #{} {}", run.number, run.title);
    let began = if run.state == RunState::Queued { "queued" } else { "begun" };
    view! {
        <li>
            <p>
                <span class="soft">{doing}" "</span>
                <a href=page.clone() dir="auto">{run.title.clone()}</a>
                <span class="soft">{format!(" {} #{}, {began} {since}", run.client_name, run.number)}{again}</span>
            </p>
            <form method="post" action=format!("{page}/stop")>
                {hidden(&office.token, LIST)}
                <button class="button danger" aria-label=label>"Stop"</button>
            </form>
        </li>
    }
    .into_any()
}

fn ordinal(n: u32) -> String {
    match n {
        2 => "second".to_owned(),
        3 => "third".to_owned(),
        other => format!("{other}th"),
    }
}

fn rest(now: &AgentNow, page: &str, office: &AgentsView) -> AnyView {
    let name = &now.agent.name;
    let (ready, word, label) = if now.agent.ready {
        ("no", "Pause", format!("Pause: {name}"))
    } else {
        ("yes", "Resume", format!("Resume: {name}"))
    };
    view! {
        <form method="post" action=format!("{page}/rest")>
            {hidden(&office.token, LIST)}
            <button class="button" name="ready" value=ready aria-label=label>{word}</button>
        </form>
    }
    .into_any()
}
