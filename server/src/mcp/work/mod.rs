//! For an agent at work: what belongs to the run that it has in hand.

mod ask;
mod delegate;
mod notes;
mod read;
mod run_argument;
mod tool_use;
mod write;

use std::sync::Arc;

use domain::{
    Db, Result, Scope, agents,
    audit::ActedThrough,
    ids::{AgentId, RunId},
};
use tokio_util::sync::CancellationToken;

use super::tool::Tool;
use ::agents::external::ToolGateway;

/// What is always there beside the allow-list: they ask, and wait for what was asked.
const ALWAYS: [&str; 3] = ["get_answer", "get_delegated", APPROVE];
const APPROVE: &str = "approve_tool_use";

/// An agent that calls.
#[derive(Clone)]
pub(super) struct AgentCaller {
    pub(super) db: Db,
    /// Narrowed to a client where the agent or its token is.
    pub(super) scope: Scope,
    pub(super) by: ActedThrough,
    /// The one run that its token is for, and the attempt: that of a program that the server started.
    pub(super) run: Option<(RunId, u32)>,
    /// What it may use without being asked.
    pub(super) tools: Arc<Vec<String>>,
    /// The attempts of programs that the server started.
    pub(super) gateway: ToolGateway,
    /// Cancelled when the server leaves.
    pub(super) stop: CancellationToken,
}

impl AgentCaller {
    /// Whether the tool is on the agent's list.
    pub(super) fn may(&self, tool: &Tool<Self>) -> bool {
        let offered =
            ALWAYS.contains(&tool.name()) || self.tools.iter().any(|allowed| allowed == tool.name());
        offered && (tool.name() != APPROVE || self.takes_permission_here())
    }

    /// A program that asks the attempt which started it on a way of its own does not ask here.
    fn takes_permission_here(&self) -> bool {
        self.run.is_none() || self.by.token.is_some_and(|token| self.gateway.decides(token))
    }
}

/// The agent's allow-list.
pub(super) async fn allowed(db: &Db, scope: &Scope, agent: AgentId) -> Result<Vec<String>> {
    agents::queries::get(db, scope, agent).await.map(|agent| agent.tools)
}

/// Every tool of an agent at work.
pub(super) fn tools() -> Vec<Tool<AgentCaller>> {
    [read::tools(), notes::tools(), ask::tools(), delegate::tools(), write::tools(), tool_use::tools()]
        .into_iter()
        .flatten()
        .collect()
}
