use crate::text_enum::text_enum;
use serde::{Deserialize, Serialize};

text_enum! {
    /// How an agent is reached.
    #[derive(Default)]
    pub enum Backend {
        /// The install's own: the model that its settings name, or a rehearsal.
        #[default]
        BuiltIn = "house",
        /// Hermes Agent, by its runs API.
        Hermes = "hermes",
        /// A model behind OpenAI's Chat Completions, or anything compatible.
        OpenaiChat = "openai_chat",
        /// A model behind OpenAI's Responses.
        OpenaiResponses = "openai_responses",
        /// A model behind Anthropic's Messages.
        Anthropic = "anthropic",
        /// Claude Code without a terminal.
        ClaudeCode = "claude_code",
        /// A program on the server's machine that speaks the Agent Client Protocol over its standard streams.
        Acp = "acp",
        /// Any program that fetches its work over HTTP.
        Pull = "pull",
    }
}

impl Backend {
    /// What has to be set to reach it.
    pub fn needs(self) -> Needs {
        use Need::{May, Must, No};
        let (url, model, command, key) = match self {
            Self::BuiltIn | Self::Pull => (No, No, No, No),
            Self::Hermes => (Must, No, No, May),
            Self::Acp => (No, No, Must, No),
            Self::OpenaiChat => (May, May, No, May),
            Self::OpenaiResponses | Self::Anthropic => (May, Must, No, May),
            Self::ClaudeCode => (May, May, May, May),
        };
        Needs { url, model, command, key }
    }

    /// The address that it has unless another one is set.
    pub fn usual_url(self) -> Option<&'static str> {
        match self {
            Self::OpenaiChat | Self::OpenaiResponses => Some("https://api.openai.com/v1"),
            Self::Anthropic => Some("https://api.anthropic.com/v1"),
            _ => None,
        }
    }
}

/// What of its settings a backend has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Needs {
    pub url: Need,
    pub model: Need,
    pub command: Need,
    pub key: Need,
}

/// Whether a setting is one of a backend's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    No,
    May,
    Must,
}

/// What a backend needs to be reached; which of it depends on the backend.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// The base address, such as `https://api.example.com/v1`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// A program and its arguments, which no shell reads.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub command: Vec<String>,
}

/// The tools that the portal offers to an agent at work. What of them one may use is in [`super::Agent::tools`], beside
/// those of its own that it may use without being asked.
pub const PORTAL_TOOLS: [&str; 11] = [
    "get_request",
    "read_conversation",
    "search_notes",
    "read_note",
    "write_note",
    "ask_client",
    "request_approval",
    "report_progress",
    "delegate",
    "deliver",
    "finish",
];
