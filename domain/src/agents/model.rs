use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Backend, Settings};
use crate::{
    ids::{AgentId, ClientId, RequestId, RunId},
    session::RunState,
};

/// A digital employee.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agent {
    pub id: AgentId,
    pub name: String,
    /// How it works and speaks, in prose. Internal: empty for a client.
    pub persona: String,
    /// The client that it works for; none: anyone's.
    pub client: Option<ClientId>,
    /// Takes work; otherwise it rests.
    pub ready: bool,
    /// How it is reached. Internal: the house agent for a client.
    pub backend: Backend,
    /// Internal: empty for a client.
    pub settings: Settings,
    /// What it may use without being asked. Internal: empty for a client.
    pub tools: Vec<String>,
}

impl Agent {
    /// Without what is internal.
    pub(super) fn for_clients(self) -> Self {
        Self {
            persona: String::new(),
            backend: Backend::BuiltIn,
            settings: Settings::default(),
            tools: Vec::new(),
            ..self
        }
    }
}

/// A digital employee to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAgent {
    pub name: String,
    pub persona: String,
    pub client: Option<ClientId>,
}

/// What an agent has in hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentNow {
    pub agent: Agent,
    /// The name of the client that it works for alone.
    pub client_name: Option<String>,
    /// Runs that live, oldest first.
    pub runs: Vec<AgentRun>,
}

/// A living run of an agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentRun {
    pub run: RunId,
    pub state: RunState,
    pub attempt: u32,
    pub request: RequestId,
    pub client: ClientId,
    pub client_name: String,
    /// The request's number and title.
    pub number: u64,
    pub title: String,
    /// Milliseconds since 1970, UTC: when it was queued, or taken up.
    pub since: i64,
}

/// How the agent of a run is reached, as it is set now.
#[derive(Clone, PartialEq, Eq)]
pub struct Reach {
    pub backend: Backend,
    pub settings: Settings,
    /// What it may use without being asked.
    pub tools: Vec<String>,
    /// What it is let in with. Never for a log, a session or a prompt.
    pub key: Option<String>,
}

impl Reach {
    /// Whether the agent may use the tool without being asked.
    pub fn allows(&self, tool: &str) -> bool {
        self.tools.iter().any(|allowed| allowed == tool)
    }
}

/// Without the key.
impl fmt::Debug for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { backend, settings, tools, key } = self;
        f.debug_struct("Reach")
            .field("backend", backend)
            .field("settings", settings)
            .field("tools", tools)
            .field("has_key", &key.is_some())
            .finish()
    }
}
