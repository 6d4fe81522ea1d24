use domain::{Result, billing, clients, clients::ClientFilter, ids::ClientId};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{DeskCaller, id, reads};
use crate::mcp::tool::Tool;

pub(super) fn tools() -> Vec<Tool<DeskCaller>> {
    vec![
        reads(
            (
                "list_clients",
                "List the clients",
                "The workspace's clients with what they hold and how many of their places are taken, a page at a time.",
            ),
            list_clients,
        )
        .wide(),
        reads(
            (
                "get_client",
                "Get a client",
                "One client: what they answered when they signed up, their subscription and its terms.",
            ),
            get_client,
        )
        .wide(),
    ]
}

#[derive(Deserialize, JsonSchema)]
struct ListClients {
    /// Words of their names; default: all.
    #[serde(default)]
    words: String,
    /// Those who were archived, instead of those who are there.
    #[serde(default)]
    archived: bool,
    /// From 1.
    #[serde(default)]
    page: u32,
}

async fn list_clients(desk: DeskCaller, asked: ListClients) -> Result<Value> {
    let shown = if asked.archived { ClientFilter::Archived } else { ClientFilter::Here };
    let found = clients::queries::list(&desk.db, &desk.scope, &asked.words, shown, asked.page.max(1)).await?;
    let clients: Vec<_> = found
        .rows
        .iter()
        .map(|row| {
            json!({
                "client": row.id,
                "name": row.name,
                "offer": row.offer,
                "subscription": row.state.map(|state| state.as_str()),
                "places_taken": row.places.taken,
                "places_allowed": row.places.allowed,
                "active": row.active_at.to_rfc3339(),
            })
        })
        .collect();
    Ok(json!({ "clients": clients, "page": found.page, "more": found.has_more(), "all": found.all }))
}

#[derive(Deserialize, JsonSchema)]
struct GetClient {
    /// The client's id, such as cli_0197…
    client: String,
}

async fn get_client(desk: DeskCaller, asked: GetClient) -> Result<Value> {
    let client: ClientId = id(&asked.client)?;
    let found = clients::queries::get(&desk.db, &desk.scope, client).await?;
    let held = billing::queries::find_subscription(&desk.db, &desk.scope, client).await?;
    let subscription = held.map(|held| {
        json!({
            "subscription": held.id,
            "name": held.name,
            "state": held.state.as_str(),
            "price": held.terms.price_words(),
            "terms": held.terms.lines(),
            "period_ends": held.period.map(|(_, end)| end.to_rfc3339()),
            "ends_with_period": held.ends_with_period,
            "banked_days": (held.banked_seconds > 0).then(|| billing::words::banked(held.banked_seconds)),
        })
    });
    Ok(json!({
        "client": found.id,
        "name": found.name,
        "trade": found.vertical,
        "bill_to": found.bill_to,
        "intake": found.intake,
        "came": found.created_at.to_rfc3339(),
        "archived": found.archived_at.map(|at| at.to_rfc3339()),
        "subscription": subscription,
    }))
}
