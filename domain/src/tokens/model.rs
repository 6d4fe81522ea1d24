use serde::{Deserialize, Serialize};

use crate::{
    Scope,
    ids::{AgentId, ClientId, RunId, TokenId},
    text_enum::text_enum,
};

text_enum! {
    /// What a token allows.
    #[derive(PartialOrd, Ord)]
    pub enum Right {
        /// An agent's: take up its runs and do them.
        Work = "work",
        /// An operator's: look at everything.
        Read = "read",
        /// An operator's: change what can be changed back.
        Write = "write",
        /// An operator's: ask for what cannot; each time a person decides.
        Dangerous = "dangerous",
    }
}

/// A token as the desk lists it. Its text is not kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    pub id: TokenId,
    pub name: String,
    pub rights: Vec<Right>,
    /// The agent that it belongs to, and its name.
    pub agent: Option<(AgentId, String)>,
    /// The client that it is narrowed to, and its name.
    pub client: Option<(ClientId, String)>,
    /// The name of the operator who made it.
    pub made_by: String,
    /// Milliseconds since 1970, UTC, like every time here.
    pub created_at: i64,
    /// When a program came with it last, to the minute.
    pub used_at: Option<i64>,
    pub revoked_at: Option<i64>,
}

/// A token to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewToken {
    pub name: String,
    /// An agent's token: it may work, and nothing else. None: the operator's, with these rights.
    pub agent: Option<AgentId>,
    pub client: Option<ClientId>,
    /// Of an operator's token; `Work` is none of them.
    pub rights: Vec<Right>,
}

/// A program that came with a token, and who it is by that.
#[derive(Clone, Debug)]
pub struct Bearer {
    pub token: TokenId,
    /// The token's name.
    pub name: String,
    /// An agent, in the client that it or the token is bound to, if any: where it works for everyone, its scope has no
    /// client until a run of its gives one. Or the operator who made the token, under the token's name.
    pub scope: Scope,
    /// The one run that it is for, and the attempt: the server made it for a program that it started.
    pub run: Option<(RunId, u32)>,
    pub rights: Vec<Right>,
}

impl Bearer {
    /// Whether the token allows it.
    pub fn may(&self, right: Right) -> bool {
        self.rights.contains(&right)
    }
}
