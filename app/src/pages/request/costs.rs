//! What a request's runs have cost. Never on a client's page.

use domain::{
    costs::{self, Micros, RunCost},
    requests::Detail,
    session::RunState,
};
use leptos::prelude::*;

use super::Here;
use crate::components::time::Times;

/// What the section shows.
pub struct Costs {
    runs: Vec<RunCost>,
    times: Times,
}

/// For those who see them, once there are any.
pub async fn load(here: &Here, detail: &Detail) -> domain::Result<Option<Costs>> {
    if !here.desk {
        return Ok(None);
    }
    let runs = costs::queries::of_request(here.cx.db(), &here.scope, detail.card.id).await?;
    Ok((!runs.is_empty()).then(|| Costs { runs, times: Times::of(&here.cx) }))
}

pub fn view(costs: Costs) -> impl IntoView {
    let Costs { runs, times } = costs;
    let total = Micros(runs.iter().map(|run| run.cost.0).sum());
    let rows: Vec<_> = runs.iter().map(|run| row(run, times)).collect();
    view! {
        <section class="section" id="costs" aria-labelledby="costs-h">
            <div class="section-head">
                <h2 id="costs-h">"Costs"</h2>
                <p>{format!("{total} so far. ")}<a href="/desk/costs">"See all costs"</a></p>
            </div>
            <table class="table stacks">
                <thead><tr>
                    <th scope="col">"Run"</th><th scope="col">"Status"</th><th scope="col" class="end">"Tokens in"</th>
                    <th scope="col" class="end">"Tokens out"</th><th scope="col" class="end">"Cost"</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </section>
    }
}

fn row(run: &RunCost, times: Times) -> impl IntoView + use<> {
    let missing = (run.unpriced > 0).then_some(", plus unpriced usage");
    view! {
        <tr>
            <th scope="row">{format!("{}, {}", run.agent, times.dated(run.queued_at))}</th>
            <td data-label="Status">{state(run.state)}</td>
            <td data-label="Tokens in" class="end">{run.input_tokens}</td>
            <td data-label="Tokens out" class="end">{run.output_tokens}</td>
            <td data-label="Cost" class="end">{run.cost.to_string()}{missing}</td>
        </tr>
    }
}

fn state(state: RunState) -> &'static str {
    match state {
        RunState::Queued => "queued",
        RunState::Working => "working",
        RunState::Suspended => "waiting on an answer",
        RunState::Completed => "done",
        RunState::Cancelled => "stopped",
        RunState::Failed => "failed",
    }
}
