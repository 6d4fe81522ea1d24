//! The month by client, agent and model.

use domain::costs::{CostLine, CostReport};
use leptos::prelude::*;

use super::{COSTS, PRICES};
use crate::{components::field::token, web::Cx};

/// A limit that was typed and is none.
pub struct RefusedLimit {
    pub subject: String,
    pub typed: String,
    pub error: String,
}

/// What a limit's form in a row needs.
pub struct LimitForm<'a> {
    pub cx: &'a Cx,
    /// The month that the page shows, to come back to.
    pub month: String,
    pub refused: Option<&'a RefusedLimit>,
}

/// A model's name; some backends report none.
pub(super) fn model_name(model: &str) -> String {
    if model.is_empty() { "an unnamed model".to_owned() } else { model.to_owned() }
}

pub fn clients(form: &LimitForm, report: &CostReport) -> AnyView {
    if report.clients.is_empty() {
        return view! {
            <section class="section">
                <div class="section-head"><h2>"By client"</h2></div>
                <p class="soft">"No clients yet. Each client’s cost shows here next to what they pay."</p>
            </section>
        }
        .into_any();
    }
    let rows: Vec<_> = report
        .clients
        .iter()
        .map(|line| {
            let pays = line.pays.map_or("nothing".to_owned(), |money| money.to_string());
            let left = line.margin.map(|money| money.to_string());
            let left = left.unwrap_or_else(|| if line.pays.is_some() { "unknown" } else { "" }.to_owned());
            view! {
                <tr>
                    <th scope="row"><a href=format!("/desk/clients/{}", line.id) dir="auto">{line.name.clone()}</a></th>
                    <td data-label="Pays" class="end">{pays}</td>
                    <td data-label="Cost" class="end">{line.cost.to_string()}</td>
                    <td data-label="Margin" class="end">{left}</td>
                    <td data-label="Monthly limit" class="end">{limit(form, &line.id.to_string(), line)}</td>
                </tr>
            }
        })
        .collect();
    view! {
        <section class="section" id="clients">
            <div class="section-head"><h2>"By client"</h2></div>
            <table class="table stacks">
                <thead><tr>
                    <th scope="col">"Client"</th><th scope="col" class="end">"Pays"</th><th scope="col" class="end">"Cost"</th>
                    <th scope="col" class="end">"Margin"</th><th scope="col" class="end">"Monthly limit"</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </section>
    }
    .into_any()
}

pub fn agents(form: &LimitForm, report: &CostReport) -> AnyView {
    let rows: Vec<_> = report
        .agents
        .iter()
        .map(|line| {
            view! {
                <tr>
                    <th scope="row"><a href=format!("/desk/agents/{}", line.id) dir="auto">{line.name.clone()}</a></th>
                    <td data-label="Tokens" class="end">{tokens(line.tokens)}</td>
                    <td data-label="Cost" class="end">{line.cost.to_string()}</td>
                    <td data-label="Monthly limit" class="end">{limit(form, &line.id.to_string(), line)}</td>
                </tr>
            }
        })
        .collect();
    view! {
        <section class="section" id="agents">
            <div class="section-head">
                <h2>"By agent"</h2>
                <p>"Before a limit is reached, work pauses and we ask you. Clients don’t see why."</p>
            </div>
            <table class="table stacks">
                <thead><tr>
                    <th scope="col">"Agent"</th><th scope="col" class="end">"Tokens"</th><th scope="col" class="end">"Cost"</th>
                    <th scope="col" class="end">"Monthly limit"</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </section>
    }
    .into_any()
}

pub fn models(report: &CostReport) -> AnyView {
    if report.models.is_empty() {
        return view! {
            <section class="section">
                <div class="section-head"><h2>"By model"</h2></div>
                <p class="soft">"No usage reported this month. Rehearsals are free."</p>
            </section>
        }
        .into_any();
    }
    let rows: Vec<_> = report
        .models
        .iter()
        .map(|line| {
            let missing = (line.unpriced > 0).then(|| {
                let href = format!("{PRICES}?{}", query("model", &line.name));
                view! { " " <a href=href>"Set a price"</a> }
            });
            view! {
                <tr>
                    <th scope="row">{model_name(&line.name)}</th>
                    <td data-label="Tokens" class="end">{tokens(line.tokens)}</td>
                    <td data-label="Cost" class="end">{line.cost.to_string()}{missing}</td>
                </tr>
            }
        })
        .collect();
    view! {
        <section class="section" id="models">
            <div class="section-head"><h2>"By model"</h2></div>
            <table class="table stacks">
                <thead><tr><th scope="col">"Model"</th><th scope="col" class="end">"Tokens"</th><th scope="col" class="end">"Cost"</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </section>
    }
    .into_any()
}

/// One name and value, as an address has them.
pub fn query(name: &str, value: &str) -> String {
    serde_urlencoded::to_string([(name, value)]).unwrap_or_default()
}

/// The form of a row's limit; what is wrong with it stands under it.
fn limit<T>(form: &LimitForm, subject: &str, line: &CostLine<T>) -> AnyView {
    let refused = form.refused.filter(|refused| refused.subject == subject);
    let value = match refused {
        Some(refused) => refused.typed.clone(),
        None => line.limit.map(|limit| limit.typed()).unwrap_or_default(),
    };
    let error_id = format!("{subject}-error");
    let described = refused.map(|_| error_id.clone());
    let label = format!("Monthly limit for {}, in dollars", line.name);
    view! {
        <form class="limit" method="post" action=format!("{COSTS}/limits")>
            {token(form.cx)}
            <input type="hidden" name="subject" value=subject.to_owned() />
            <input type="hidden" name="month" value=form.month.clone() />
            <span class="with-unit"><input class="input" name="limit" inputmode="decimal" aria-label=label placeholder="none" value=value
                aria-invalid=refused.map(|_| "true") aria-describedby=described autofocus=refused.is_some() /><span>"$"</span></span>
            <button class="button quiet" aria-label=format!("Set the limit for {}", line.name)>"Set"</button>
            {refused.map(|refused| view! { <p class="field-error" id=error_id>{refused.error.clone()}</p> })}
        </form>
    }
    .into_any()
}

/// `950`, `12.4k`, `3.1M`: nobody reads the digits of a count of tokens.
fn tokens(count: i64) -> String {
    match count {
        ..1_000 => count.to_string(),
        1_000..1_000_000 => format!("{}.{}k", count / 1_000, count % 1_000 / 100),
        _ => format!("{}.{}M", count / 1_000_000, count % 1_000_000 / 100_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_said_shortly() {
        assert_eq!(tokens(950), "950");
        assert_eq!(tokens(12_449), "12.4k");
        assert_eq!(tokens(3_199_999), "3.1M");
    }
}
