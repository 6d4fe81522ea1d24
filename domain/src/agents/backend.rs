use serde::{Deserialize, Serialize};

/// How an agent is reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Backend {
    /// The install's own: the model that its settings name, or a rehearsal.
    #[default]
    House,
    /// Hermes Agent, by its runs API.
    Hermes,
    /// A program on the server's machine that speaks the Agent Client Protocol over its standard streams.
    Acp,
    /// A model behind OpenAI's Chat Completions, or anything compatible.
    OpenaiChat,
    /// A model behind OpenAI's Responses.
    OpenaiResponses,
    /// A model behind Anthropic's Messages.
    Anthropic,
    /// Claude Code without a terminal.
    ClaudeCode,
    /// Any program that fetches its work over HTTP.
    Pull,
}

impl Backend {
    /// All of them, as a person chooses.
    pub const ALL: [Self; 8] = [
        Self::House,
        Self::Hermes,
        Self::OpenaiChat,
        Self::OpenaiResponses,
        Self::Anthropic,
        Self::ClaudeCode,
        Self::Acp,
        Self::Pull,
    ];

    /// What has to be set to reach it.
    pub fn needs(self) -> Needs {
        use Need::{May, Must, No};
        let (url, model, command, key) = match self {
            Self::House | Self::Pull => (No, No, No, No),
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

    /// The word that the database keeps.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::House => "house",
            Self::Hermes => "hermes",
            Self::Acp => "acp",
            Self::OpenaiChat => "openai_chat",
            Self::OpenaiResponses => "openai_responses",
            Self::Anthropic => "anthropic",
            Self::ClaudeCode => "claude_code",
            Self::Pull => "pull",
        }
    }

    /// The backend of that word, if there is one.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|backend| backend.as_str() == word)
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
