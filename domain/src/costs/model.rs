use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::Micros;
use crate::{
    format,
    ids::{AgentId, ClientId, RunId},
    money::Money,
    session::RunState,
};

const DOLLAR: i64 = 1_000_000;

/// Whose costs are limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    Agent(AgentId),
    Client(ClientId),
}

/// A month's limit that the next step of a run could pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitHit {
    pub subject: Subject,
    /// The agent's or client's.
    pub name: String,
    pub limit: Micros,
    pub used: Micros,
    /// Its first day.
    pub month: NaiveDate,
}

impl LimitHit {
    /// What the limit is when it is raised: by half, in whole dollars.
    pub fn raised(&self) -> Micros {
        let wanted = self.limit.0.saturating_add(self.limit.0 / 2);
        Micros(wanted.saturating_add(DOLLAR - 1) / DOLLAR * DOLLAR)
    }

    /// The key under which a run asks about it: the same as long as it is this limit, whatever the words.
    pub fn key(&self) -> String {
        let (agent, client) = self.subject.ids();
        let whose = agent.or(client).unwrap_or_default();
        format!("limit of {whose}: {} in {}", self.limit.0, self.month)
    }

    /// What the operators are asked.
    pub fn question(&self) -> String {
        let whose = match self.subject {
            Subject::Agent(_) => self.name.clone(),
            Subject::Client(_) => format!("Work for {}", self.name),
        };
        format!(
            "{whose} is about to reach its {} limit for {}. Raise it?",
            self.limit,
            format::month(self.month)
        )
    }

    /// The label of the answer that raises it.
    pub fn yes(&self) -> String {
        format!("Raise to {} and continue", self.raised())
    }
}

/// What someone or something cost in the month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CostLine<T> {
    pub id: T,
    pub name: String,
    pub cost: Micros,
    /// Tokens in and out.
    pub tokens: i64,
    /// Reports without a price, which are not in the cost.
    pub unpriced: i64,
    /// The month's limit.
    pub limit: Option<Micros>,
    /// Of a client: what it pays for the month by the subscription that it holds, none without one.
    pub pays: Option<Money>,
    /// What is left of that, where it can be said.
    pub margin: Option<Money>,
}

/// A month as the chart has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MonthCost {
    /// Its first day.
    pub first: NaiveDate,
    pub cost: Micros,
}

/// What the work of a month cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CostReport {
    /// The month that is looked at: its first day.
    pub month: NaiveDate,
    /// Twelve months up to the present one, oldest first.
    pub months: Vec<MonthCost>,
    pub cost: Micros,
    /// What clients pay for the month, in the workspace's currency.
    pub pays: Money,
    /// What is left of it; none while it is not known what a dollar is.
    pub margin: Option<Money>,
    /// By what they cost, the dearest first; those that cost nothing and pay or have a limit too.
    pub clients: Vec<CostLine<ClientId>>,
    pub agents: Vec<CostLine<AgentId>>,
    pub models: Vec<CostLine<String>>,
}

/// What one run cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunCost {
    pub run: RunId,
    pub agent: String,
    pub state: RunState,
    /// Milliseconds since 1970, UTC.
    pub queued_at: i64,
    pub cost: Micros,
    pub input_tokens: i64,
    pub output_tokens: i64,
    pub unpriced: i64,
}

/// What a model costs, for a million tokens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    pub model: String,
    pub input: Micros,
    /// Of the input, what was read from a cache.
    pub cached: Micros,
    pub output: Micros,
}

/// What a person typed of a price; all but the model in dollars.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PriceForm {
    pub model: String,
    pub input: String,
    /// Empty: as the input.
    pub cached: String,
    pub output: String,
}

/// The table of prices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceTable {
    pub prices: Vec<Price>,
    /// Models that were used and have none, those used most first.
    pub missing: Vec<String>,
    /// What a dollar is in the workspace's currency, in millionths; none for dollars, or where nobody has said.
    pub rate: Option<i64>,
}

/// What a backend says that it has used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UsageReport {
    /// Names the report within its run; the same again replaces it, as backends do that tell what they used so far.
    pub key: String,
    pub model: String,
    /// Those from a cache included.
    pub input_tokens: u64,
    pub cached_tokens: u64,
    pub output_tokens: u64,
    /// Millionths of a US dollar, where the backend says so itself.
    pub micros: Option<u64>,
}
